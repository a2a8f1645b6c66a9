// emit/program_text.cpp
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "emit/arena_text.h"
#include "emit/files_of_program.h"
#include "emit/names.h"
#include "emit/row_inputs.h"

namespace thimble::emit {
namespace {

const ir::Op& op_of(const Source& source, const Layer& layer) {
  return source.graph.ops[static_cast<std::size_t>(layer.op)];
}

/// Layers by row kernel: the kernels that several layers use get a function that those share.
std::map<std::string, int> uses_of_kernels(const Program& program) {
  std::map<std::string, int> uses;
  for (const Layer& layer : program.layers) {
    uses[layer.kernel.kernel] += static_cast<int>(layer.calls.size());
    for (const target::KernelChoice& part : layer.kernel.layers) uses[part.kernel] += 2;  // By pointers to a function.
  }
  return uses;
}

/// What the kernels are compiled with, kernels/generic/types.h.
std::string kernel_options(const Source& source) {
  std::string out;
  if (source.graph.rounding == ir::Rounding::once)
    out += "/* Requantize with one rounding, not TensorFlow Lite's two. */\n#define THIMBLE_SINGLE_ROUNDING 1\n";
  const auto has_tiles = [](const Layer& layer) { return layer.kernel.tile_pixels > 0; };
  if (std::ranges::any_of(source.program.layers, has_tiles))
    out += "/* Gather the columns of more than four pixels at a time. */\n#define THIMBLE_COLUMN_TILES 1\n";
  const auto is_shifted = [](const LayerCall& call) { return call.output.is_shifted; };
  const auto has_shifted = [&](const Layer& layer) { return std::ranges::any_of(layer.calls, is_shifted); };
  if (std::ranges::any_of(source.program.layers, has_shifted))
    out += "/* Depthwise convolutions write over the oldest row that they read. */\n#define THIMBLE_SHIFTED_ROWS 1\n";
  const auto is_packed = [](const Layer& layer) {
    const auto& parts = layer.kernel.layers;
    return layer.kernel.packed_channels || std::ranges::any_of(parts, &target::KernelChoice::packed_channels);
  };
  if (std::ranges::any_of(source.program.layers, is_packed))
    out += "/* Keep a channel's bias and shift in one word. */\n#define THIMBLE_PACKED_CHANNELS 1\n";
  const auto is_for_single_issue = [](const Layer& layer) { return layer.kernel.single_issue; };
  if (std::ranges::any_of(source.program.layers, is_for_single_issue))
    out += "/* Order loads for a core that issues one instruction a cycle. */\n#define THIMBLE_SINGLE_ISSUE 1\n";
  return out;
}

std::string includes(const Source& source) {
  std::string out = fmt::format("#include \"{0}.h\"\n\n", source.options.name);
  out += kernel_options(source);
  for (const std::string& header : included_kernels(source)) out += fmt::format("#include \"{}\"\n", header);
  return out + fmt::format("#include \"{}_weights.h\"\n\n", source.options.name);
}

/// A compile-time check in C99: the size of an array type, negative where the condition does not hold.
std::string check(const std::string& name, const std::string& condition) {
  const std::string one_line = fmt::format("typedef char {}[({}) ? 1 : -1];\n", name, condition);
  if (one_line.size() <= line_width) return one_line;
  return fmt::format("typedef char {}\n    [({}) ? 1 : -1];\n", name, condition);
}

std::string checks(const Source& source) {
  const std::string& name = source.options.name;
  std::string out = fmt::format(
      "/* Compile-time checks: this file and {}.h are of one generation, and the compiler's "
      "integers are as the kernels\n * need them. */\n",
      name);
  for (const auto& [what, condition] : arena_checks(source)) out += check(name + "_check_" + what, condition);
  for (const End& end : source.ends)
    out += check(fmt::format("{}_check_{}", name, end.name),
                 fmt::format("{}_{}_bytes == {}", name, end.name, source.graph.tensor(end.tensor).bytes()));
  if (!source.graph.labels.empty())
    out += check(name + "_check_labels", fmt::format("sizeof((const char* const[]){0}_labels) / sizeof(const char*) == "
                                                     "{0}_label_count",
                                                     name));
  out += check(name + "_check_shift", "(-1 >> 1) == -1");
  return out + "\n";
}

/// A row kernel in its driver, once for all layers that use it. `type` is its parameters'.
std::string shared_function(const target::KernelChoice& kernel, const std::string& type, bool two_inputs) {
  std::vector<std::string> parameters{fmt::format("const {}* p", type)};
  for (const char* plane : two_inputs ? std::vector{"a", "b", "out"} : std::vector{"in", "out"})
    parameters.push_back(fmt::format("const thimble_plane* {}", plane));
  parameters.insert(parameters.end(), {"int32_t first", "int32_t count", "void* scratch"});
  std::string out = listed(fmt::format("THIMBLE_SHARED void {}_rows(", kernel.kernel), parameters, ") {\n");
  return out + fmt::format("  {}({}, p, {}, out, first, count, scratch);\n}}\n\n", kernel.driver, kernel.kernel,
                           two_inputs ? "a, b" : "in");
}

std::string shapes_of(const ir::Graph& graph, const ir::Op& op) {
  std::string out;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const bool is_activation = op.inputs[i] != ir::no_tensor && !graph.tensor(op.inputs[i]).is_constant();
    if (is_activation) out += (out.empty() ? "" : ", ") + ir::text_of(graph.tensor(op.inputs[i]).shape);
  }
  return out + " -> " + ir::text_of(graph.tensor(op.outputs.at(0)).shape);
}

/// A layer's name as a comment has room for it. Converters join the names of everything that they fused by ';': the
/// last one is the operator's own.
std::string short_name(const std::string& name) {
  constexpr std::size_t longest = 72;
  const std::string last = name.substr(name.find_last_of(';') + 1);
  return comment_text(last.size() <= longest ? last : last.substr(0, longest - 3) + "...");
}

std::string layer_comment(const Source& source, const Layer& layer) {
  const ir::Op& op = op_of(source, layer);
  std::string out = fmt::format("/* {} {}: \"{}\"\n", ir::name_of(op.kind), shapes_of(source.graph, op),
                                short_name(source.graph.name_of(op)));
  out += fmt::format(" * {}: {}", layer.kernel.kernel, comment_text(layer.kernel.reason));
  if (const std::int64_t macs = ir::macs_of(source.graph, op); macs > 0) out += fmt::format("; {} MACs", grouped(macs));
  return out + ". */\n";
}

std::string plane_definition(const std::string& name, const Plane& plane) {
  return fmt::format("  const thimble_plane {} = {};\n", name, initializer_of(plane));
}

/// One call of a driver: its constants and planes, then the call. Only a concatenation has a call after the first.
struct CallText {
  std::string definitions;
  std::string call;
};

CallText call_text(const Layer& layer, std::size_t index, bool shared) {
  const LayerCall& call = layer.calls[index];
  const std::string p = numbered("p", index);
  const std::string out = numbered("out", index);
  CallText text;
  for (const auto& [name, parameters] : call.parts) text.definitions += definition_of(parameters, name, 2);
  text.definitions += definition_of(call.parameters, p, 2);
  std::string inputs;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const std::string in = call.inputs.size() == 2 ? std::string(i == 0 ? "a" : "b") : numbered("in", index);
    text.definitions += plane_definition(in, call.inputs[i]);
    inputs += fmt::format("&{}, ", in);
  }
  text.definitions += plane_definition(out, call.output);
  const int all = layer.summed_rows > 0 ? layer.summed_rows : layer.rows;
  const std::string rows = layer.takes_rows ? "first, count" : fmt::format("0, {}", all);
  const std::string function =
      shared ? layer.kernel.kernel + "_rows(" : fmt::format("{}({}, ", layer.kernel.driver, layer.kernel.kernel);
  text.call = fmt::format("  {}&{}, {}&{}, {}, {});\n", function, p, inputs, out, rows, layer.scratch);
  return text;
}

