#include <cmath>

#include "base/error.h"
#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

bool is_small_integer(ir::DataType type) {
  return type == ir::DataType::int8 || type == ir::DataType::uint8 || type == ir::DataType::int16;
}

/// Operators that move elements without a look at what they mean.
bool moves_only(const ir::Operator& kind) {
  return std::visit(
      ir::Overloaded{[](const ir::Reshape&) { return true; }, [](const ir::Transpose&) { return true; },
                     [](const ir::Concat&) { return true; }, [](const ir::ResizeNearest&) { return true; },
                     [](const ir::ShapeOf&) { return true; }, [](const ir::StridedSlice&) { return true; },
                     [](const ir::Pack&) { return true; }, [](const ir::Pad&) { return true; },
                     [](const auto&) { return false; }},
      kind);
}

/// Scales and zero points come from files: the arithmetic behind counts on these bounds. (Scales of constants may be
/// negative: public models have weights with such channels, which a negative multiplier serves as well.)
void check_quantization(const Operands& operands, const ir::Tensor& tensor) {
  if (!tensor.quantization || tensor.quantization->scale.empty()) {
    if (!is_small_integer(tensor.type) || moves_only(operands.op.kind)) return;
    reject(operands, fmt::format("\"{}\" is {} but has no scale", tensor.name, ir::name_of(tensor.type)));
  }
  for (const float scale : tensor.quantization->scale) {
    if (!std::isfinite(scale) || (scale <= 0.0F && !tensor.is_constant())) {
      reject(operands, fmt::format("\"{}\" has a scale of {}", tensor.name, scale));
    }
  }
  if (!is_small_integer(tensor.type)) return;
  const IntegerRange range = range_of(tensor.type);
  for (const int zero_point : tensor.quantization->zero_point) {
    if (zero_point < range.low || zero_point > range.high) {
      reject(operands, fmt::format("\"{}\" has a zero point of {}, which is no {}", tensor.name, zero_point,
                                   ir::name_of(tensor.type)));
    }
  }
}

}  // namespace

Bytes evaluate(const Operands& operands) {
  check_quantization(operands, operands.output());
  for (std::size_t i = 0; i < operands.op.inputs.size(); ++i) {
    if (!operands.has_input(i)) continue;
    check_quantization(operands, operands.input(i));
    const auto bytes = static_cast<std::size_t>(operands.input(i).bytes());
    if (operands.values.at(i).size() != bytes) {
      reject(operands, fmt::format("input \"{}\" has {} bytes, not {}", operands.input(i).name,
                                   operands.values[i].size(), bytes));
    }
  }
  // Exhaustive: an operator without an overload in operators.h does not compile.
  return std::visit([&](const auto& kind) { return evaluate(operands, kind); }, operands.op.kind);
}

std::vector<Bytes> evaluate(const ir::Graph& graph, const ir::Op& op, std::span<const Bytes> inputs) {
  if (inputs.size() != op.inputs.size()) {
    fail("{}: {} \"{}\": has {} inputs, not {}", graph.name, ir::name_of(op.kind), graph.name_of(op), op.inputs.size(),
         inputs.size());
  }
  return {evaluate(Operands{graph, op, {inputs.begin(), inputs.end()}})};
}

}  // namespace thimble::reference
