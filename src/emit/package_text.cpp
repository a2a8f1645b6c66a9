// emit/package_text.cpp: what stands around the program: an example, a build file, copies of the kernels.
#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "emit/arena_text.h"
#include "emit/files_of_program.h"
#include "emit/names.h"
#include "emit/row_inputs.h"
#include "target/board.h"

namespace thimble::emit {
namespace {

/// The files that a C text includes by #include "...", relative to itself.
std::vector<std::string> local_includes(const std::string& text) {
  std::vector<std::string> includes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view directive = "#include \"";
    if (!line.starts_with(directive)) continue;
    const std::size_t end = line.find('"', directive.size());
    if (end != std::string::npos) includes.push_back(line.substr(directive.size(), end - directive.size()));
  }
  return includes;
}

/// Adds a header and everything that it includes.
void collect(const std::filesystem::path& file, std::map<std::string, std::string>& texts) {
  const std::string path = file.lexically_normal().generic_string();
  if (texts.contains(path)) return;
  const std::string text = read_text(target::data_folder() / path);
  texts[path] = text;
  for (const std::string& include : local_includes(text)) collect(file.parent_path() / include, texts);
}

/// The statements of main.c that fill one input with zeros, in the model's own type where it has one.
std::string fill_input(const Source& source, const End& end) {
  const std::string& name = source.options.name;
  if (end.outside == ir::no_tensor) {
    const std::string value = source.graph.tensor(end.tensor).quantization
                                  ? fmt::format("{}_{}_zero_point", name, end.name)
                                  : std::string("0");
    return fmt::format("  memset({0}_{1}(arena), {2}, {0}_{1}_bytes); /* the input: zeros here */\n", name, end.name,
                       value);
  }
  return fmt::format("  {0}_{1}({2}, {0}_{3}(arena)); /* the input: zeros here */\n", name, end.conversion_name(),
                     end.name, end.name);
}

/// The statement of main.c that computes.
std::string example_invocation(const Source& source) {
  if (!takes_rows(source)) return fmt::format("  {}_invoke(arena);\n", source.options.name);
  std::string readers;
  for (const RowInput& input : source.program.row_inputs)
    readers += fmt::format(", {}, NULL", numbered("read_row", input.input));
  return fmt::format("  if ({}_invoke_rows(arena{}) != 0) return 1;\n", source.options.name, readers);
}

}  // namespace

std::string example_text(const Source& source) {
  const std::string& name = source.options.name;
  std::string out = fmt::format(
      "/* main.c: runs {0} once and prints its first output. */\n#include <stdio.h>\n#include "
      "<string.h>\n\n#include \"{0}.h\"\n\n/* As int32_t, so that it is aligned to 4 bytes. */\n",
      name);
  out += arena_definition(source, "");
  for (const End& end : source.ends)
    if (end.is_input && !end.by_rows && end.outside != ir::no_tensor)
      out += fmt::format("static const {} {}[{}_{}_elements];\n", c_type(source.graph.tensor(end.outside).type),
                         end.name, name, end.name);
  for (const End& end : source.ends)
    if (end.by_rows) out += example_row_reader(source, end);
  out += fmt::format("\nint main(void) {{\n  const {}* output;\n  int i;\n",
                     c_type(source.graph.tensor(source.graph.outputs.at(0)).type));
  for (const End& end : source.ends)
    if (end.is_input && !end.by_rows) out += fill_input(source, end);
  out += example_invocation(source);
  out += fmt::format(
      "  output = {0}_output(arena);\n  for (i = 0; i < {0}_output_elements; ++i) "
      "printf(\"%d\\n\", output[i]);\n  return 0;\n}}\n",
      name);
  return out;
}

std::string cmake_text(const Source& source) {
  return fmt::format(R"(# The model as a library, and an example that runs it. Needs nothing but a C99 compiler.
cmake_minimum_required(VERSION 3.13)
project({0} LANGUAGES C)

add_library({0} STATIC {0}.c)
target_include_directories({0} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
set_target_properties({0} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)

add_executable({0}_example main.c)
target_link_libraries({0}_example PRIVATE {0})
set_target_properties({0}_example PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
)",
                     source.options.name);
}

std::set<std::string> included_kernels(const Source& source) {
  std::set<std::string> headers{"kernels/generic/types.h"};
  const auto add = [&](const target::KernelChoice& kernel) {
    headers.insert(fmt::format("kernels/{}/{}.h", kernel.folder, kernel.kernel));
  };
  for (const Layer& layer : source.program.layers) {
    add(layer.kernel);
    std::ranges::for_each(layer.kernel.layers, add);
  }
  for (const End& end : source.ends)
    if (end.outside != ir::no_tensor && !end.conversion) headers.insert("kernels/generic/quantize.h");
  return headers;
}

std::vector<File> kernel_files(const Source& source) {
  std::map<std::string, std::string> texts;
  for (const std::string& header : included_kernels(source)) collect(header, texts);
  std::vector<File> files;
  for (auto& [path, text] : texts) files.push_back({path, std::move(text)});
  return files;
}

}  // namespace thimble::emit
