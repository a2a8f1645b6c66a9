// emit/c_text.cpp
#include "emit/c_text.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

namespace thimble::emit {
namespace {

/// Appends items to lines of at most `line_width` characters, each line indented.
class Lines {
 public:
  Lines(std::string& out, int indent, std::string between) : out_(out), indent_(indent), between_(std::move(between)) {}

  void add(const std::string& item, bool last) {
    const std::size_t needed = item.size() + (last ? 0 : 1);
    if (width_ > 0 && width_ + between_.size() + needed > line_width) {
      out_ += '\n';
      width_ = 0;
    }
    if (width_ == 0) {
      out_.append(static_cast<std::size_t>(indent_), ' ');
      width_ = static_cast<std::size_t>(indent_);
    } else {
      out_ += between_;
      width_ += between_.size();
    }
    out_ += item;
    if (!last) out_ += ',';
    width_ += needed;
  }

 private:
  std::string& out_;
  int indent_;
  std::string between_;
  std::size_t width_ = 0;
};

int bytes_of_element(const std::string& element) {
  if (element.find("32") != std::string::npos) return 4;
  return element.find("16") != std::string::npos ? 2 : 1;
}

}  // namespace

std::int64_t ConstantArray::bytes() const {
  return static_cast<std::int64_t>(values.size()) * bytes_of_element(element);
}

void Parameters::set(std::string name, std::int64_t value) {
  fields.push_back({std::move(name), integer_literal(value)});
}

void Parameters::set(std::string name, std::string value) { fields.push_back({std::move(name), std::move(value)}); }

void Parameters::set(std::string name, const std::vector<std::int64_t>& values) {
  std::string text;
  for (const std::int64_t value : values) text += (text.empty() ? "{" : ", ") + integer_literal(value);
  fields.push_back({std::move(name), text + "}"});
}

void Parameters::set(std::string name, ir::FixedPointFactor factor) {
  set(std::move(name), std::vector<std::int64_t>{factor.multiplier, factor.shift});
}

std::string integer_literal(std::int64_t value) {
  if (value == std::numeric_limits<std::int32_t>::min()) return "(-2147483647 - 1)";
  return std::to_string(value);
}

std::string definition_of(const ConstantArray& array) {
  std::string out;
  if (array.word_aligned)
    out += fmt::format("static const union {{\n  {} values[{}];\n  int32_t aligned;\n}} {} = {{{{\n", array.element,
                       array.values.size(), array.name);
  else
    out += fmt::format("static const {} {}[{}] = {{\n", array.element, array.name, array.values.size());
  // No space between the numbers: a model has a million of them.
  Lines lines(out, 4, "");
  for (std::size_t i = 0; i < array.values.size(); ++i)
    lines.add(integer_literal(array.values[i]), i + 1 == array.values.size());
  return out + (array.word_aligned ? "}};\n" : "};\n");
}

std::string definition_of(const Parameters& parameters, const std::string& name, int indent) {
  const std::string start = fmt::format("{:{}}static const {} {} = {{", "", indent, parameters.type, name);
  std::string fields;
  for (const Field& field : parameters.fields)
    fields += fmt::format("{}.{} = {}", fields.empty() ? "" : ", ", field.name, field.value);
  if (start.size() + fields.size() + 2 <= line_width) return fmt::format("{}{}}};\n", start, fields);

  std::string out = start + "\n";
  Lines lines(out, indent + 4, " ");
  for (std::size_t i = 0; i < parameters.fields.size(); ++i) {
    const Field& field = parameters.fields[i];
    lines.add(fmt::format(".{} = {}", field.name, field.value), i + 1 == parameters.fields.size());
  }
  return out + "};\n";
}

std::string listed(const std::string& start, const std::vector<std::string>& items, const std::string& end) {
  std::string out;
  Lines lines(out, static_cast<int>(start.size()), " ");
  for (std::size_t i = 0; i < items.size(); ++i) lines.add(items[i], i + 1 == items.size());
  return start + out.substr(start.size()) + end;
}

}  // namespace thimble::emit
