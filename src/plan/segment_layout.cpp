// plan/segment_layout.cpp
#include "plan/segment_layout.h"

#include <algorithm>
#include <utility>

#include "base/index.h"
#include "plan/aliases.h"

namespace thimble::plan {
namespace {

const ir::Op& op_at(const Divided& network, int index) { return network.graph.ops[static_cast<std::size_t>(index)]; }

std::span<const int> ops_of(const Divided& network, const Segment& segment) {
  return network.ops.subspan(static_cast<std::size_t>(segment.first),
                             static_cast<std::size_t>(segment.end - segment.first));
}

bool is_activation(const Divided& network, ir::TensorId id) {
  return id != ir::no_tensor && !network.graph.tensor(id).is_constant();
}

bool is_its_own(const Divided& network, ir::TensorId id) {
  return network.holders[to_index(id)] == id && std::ranges::count(network.holders, id) == 1;
}

bool contains(std::span<const ir::TensorId> tensors, ir::TensorId id) {
  return std::ranges::find(tensors, id) != tensors.end();
}

const Lifetime& lifetime_of(const Divided& network, ir::TensorId id) {
  return network.lifetimes[to_index(network.holders[to_index(id)])];
}

bool is_from_caller(const Divided& network, const Segment& segment, ir::TensorId id) {
  return contains(network.by_rows, id) && lifetime_of(network, id).first >= segment.first;
}

/// The tensors of a segment by what becomes of them, and the stream that they make.
struct Roles {
  std::vector<ir::TensorId> from_caller;
  std::vector<ir::TensorId> results;  ///< What is computed here, or taken from the caller, and needed later.
  std::vector<ir::TensorId> dying;    ///< What was there before and is not needed later.
};

Roles roles_of(const Divided& network, const Segment& segment) {
  Roles roles;
  for (const int op : ops_of(network, segment)) {
    for (const ir::TensorId id : op_at(network, op).inputs) {
      if (!is_activation(network, id)) continue;
      const Lifetime& lifetime = lifetime_of(network, id);
      const bool is_last = !lifetime.kept && lifetime.last < segment.end;
      const bool is_new = is_from_caller(network, segment, id);
      if (is_new && !contains(roles.from_caller, id)) {
        roles.from_caller.push_back(id);
        if (!is_last) roles.results.push_back(id);
      }
      const bool was_there = !is_new && (contains(network.graph.inputs, id) || lifetime.first < segment.first);
      if (was_there && is_last && !contains(roles.dying, id)) roles.dying.push_back(id);
    }
    const ir::TensorId output = op_at(network, op).outputs.at(0);
    const Lifetime& lifetime = lifetime_of(network, output);
    if (!segment.is_streamed() || lifetime.kept || lifetime.last >= segment.end) roles.results.push_back(output);
  }
  return roles;
}

/// Whether an operator of a stream sums up the rows of its input.
bool sums_up(const Divided& network, int op) { return network.row_kernels[static_cast<std::size_t>(op)].accumulates; }

RowWork all_rows(const Divided& network, int op, ir::TensorId tensor) {
  return {op, tensor, {0, rows_of(network.graph.tensor(tensor))}};
}

/// One operator over all its rows, after what the caller has of its inputs.
std::vector<RowWork> whole_op(const Divided& network, int op, const Roles& roles) {
  std::vector<RowWork> work;
  for (const ir::TensorId id : roles.from_caller) work.push_back(all_rows(network, RowWork::from_caller, id));
  work.push_back(all_rows(network, op, op_at(network, op).outputs.at(0)));
  return work;
}

/// Whether a stream computes `result` from `input`, itself or by way of others.
bool computes_from(const Divided& network, const RowStream& stream, ir::TensorId input, ir::TensorId result) {
  std::vector<ir::TensorId> reached{input};
  for (const int index : stream.ops) {
    const ir::Op& op = op_at(network, index);
    if (std::ranges::any_of(op.inputs, [&](ir::TensorId id) { return contains(reached, id); }))
      reached.push_back(op.outputs.at(0));
  }
  return contains(reached, result);
}

void add_meetings(const Divided& network, const Segment& segment, const RowStream& stream, const Roles& roles,
                  SegmentLayout& layout) {
  const std::span<const target::KernelChoice> kernels = kernels_for(network, segment);
  const auto by_rows = [&](int op) {
    return op == stream.summing_op || works_by_rows(network.graph, op_at(network, op));
  };
  if (!network.options.overlap || !std::ranges::all_of(stream.ops, by_rows)) return;
  for (const ir::TensorId result : roles.results) {
    const bool is_sum = stream.summing_op != RowStream::none && result == op_at(network, stream.summing_op).outputs[0];
    if (is_sum || network.holders[to_index(result)] != result) continue;
    Meeting best;
    std::int64_t most = 0;
    for (const ir::TensorId input : roles.dying) {
      const ir::TensorId holder = network.holders[to_index(input)];
      const std::int64_t bytes = network.graph.tensor(input).bytes();
      const bool is_taken = std::ranges::find(layout.meetings, holder, &Meeting::input) != layout.meetings.end();
      if (is_taken || bytes <= most || !computes_from(network, stream, input, result)) continue;
      if (const auto overlap = overlap_between(network.graph, stream, layout.work, kernels, input, result)) {
        best = {holder, result, *overlap};
        most = bytes;
      }
    }
    if (most > 0) layout.meetings.push_back(best);
  }
}

}  // namespace

bool can_stream(const Divided& network, int first, int end) {
  const int last = network.ops[static_cast<std::size_t>(end) - 1];
  return std::ranges::all_of(ops_of(network, {first, end}), [&](int index) {
    const ir::Op& op = op_at(network, index);
    const bool by_rows = sums_up(network, index) ? index == last : works_by_rows(network.graph, op);
    const auto is_own = [&](ir::TensorId id) { return !is_activation(network, id) || is_its_own(network, id); };
    const auto can_be_read = [&](ir::TensorId id) {
      return is_own(id) || is_joined(network.graph, network.holders, id);
    };
    return by_rows && std::ranges::all_of(op.inputs, can_be_read) &&
           (index == last || std::ranges::all_of(op.outputs, is_own));
  });
}

SegmentLayout layout_of(const Divided& network, const Segment& segment) {
  Roles roles = roles_of(network, segment);
  SegmentLayout layout;
  if (!segment.is_streamed()) {
    layout.work = whole_op(network, network.ops[static_cast<std::size_t>(segment.first)], roles);
    for (const ir::TensorId id : roles.from_caller) roles.results.push_back(id);
  }
  RowStream stream{ops_of(network, segment), roles.from_caller, roles.results, segment.rows_at_a_time};
  if (segment.is_streamed() && sums_up(network, stream.ops.back())) stream.summing_op = stream.ops.back();
  if (segment.is_streamed()) layout.work = schedule_rows(network.graph, stream);
  layout.memory = working_memory(network.graph, stream, layout.work, kernels_for(network, segment),
                                 {network.options.in_place_depthwise, network.options.in_place});
  add_meetings(network, segment, stream, roles, layout);
  return layout;
}

std::int64_t bytes_needed(const Divided& network, const Segment& segment, const SegmentLayout& layout) {
  std::int64_t bytes = layout.memory.bytes;
  std::vector<bool> is_ring(network.lifetimes.size(), false);
  for (const Ring& ring : layout.memory.rings) is_ring[to_index(ring.tensor)] = true;
  for (std::size_t holder = 0; holder < network.lifetimes.size(); ++holder) {
    const Lifetime& lifetime = network.lifetimes[holder];
    const bool is_live = lifetime.exists() && lifetime.first < segment.end && lifetime.last >= segment.first;
    if (is_live && !is_ring[holder]) bytes += network.graph.tensors[holder].bytes();
  }
  for (const Meeting& meeting : layout.meetings) {
    const std::int64_t input = network.graph.tensor(meeting.input).bytes();
    const std::int64_t result = network.graph.tensor(meeting.result).bytes();
    const std::int64_t gap = meeting.overlap.same_place ? 0 : meeting.overlap.gap;
    bytes -= input + result - std::max(input + gap, result);
  }
  return bytes;
}

}  // namespace thimble::plan
