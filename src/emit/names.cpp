// emit/names.cpp
#include "emit/names.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emit/emit.h"

namespace thimble::emit {
namespace {

// C's own words, and C++'s, since the header is for both.
constexpr std::array reserved{
    "alignas",   "alignof",   "and",      "and_eq",   "asm",     "auto",     "bitand",    "bitor",     "bool",
    "break",     "case",      "catch",    "char",     "class",   "compl",    "concept",   "const",     "consteval",
    "constexpr", "constinit", "continue", "decltype", "default", "delete",   "do",        "double",    "else",
    "enum",      "explicit",  "export",   "extern",   "false",   "float",    "for",       "friend",    "goto",
    "if",        "inline",    "int",      "long",     "main",    "mutable",  "namespace", "new",       "noexcept",
    "not",       "not_eq",    "nullptr",  "operator", "or",      "or_eq",    "private",   "protected", "public",
    "register",  "requires",  "restrict", "return",   "short",   "signed",   "sizeof",    "static",    "struct",
    "switch",    "template",  "this",     "throw",    "true",    "try",      "typedef",   "typeid",    "typename",
    "union",     "unsigned",  "using",    "virtual",  "void",    "volatile", "wchar_t",   "while",     "xor",
    "xor_eq"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_printable(char c) { return c >= ' ' && c <= '~'; }

}  // namespace

std::string c_identifier(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool valid = is_letter(c) || is_digit(c);
    if (valid)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty()) return "model";
  if (is_digit(out.front())) out.insert(0, "model_");
  if (std::find(reserved.begin(), reserved.end(), out) != reserved.end()) out += "_model";
  return out;
}

std::string upper_case(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string comment_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool marks_a_comment = !out.empty() && ((out.back() == '*' && c == '/') || (out.back() == '/' && c == '*'));
    if (marks_a_comment) out += ' ';
    out += is_printable(c) && c != '\\' ? c : '?';
  }
  return out;
}

std::string string_literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (is_printable(c) && c != '?')  // "??" could begin a trigraph.
      out += c;
    else  // Three octal digits end by themselves; a hexadecimal escape would swallow what follows.
      out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  }
  return out + '"';
}

std::string float_literal(float value) {
  std::string text = fmt::format("{:.9g}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

std::string numbered(const std::string& what, std::size_t index) {
  return index == 0 ? what : fmt::format("{}_{}", what, index);
}

std::string grouped(long long number) {
  std::string text = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > sign + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

}  // namespace thimble::emit