std::string layer_function(const Source& source, const Layer& layer, bool shared) {
  const bool by_rows = layer.takes_rows && layer.summed_rows == 0;
  const std::string rows = by_rows ? "first, count" : fmt::format("0, {}", layer.rows);
  std::string out = layer_comment(source, layer);
  out += fmt::format("static void {}({}{}) {{\n", layer.function, layer_arena(source.plan),
                     layer.takes_rows ? ", int32_t first, int32_t count" : "");
  std::string calls;
  for (std::size_t i = 0; i < layer.calls.size(); ++i) {
    const CallText text = call_text(layer, i, shared);
    out += text.definitions;
    calls += text.call;
  }
  out += fmt::format("  THIMBLE_LAYER({});\n", layer.op) + calls;
  const std::string condition =
      layer.takes_rows && layer.summed_rows > 0 ? fmt::format("if (first + count == {}) ", layer.summed_rows) : "";
  const ir::TensorId output = op_of(source, layer).outputs[0];
  const bool is_dense = layer.calls.at(0).output.row_bytes == plan::row_bytes_of(source.graph.tensor(output));
  if (is_dense) out += fmt::format("  {}THIMBLE_TRACE_ROWS({}, &out, {});\n", condition, output, rows);
  return out + "}\n\n";
}

std::string row_expression(const plan::RowRange& rows, bool in_loop) {
  if (!in_loop || rows.advance == 0) return std::to_string(rows.first);
  const std::string moved = rows.advance == 1 ? "i" : fmt::format("{} * i", rows.advance);
  return rows.first == 0 ? moved : fmt::format("{} + {}", rows.first, moved);
}

