// emit/ends.cpp
#include "emit/ends.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "emit/names.h"
#include "emit/tables.h"

namespace thimble::emit {
namespace {

bool is_byte(const ir::Tensor& tensor) {
  return tensor.type == ir::DataType::int8 || tensor.type == ir::DataType::uint8;
}

ConstantArray conversion_table(const ir::Graph& graph, const End& end) {
  const ir::Op quantize = end.is_input ? ir::Op{ir::Quantize{}, {end.outside}, {end.tensor}}
                                       : ir::Op{ir::Quantize{}, {end.tensor}, {end.outside}};
  return {end.name + "_table", "int8_t", byte_table(graph, quantize), false};
}

void append_ends(const ir::Graph& graph, bool inputs, std::vector<End>& ends) {
  const std::vector<ir::TensorId>& tensors = inputs ? graph.inputs : graph.outputs;
  const std::vector<ir::TensorId>& outside = inputs ? graph.input_ends : graph.output_ends;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    End end;
    end.is_input = inputs;
    end.name = numbered(inputs ? "input" : "output", i);
    end.tensor = tensors[i];
    end.outside = i < outside.size() ? outside[i] : ir::no_tensor;
    const ir::Tensor& tensor = graph.tensor(end.tensor);
    if (!is_byte(tensor))
      throw Error(fmt::format("{}: {} \"{}\" is {}: generated code takes and gives int8 and uint8", graph.name,
                              inputs ? "input" : "output", tensor.name, ir::name_of(tensor.type)),
                  "`thimble quantize` makes an int8 model of a float one");
    if (end.outside != ir::no_tensor && is_byte(graph.tensor(end.outside)))
      end.conversion = conversion_table(graph, end);
    ends.push_back(std::move(end));
  }
}

/// "s8" or "u8", as kernels/generic/quantize.h names types.
const char* suffix_of(const ir::Tensor& tensor) { return tensor.type == ir::DataType::uint8 ? "u8" : "s8"; }

}  // namespace

std::vector<End> ends_of(const ir::Graph& graph, const plan::Plan& plan) {
  std::vector<End> ends;
  append_ends(graph, true, ends);
  for (End& input : ends) input.by_rows = plan.takes_rows_of(input.tensor);
  append_ends(graph, false, ends);
  return ends;
}

std::string c_type(ir::DataType type) {
  switch (type) {
    case ir::DataType::uint8:
      return "uint8_t";
    case ir::DataType::float32:
      return "float";
    default:
      return "int8_t";
  }
}

std::string conversion_signature(const ir::Graph& graph, const End& end, const std::string& program) {
  const ir::Tensor& inside = graph.tensor(end.tensor);
  const ir::Tensor& outside = graph.tensor(end.outside);
  return fmt::format("void {}_{}(const {}* in, {}* out)", program, end.conversion_name(),
                     c_type(end.is_input ? outside.type : inside.type),
                     c_type(end.is_input ? inside.type : outside.type));
}

std::string conversion_text(const ir::Graph& graph, const End& end, const std::string& program) {
  std::string out = conversion_signature(graph, end, program) + " {\n";
  if (end.conversion) {
    const std::string result = c_type(graph.tensor(end.is_input ? end.tensor : end.outside).type);
    out += "  int32_t i;\n";
    out += fmt::format("  for (i = 0; i < {}_{}; ++i) out[i] = ({}){}[(uint8_t)in[i]];\n", program,
                       end.conversion_count(), result, end.conversion->pointer());
  } else {
    out += fmt::format("  thimble_{0}_{1}(in, out, {2}_{4}, {2}_{3}_scale, {2}_{3}_zero_point);\n",
                       end.is_input ? "quantize" : "dequantize", suffix_of(graph.tensor(end.tensor)), program, end.name,
                       end.conversion_count());
  }
  return out + "}\n";
}

}  // namespace thimble::emit
