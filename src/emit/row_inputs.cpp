#include "emit/row_inputs.h"

#include <fmt/format.h>

#include "emit/arena_text.h"
#include "emit/names.h"

namespace thimble::emit {

namespace {

const End& end_of(const Source& source, const RowInput& input) { return source.ends[input.input]; }

std::string reader(std::size_t input) { return numbered("read_row", input); }
std::string context(std::size_t input) { return numbered("ctx", input); }

std::size_t index_of(const Source& source, const End& end) {
  return static_cast<std::size_t>(&end - source.ends.data());
}

/// The parameters that an input adds: its reader and what that wants to know.
std::string reader_parameters(const Source& source, std::size_t input) {
  return fmt::format("{}_{} {}, void* {}", source.options.name, reader(input), reader(input), context(input));
}

}  // namespace

bool takes_rows(const Source& source) { return !source.program.row_inputs.empty(); }

std::string invoke_signature(const Source& source) {
  const std::string& name = source.options.name;
  if (!takes_rows(source)) return fmt::format("void {}_invoke({})", name, public_arena(source));
  std::string parameters = public_arena(source);
  for (const RowInput& input : source.program.row_inputs) parameters += ", " + reader_parameters(source, input.input);
  return fmt::format("int {}_invoke_rows({})", name, parameters);
}

std::string row_reader_type(const Source& source, const End& end) {
  const std::size_t index = index_of(source, end);
  const std::string type = c_type(source.graph.tensor(end.tensor).type);
  return fmt::format(
      R"(
/* Yours: writes the {0}_{2}_row_elements quantized values of a row to `pixels`, which may not be aligned.
 * {0}_invoke_rows calls it when it needs a row: for each of the {0}_{2}_rows once, from row 0 at the top
 * down, with its own `{4}`. Returns 0 to go on; any other number ends the invocation. */
typedef int (*{0}_{1})(void* {4}, int32_t row, {3}* pixels);
)",
      source.options.name, reader(index), end.name, type, context(index));
}

std::string row_input_function(const Source& source, const RowInput& input) {
  const End& end = end_of(source, input);
  const std::string type = c_type(source.graph.tensor(end.tensor).type);
  const std::string row = "thimble_row(&in, r)";
  std::string out = fmt::format("/* Has the caller write rows [first, first + count) of the {}. */\n", end.name) +
                    listed(fmt::format("static int {}(", input.function),
                           {layer_arena(source.plan),
                            fmt::format("{}_{} {}", source.options.name, reader(input.input), reader(input.input)),
                            fmt::format("void* {}", context(input.input)), "int32_t first", "int32_t count"},
                           ") {\n");
  out += fmt::format("  const thimble_plane in = {};\n", initializer_of(input.plane));
  out += "  int status = 0;\n  int32_t r;\n  for (r = first; r < first + count && status == 0; ++r) ";
  out += fmt::format("status = {}({}, r, {});\n  return status;\n}}\n\n", reader(input.input), context(input.input),
                     type == "int8_t" ? row : fmt::format("({}*){}", type, row));
  return out;
}

std::string row_input_call(const RowInput& input, const std::string& first, int count) {
  return fmt::format("if ((status = {}(arena, {}, {}, {}, {})) != 0) return status;\n", input.function,
                     reader(input.input), context(input.input), first, count);
}

std::string example_row_reader(const Source& source, const End& end) {
  const std::string& name = source.options.name;
  const ir::Tensor& tensor = source.graph.tensor(end.tensor);
  const std::size_t index = index_of(source, end);
  std::string out = fmt::format(
      "\n/* Stands for a camera that gives one line after the other. */\nstatic int {}(void* camera, int32_t row, {}* "
      "pixels) {{\n",
      reader(index), c_type(tensor.type));
  if (end.outside == ir::no_tensor) {
    const std::string value = tensor.quantization ? fmt::format("{}_{}_zero_point", name, end.name) : std::string("0");
    out += fmt::format("  memset(pixels, {}, {}_{}_row_bytes); /* a line: zeros here */\n", value, name, end.name);
  } else {
    out += fmt::format("  static const {} line[{}_{}_row_elements]; /* zeros here */\n  {}_{}(line, pixels);\n",
                       c_type(source.graph.tensor(end.outside).type), name, end.name, name, end.conversion_name());
  }
  return out + "  (void)camera;\n  (void)row;\n  return 0;\n}\n";
}

}  // namespace thimble::emit
