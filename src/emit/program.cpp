// emit/program.cpp
#include "emit/program.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "emit/arena_text.h"
#include "emit/names.h"

namespace thimble::emit {
namespace {

class Builder {
 public:
  Builder(const ir::Graph& graph, const plan::Plan& plan) : graph_(graph), plan_(plan) {}

  Program build() {
    add_row_inputs();
    for (const plan::Stage& stage : plan_.stages) {
      ProgramStage printed{stage.iterations, {}};
      for (const plan::Step& step : stage.steps) printed.uses.push_back(use_of(step));
      if (stage.iterations > 0) program_.stages.push_back(std::move(printed));
    }
    return std::move(program_);
  }

 private:
  const ir::Op& op_of(const plan::Step& step) const { return graph_.ops.at(static_cast<std::size_t>(step.op)); }

  const plan::Placement& placement_of(ir::TensorId tensor) const {
    const plan::Placement* placement = plan_.find(tensor);
    if (placement == nullptr)
      fail("{}: the plan has no place for tensor \"{}\"", graph_.name, graph_.tensor(tensor).name);
    return *placement;
  }

  Plane plane_at(std::string base, std::int64_t row_bytes, int ring, int step = 1, int shift = 0) const {
    return {std::move(base), row_bytes, ring, step, shift, plan::has_shifted_rows(plan_)};
  }

  Plane plane_of(ir::TensorId tensor) const {
    const plan::Placement& placement = placement_of(tensor);
    return plane_at(in_arena(plan_, arena_offset(graph_, plan_, tensor)), placement.row_bytes, placement.ring_rows,
                    placement.ring_step, placement.ring_shift);
  }

  void add_row_inputs() {
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i)
      if (plan_.takes_rows_of(graph_.inputs[i]))
        program_.row_inputs.push_back({"take_" + numbered("input", i), i, plane_of(graph_.inputs[i])});
  }

  LayerUse use_of(const plan::Step& step) {
    if (step.input == ir::no_tensor) return {false, layer_of(step), step.rows};
    const auto is_its = [&](const RowInput& row_input) { return graph_.inputs[row_input.input] == step.input; };
    const auto found = std::ranges::find_if(program_.row_inputs, is_its);
    return {true, static_cast<std::size_t>(found - program_.row_inputs.begin()), step.rows};
  }

  /// The function that runs a step: one that is there already, if it runs the same operator in the same way.
  std::size_t layer_of(const plan::Step& step) {
    const std::string scratch = step.scratch_buffer < 0 ? "NULL" : in_arena(plan_, plan_.scratch_of(step));
    const auto same = [&](const Layer& layer) {
      return layer.op == step.op && layer.kernel.kernel == step.kernel.kernel && layer.scratch == scratch;
    };
    auto found = std::ranges::find_if(program_.layers, same);
    if (found == program_.layers.end()) {
      program_.layers.push_back(new_layer(step, scratch));
      found = program_.layers.end() - 1;
    }
    const int all = found->summed_rows > 0 ? found->summed_rows : found->rows;
    if (step.rows.first != 0 || step.rows.count != all) {
      require_rows(step);
      found->takes_rows = true;
    }
    return static_cast<std::size_t>(found - program_.layers.begin());
  }

  void require_rows(const plan::Step& step) const {
    if (!code_of(graph_, op_of(step), step.kernel, {}).by_rows)
      fail("layer \"{}\": the plan computes a part of its rows, but {} computes a whole tensor",
           graph_.name_of(op_of(step)), step.kernel.driver);
  }

  std::string function_name(const plan::Step& step) const {
    const auto others = std::ranges::count(program_.layers, step.op, &Layer::op);
    std::string name = fmt::format("{}_{}", ir::name_of(op_of(step).kind), step.op);
    for (auto i = others; i > 0; --i) name += 'b';
    return name;
  }

