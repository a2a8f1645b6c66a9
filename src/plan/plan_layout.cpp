// plan/plan_layout.cpp
#include "plan/plan_layout.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "plan/row_reads.h"

namespace thimble::plan {
namespace {

int stages_of(const Plan& plan) { return std::max(static_cast<int>(plan.stages.size()), 1); }

bool contains(std::size_t count, int index) { return index >= 0 && static_cast<std::size_t>(index) < count; }

void check_buffer(const Plan& plan, const Buffer& buffer) {
  if (buffer.bytes < 0 || buffer.bytes > plan.arena_bytes || buffer.offset < 0 ||
      buffer.offset > plan.arena_bytes - buffer.bytes)
    fail("plan: buffer \"{}\", {} bytes at {}, lies outside the arena of {} bytes", buffer.name, buffer.bytes,
         buffer.offset, plan.arena_bytes);
  if (buffer.offset % arena_alignment != 0)
    fail("plan: buffer \"{}\" at {} is not aligned to {} bytes", buffer.name, buffer.offset, arena_alignment);
  if (buffer.first_stage < 0 || buffer.last_stage < buffer.first_stage || buffer.last_stage >= stages_of(plan))
    fail("plan: buffer \"{}\" is live in stages [{}, {}] of {}", buffer.name, buffer.first_stage, buffer.last_stage,
         stages_of(plan));
}

/// The regions make up the arena, and each begins aligned if the one before ends so.
void check_regions(const Plan& plan) {
  std::int64_t sum = 0;
  for (const target::MemoryRegion& region : plan.regions) {
    if (region.bytes <= 0 || region.bytes % arena_alignment != 0)
      fail("plan: region \"{}\" has {} bytes, which cannot be", region.name, region.bytes);
    sum += region.bytes;
  }
  if (!plan.regions.empty() && sum != plan.arena_bytes)
    fail("plan: the arena has {} bytes, its regions have {}", plan.arena_bytes, sum);
}

void check_in_one_region(const Plan& plan, const Buffer& buffer) {
  std::int64_t begin = 0;
  for (const target::MemoryRegion& region : plan.regions) {
    const std::int64_t end = begin + region.bytes;
    if (buffer.offset < end && buffer.offset + buffer.bytes > end)
      fail("plan: buffer \"{}\", {} bytes at {}, lies across the end of region \"{}\" at {}", buffer.name, buffer.bytes,
           buffer.offset, region.name, end);
    begin = end;
  }
}

/// Adds the outputs of a stage's operators that read one of the tensors. Whether there were any new ones.
bool extend(const ir::Graph& graph, const Stage& stage, std::set<ir::TensorId>& tensors) {
  const std::size_t before = tensors.size();
  for (const Step& step : stage.steps) {
    if (!contains(graph.ops.size(), step.op)) continue;
    const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
    if (std::ranges::any_of(op.inputs, [&](ir::TensorId id) { return tensors.contains(id); }))
      tensors.insert(op.outputs.begin(), op.outputs.end());
  }
  return tensors.size() > before;
}

/// Whether the steps of stages [first, last] compute a tensor that lies in buffer `to` from one that lies in `from`,
/// themselves or by way of others. In a loop, steps may come in any order.
bool computes(const ir::Graph& graph, const Plan& plan, int first, int last, int from, int to) {
  std::set<ir::TensorId> computed;
  for (const Placement& placement : plan.placements)
    if (placement.buffer == from) computed.insert(placement.tensor);
  for (int stage = first; stage <= last && contains(plan.stages.size(), stage); ++stage)
    while (extend(graph, plan.stages[static_cast<std::size_t>(stage)], computed)) {
    }
  return std::ranges::any_of(plan.placements, [&](const Placement& placement) {
    return placement.buffer == to && computed.contains(placement.tensor);
  });
}

/// Whether a buffer is filled from another one while that one is used up: only then may two live buffers meet. The
/// execution proves how.
bool is_written_over(const ir::Graph& graph, const Plan& plan, int buffer, int other) {
  const Buffer& used_up = plan.buffers[static_cast<std::size_t>(buffer)];
  const Buffer& filled = plan.buffers[static_cast<std::size_t>(other)];
  if (filled.first_stage < used_up.first_stage || filled.last_stage < used_up.last_stage) return false;
  return computes(graph, plan, filled.first_stage, used_up.last_stage, buffer, other);
}

void check_apart(const ir::Graph& graph, const Plan& plan, int first, int second) {
  const Buffer& a = plan.buffers[static_cast<std::size_t>(first)];
  const Buffer& b = plan.buffers[static_cast<std::size_t>(second)];
  const bool share_stage = a.first_stage <= b.last_stage && b.first_stage <= a.last_stage;
  const bool share_byte = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
  if (!share_stage || !share_byte) return;
  if (is_written_over(graph, plan, first, second) || is_written_over(graph, plan, second, first)) return;
  fail("plan: buffers \"{}\" at [{}, {}) and \"{}\" at [{}, {}) share bytes and are both live in stage {}", a.name,
       a.offset, a.offset + a.bytes, b.name, b.offset, b.offset + b.bytes, std::max(a.first_stage, b.first_stage));
}

std::int64_t rows_in(const ir::Tensor& tensor) {
  return tensor.shape.size() == 4 && tensor.shape[0] == 1 ? tensor.shape[1] : 1;
}

void check_placement(const ir::Graph& graph, const Plan& plan, const Placement& placement) {
  if (!contains(graph.tensors.size(), placement.tensor)) fail("plan: a placement names no tensor of the graph");
  const ir::Tensor& tensor = graph.tensor(placement.tensor);
  if (tensor.is_constant()) fail("plan: constant \"{}\" is placed in the arena", tensor.name);
  if (!contains(plan.buffers.size(), placement.buffer)) fail("plan: \"{}\" lies in no buffer of the plan", tensor.name);
  const std::int64_t rows = rows_in(tensor);
  if (rows < 1 || placement.rows != rows || tensor.bytes() % rows != 0 || placement.row_bytes < tensor.bytes() / rows)
    fail("plan: \"{}\" ({}) is placed as {} rows of {} bytes", tensor.name, ir::text_of(tensor.shape), placement.rows,
         placement.row_bytes);
  if (placement.ring_rows < 1 || placement.ring_rows > rows)
    fail("plan: \"{}\" has {} rows, a ring of {} cannot hold them", tensor.name, rows, placement.ring_rows);
  const bool is_ring = placement.ring_rows < rows;
  if (placement.ring_step < 1 || placement.ring_shift < 0 || placement.ring_shift >= placement.ring_rows ||
      (!is_ring && (placement.ring_step > 1 || placement.ring_shift > 0)))
    fail("plan: \"{}\", a ring of {} of {} rows, cannot be stepped by {} and shifted by {}", tensor.name,
         placement.ring_rows, rows, placement.ring_step, placement.ring_shift);
  const bool holds_words = tensor.type == ir::DataType::int32;
  if (holds_words && (placement.offset % arena_alignment != 0 || placement.row_bytes % arena_alignment != 0))
    fail("plan: \"{}\" is of words, and its rows of {} bytes from byte {} of its buffer on are not aligned to them",
         tensor.name, placement.row_bytes, placement.offset);
  const Buffer& buffer = plan.buffers[static_cast<std::size_t>(placement.buffer)];
  const std::int64_t held = (placement.ring_rows - 1) * placement.row_bytes + tensor.bytes() / rows;
  if (placement.offset < 0 || placement.offset > buffer.bytes - held)
    fail("plan: \"{}\", {} bytes at byte {} of its buffer, does not fit into the {} bytes of \"{}\"", tensor.name, held,
         placement.offset, buffer.bytes, buffer.name);
}

/// Rows of a loop's step must be among those of the tensor that they are counted in.
void check_range(const Stage& stage, const RowRange& rows, const std::string& name, std::int64_t tensor_rows) {
  const std::int64_t first = rows.first;
  const std::int64_t last = first + std::int64_t{rows.advance} * (stage.iterations - 1);
  if (rows.count < 1 || std::min(first, last) < 0 || std::max(first, last) + rows.count > tensor_rows)
    fail("plan: \"{}\" has rows 0 to {}, a step has rows {} to {}", name, tensor_rows - 1, std::min(first, last),
         std::max(first, last) + rows.count - 1);
  if (stage.iterations > 1 && rows.advance == 0)
    fail("plan: \"{}\": each of {} iterations has the same rows", name, stage.iterations);
}

void check_rows(const ir::Graph& graph, const Stage& stage, const Step& step) {
  const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
  const std::string& name = graph.name_of(op);
  if (step.kernel.accumulates) {
    if (!can_accumulate(graph, op)) fail("plan: \"{}\" ({}) cannot sum up rows", name, ir::name_of(op.kind));
    check_range(stage, step.rows, name, rows_in(graph.tensor(op.inputs.at(0))));
    return;
  }
  const std::int64_t rows = rows_in(graph.tensor(op.outputs.at(0)));
  check_range(stage, step.rows, name, rows);
  if (!computed_by_rows(graph, op) && step.rows.count != rows)
    fail("plan: \"{}\" ({}) cannot be computed row by row", name, ir::name_of(op.kind));
}

void check_scratch(const Plan& plan, const std::string& name, const Step& step) {
  const std::int64_t needed = step.kernel.scratch_bytes;
  if (step.kernel.accumulates && needed <= 0) fail("plan: \"{}\" sums up rows and has no bytes for the sums", name);
  if (step.scratch_buffer == -1) {
    if (needed > 0) fail("plan: \"{}\" needs {} bytes of scratch and has none", name, needed);
    return;
  }
  if (!contains(plan.buffers.size(), step.scratch_buffer)) fail("plan: the scratch of \"{}\" is no buffer", name);
  const std::int64_t bytes = plan.buffers[static_cast<std::size_t>(step.scratch_buffer)].bytes;
  if (step.scratch_offset < 0 || bytes - step.scratch_offset < needed)
    fail("plan: \"{}\" needs {} bytes of scratch and has {}", name, needed, bytes - step.scratch_offset);
  if (step.scratch_offset % arena_alignment != 0)
    fail("plan: the scratch of \"{}\" is not aligned to {} bytes", name, arena_alignment);
}

void check_placed(const ir::Graph& graph, const Plan& plan, ir::TensorId id) {
  if (id != ir::no_tensor && !graph.tensor(id).is_constant() && plan.find(id) == nullptr)
    fail("plan: tensor \"{}\" is used and has no place in the arena", graph.tensor(id).name);
}

bool lies_apart(const ir::Graph& graph, const Plan& plan, ir::TensorId id) {
  const Placement* place = id == ir::no_tensor ? nullptr : plan.find(id);
  return place != nullptr && place->row_bytes != graph.tensor(id).bytes() / rows_in(graph.tensor(id));
}

/// Rows may lie further apart than they are long for slices, whose kernel writes them so, where nothing but a
/// concatenation, which is no step then, reads them; and for convolutions that run a row at a time.
void check_strides(const ir::Graph& graph, const Plan& plan, const Step& step) {
  const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
  const bool is_slice = std::holds_alternative<ir::StridedSlice>(op.kind);
  const bool is_conv =
      std::holds_alternative<ir::Conv2D>(op.kind) || std::holds_alternative<ir::DepthwiseConv2D>(op.kind);
  if (is_conv && step.rows.count == 1) return;
  for (const ir::TensorId id : op.inputs)
    if (lies_apart(graph, plan, id))
      fail("plan: \"{}\" reads \"{}\", whose rows lie apart", graph.name_of(op), graph.tensor(id).name);
  if (lies_apart(graph, plan, op.outputs[0]) && !is_slice)
    fail("plan: \"{}\" ({}) cannot write rows that lie apart", graph.name_of(op), ir::name_of(op.kind));
}

void check_input_step(const ir::Graph& graph, const Plan& plan, const Stage& stage, const Step& step) {
  if (std::ranges::find(graph.inputs, step.input) == graph.inputs.end())
    fail("plan: a step takes rows of tensor {}, which is no input of the graph", step.input);
  const ir::Tensor& tensor = graph.tensor(step.input);
  if (step.op != -1) fail("plan: a step takes rows of input \"{}\" and computes op {}", tensor.name, step.op);
  check_placed(graph, plan, step.input);
  check_range(stage, step.rows, tensor.name, rows_in(tensor));
}

void check_step(const ir::Graph& graph, const Plan& plan, const Stage& stage, const Step& step) {
  if (step.input != ir::no_tensor) {
    check_input_step(graph, plan, stage, step);
    return;
  }
  if (!contains(graph.ops.size(), step.op)) fail("plan: a step computes op {} of {}", step.op, graph.ops.size());
  const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
  if (op.outputs.size() != 1)
    fail("plan: \"{}\" has {} outputs, one is supported", graph.name_of(op), op.outputs.size());
  for (const ir::TensorId id : op.inputs) check_placed(graph, plan, id);
  check_placed(graph, plan, op.outputs[0]);
  check_strides(graph, plan, step);
  check_rows(graph, stage, step);
  check_scratch(plan, graph.name_of(op), step);
}

}  // namespace

void check_layout(const ir::Graph& graph, const Plan& plan) {
  check_regions(plan);
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    check_buffer(plan, plan.buffers[i]);
    check_in_one_region(plan, plan.buffers[i]);
    for (std::size_t j = 0; j < i; ++j) check_apart(graph, plan, static_cast<int>(j), static_cast<int>(i));
  }
  std::set<ir::TensorId> placed;
  for (const Placement& placement : plan.placements) {
    check_placement(graph, plan, placement);
    if (!placed.insert(placement.tensor).second)
      fail("plan: tensor \"{}\" has two places", graph.tensor(placement.tensor).name);
  }
  for (const Stage& stage : plan.stages) {
    if (stage.iterations < 1) fail("plan: a stage has {} iterations", stage.iterations);
    for (const Step& step : stage.steps) check_step(graph, plan, stage, step);
  }
  for (const std::vector<ir::TensorId>& ends : {graph.inputs, graph.outputs})
    for (const ir::TensorId id : ends) {
      check_placed(graph, plan, id);
      if (lies_apart(graph, plan, id)) fail("plan: the rows of \"{}\" lie apart", graph.tensor(id).name);
    }
}

}  // namespace thimble::plan