std::string invocation(const Source& source) {
  std::string out = invoke_signature(source) + " {\n";
  if (takes_rows(source)) out += "  int status;\n";
  for (const ProgramStage& stage : source.program.stages) {
    const bool loops = stage.iterations > 1;
    if (loops) out += fmt::format("  for (int32_t i = 0; i < {}; ++i) {{\n", stage.iterations);
    for (const LayerUse& use : stage.uses) {
      if (use.takes_input) {
        const RowInput& input = source.program.row_inputs[use.layer];
        const std::string first = row_expression(use.rows, loops);
        out += fmt::format("  {}{}", loops ? "  " : "", row_input_call(input, first, use.rows.count));
        continue;
      }
      const Layer& layer = source.program.layers[use.layer];
      const std::string rows =
          layer.takes_rows ? fmt::format(", {}, {}", row_expression(use.rows, loops), use.rows.count) : "";
      out += fmt::format("  {}{}(arena{});\n", loops ? "  " : "", layer.function, rows);
    }
    if (loops) out += "  }\n";
  }
  return out + (takes_rows(source) ? "  return 0;\n}\n" : "}\n");
}

std::string access_function(const Source& source, const End& end) {
  const std::string type = c_type(source.graph.tensor(end.tensor).type);
  const std::string pointee = end.is_input ? type : "const " + type;
  const std::int64_t offset = arena_offset(source.graph, source.plan, end.tensor);
  const std::string start = fmt::format("{}* {}_{}({}) {{", pointee, source.options.name, end.name,
                                        end.is_input ? public_arena(source) : read_arena(source));
  const std::string body = fmt::format("return {};", in_arena_as(source.plan, offset, pointee));
  const std::string one_line = fmt::format("{} {} }}\n\n", start, body);
  return one_line.size() <= line_width ? one_line : fmt::format("{}\n  {}\n}}\n\n", start, body);
}

}  // namespace

std::string program_text(const Source& source) {
  const std::string& name = source.options.name;
  std::string out = fmt::format(
      "/* {}.c: the model \"{}\", layer by layer. Generated by Thimble: changes will be lost.\n *\n"
      " * A plane is {{where a tensor begins, bytes of a row, rows that are held}}. */\n",
      name, comment_text(source.graph.name));
  out += includes(source) + checks(source);
  std::map<std::string, int> uses = uses_of_kernels(source.program);
  std::set<std::string> printed;
  for (const Layer& layer : source.program.layers) {
    for (const target::KernelChoice& part : layer.kernel.layers)
      if (printed.insert(part.kernel).second) out += shared_function(part, "thimble_conv", false);
    if (uses[layer.kernel.kernel] > 1 && printed.insert(layer.kernel.kernel).second)
      out += shared_function(layer.kernel, layer.calls.at(0).parameters.type, layer.calls[0].inputs.size() == 2);
  }
  for (const Layer& layer : source.program.layers) out += layer_function(source, layer, uses[layer.kernel.kernel] > 1);
  for (const RowInput& input : source.program.row_inputs) out += row_input_function(source, input);
  for (const End& end : source.ends)
    if (!end.by_rows) out += access_function(source, end);
  for (const End& end : source.ends)
    if (end.outside != ir::no_tensor) out += conversion_text(source.graph, end, name) + "\n";
  return out + invocation(source);
}

std::string weights_text(const Source& source) {
  const std::string& name = source.options.name;
  std::int64_t bytes = 0;
  std::string arrays;
  const auto add = [&](const ConstantArray& array) {
    bytes += array.bytes();
    arrays += fmt::format("\n{}", definition_of(array));
  };
  for (const Layer& layer : source.program.layers)
    for (const ConstantArray& array : layer.constants) add(array);
  for (const End& end : source.ends)
    if (end.conversion) add(*end.conversion);
  return fmt::format(
             "/* {0}_weights.h: the constants of {0}.c, {1} bytes. Generated by Thimble: changes will be lost.\n"
             " *\n * Weights are in the order in which their kernel reads them (see its header); the input's "
             "zero point is part of the\n * bias. */\n#ifndef {2}_WEIGHTS_H\n#define {2}_WEIGHTS_H\n\n#include "
             "<stdint.h>\n",
             name, grouped(bytes), upper_case(name)) +
         arrays + "\n#endif\n";
}

}  // namespace thimble::emit