  Layer new_layer(const plan::Step& step, const std::string& scratch) {
    const ir::Op& op = op_of(step);
    Layer layer;
    layer.function = function_name(step);
    layer.op = step.op;
    layer.kernel = step.kernel;
    layer.scratch = scratch;
    layer.rows = placement_of(op.outputs.at(0)).rows;
    if (step.kernel.accumulates) layer.summed_rows = placement_of(op.inputs.at(0)).rows;
    OpCode code = code_of(graph_, op, step.kernel, layer.function);
    for (ConstantArray& array : code.constants) add_constant(std::move(array), code.calls, layer);
    for (DriverCall& call : code.calls) {
      LayerCall printed{std::move(call.parameters), std::move(call.parts), {}, {}};
      for (const int input : call.inputs) printed.inputs.push_back(input_plane(op, input, layer));
      printed.output = plane_of(op.outputs[0]);
      if (call.output_offset > 0)
        printed.output.base = in_arena(plan_, arena_offset(graph_, plan_, op.outputs[0]) + call.output_offset);
      layer.calls.push_back(std::move(printed));
    }
    return layer;
  }

  /// The same values in another layer, which computes the same from other activations: patches of an image, a plane
  /// that is computed again. Null if there are none.
  const ConstantArray* find_equal(const ConstantArray& array) const {
    const auto equal = [&](const ConstantArray& other) {
      return other.element == array.element && other.word_aligned == array.word_aligned && other.values == array.values;
    };
    for (const Layer& layer : program_.layers)
      if (const auto found = std::ranges::find_if(layer.constants, equal); found != layer.constants.end())
        return &*found;
    return nullptr;
  }

  /// Gives the layer an array of its own, or lets its calls point at an equal one.
  void add_constant(ConstantArray array, std::vector<DriverCall>& calls, Layer& layer) const {
    const ConstantArray* const equal = find_equal(array);
    if (equal == nullptr) {
      layer.constants.push_back(std::move(array));
      return;
    }
    const auto point_at_equal = [&](Parameters& parameters) {
      for (Field& field : parameters.fields)
        if (field.value == array.pointer()) field.value = equal->pointer();
    };
    for (DriverCall& call : calls) {
      point_at_equal(call.parameters);
      for (auto& [name, parameters] : call.parts) point_at_equal(parameters);
    }
  }

  static bool is_absent(const ir::Op& op, int input) {
    const auto index = static_cast<std::size_t>(input);
    return index >= op.inputs.size() || op.inputs[index] == ir::no_tensor;
  }

  /// An activation's plane, or a constant operand (one input of an addition, say) as an array of its own.
  Plane input_plane(const ir::Op& op, int input, Layer& layer) const {
    if (is_absent(op, input)) return plane_at("NULL", 0, 1);
    const ir::TensorId id = op.inputs.at(static_cast<std::size_t>(input));
    const ir::Tensor& tensor = graph_.tensor(id);
    if (!tensor.is_constant()) return plane_of(id);
    if (tensor.type != ir::DataType::int8 && tensor.type != ir::DataType::uint8)
      fail("layer \"{}\": constant input \"{}\" is {} (int8 and uint8 are supported)", graph_.name_of(op), tensor.name,
           ir::name_of(tensor.type));
    const auto values = tensor.values<std::int8_t>();
    ConstantArray array{
        fmt::format("{}_operand_{}", layer.function, input), "int8_t", {values.begin(), values.end()}, false};
    const ConstantArray* const equal = find_equal(array);
    // Drivers take planes that can be written; they do not write to their inputs.
    Plane plane = plane_at(fmt::format("(int8_t*){}", (equal != nullptr ? *equal : array).pointer()),
                           plan::row_bytes_of(tensor), plan::rows_of(tensor));
    if (equal == nullptr) layer.constants.push_back(std::move(array));
    return plane;
  }

  const ir::Graph& graph_;
  const plan::Plan& plan_;
  Program program_;
};

}  // namespace

std::string initializer_of(const Plane& plane) {
  const std::string shift = plane.is_shifted ? fmt::format(", {}, {}", plane.step, plane.shift) : "";
  return fmt::format("{{{}, {}, {}{}}}", plane.base, plane.row_bytes, plane.ring, shift);
}

std::int64_t arena_offset(const ir::Graph& graph, const plan::Plan& plan, ir::TensorId tensor) {
  const plan::Placement* placement = plan.find(tensor);
  if (placement == nullptr) fail("{}: the plan has no place for tensor \"{}\"", graph.name, graph.tensor(tensor).name);
  return plan.buffers.at(static_cast<std::size_t>(placement->buffer)).offset + placement->offset;
}

Program program_of(const ir::Graph& graph, const plan::Plan& plan) { return Builder(graph, plan).build(); }

}  // namespace thimble::emit
