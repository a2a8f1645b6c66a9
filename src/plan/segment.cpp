// plan/segment.cpp
#include "plan/segment.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/index.h"
#include "plan/aliases.h"
#include "plan/liveness.h"
#include "plan/offsets.h"
#include "plan/segment_layout.h"

namespace thimble::plan {
namespace {

/// Nodes times buffers of a search for offsets. In the fronts of the models of docs/ablation.md those searches that
/// find anything beyond first fit do so within 110,000 nodes of about 100 buffers; two million find no more.
constexpr std::int64_t most_work = 12'000'000;
constexpr std::int64_t most_nodes = 120'000;

Holders first_holders(const ir::Graph& graph, const PlanOptions& options) {
  return options.alias_views ? view_holders(graph) : separate_holders(graph);
}

void check_outputs(const ir::Graph& graph) {
  for (const ir::TensorId id : graph.outputs)
    if (graph.tensor(id).is_constant())
      fail("{}: output \"{}\" is a constant: there is nothing to compute", graph.name, graph.tensor(id).name);
}

/// Builds a plan. Until the end, time is the position of an operator in the list of those that run.
class Assembly {
 public:
  Assembly(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
           std::span<const target::KernelChoice> row_kernels, std::span<const Segment> segments,
           const PlanOptions& options)
      : graph_(graph), kernels_(kernels), row_kernels_(row_kernels), segments_(segments), options_(options) {
    check_outputs(graph);
    holders_ = first_holders(graph, options);
    ops_ = operators_to_run(graph, options);
    by_rows_ = inputs_by_rows(graph, ops_, holders_, options.input_mode);
    lifetimes_ = lifetimes_of(graph, ops_, holders_, by_rows_);
    over_.assign(graph.tensors.size(), ir::no_tensor);
    is_ring_.assign(graph.tensors.size(), false);
    buffer_of_.assign(graph.tensors.size(), -1);
  }

  Plan build() {
    share_places();
    for (const Segment& segment : segments_) add_segment(segment);
    add_resident_tensors();
    add_placements();
    place_buffers();
    return std::move(plan_);
  }

 private:
  /// Stages [first, last] of the plan that execute a segment.
  struct Span {
    int first = 0;
    int last = 0;
  };

  /// In-place operators, each in a segment of its own.
  void share_places() {
    std::vector<target::KernelChoice> alone;
    for (const Segment& segment : segments_)
      for (int position = segment.first; position < segment.end; ++position) {
        alone.push_back(kernels_[static_cast<std::size_t>(ops_[static_cast<std::size_t>(position)])]);
        if (segment.is_streamed()) alone.back().in_place = false;
      }
    if (options_.in_place) share_in_place(graph_, ops_, alone, holders_, lifetimes_);
    if (options_.in_place_depthwise) over_ = places_of_depthwise(graph_, ops_, alone, holders_, lifetimes_);
  }

  void add_segment(const Segment& segment) {
    const Divided network{graph_, kernels_, row_kernels_, ops_, holders_, by_rows_, lifetimes_, options_};
    const SegmentLayout layout = layout_of(network, segment);
    const std::span<const target::KernelChoice> kernels = kernels_for(network, segment);
    std::vector<Stage> stages = loops_of(layout.work);
    const int first = static_cast<int>(plan_.stages.size());
    const Span span{first, first + static_cast<int>(stages.size()) - 1};
    spans_.push_back(span);
    for (Stage& stage : stages)
      for (Step& step : stage.steps)
        if (step.op >= 0) step.kernel = kernels[static_cast<std::size_t>(step.op)];
    if (layout.memory.bytes > 0)
      add_working_memory(layout.memory, ops_[static_cast<std::size_t>(segment.end - 1)], span, stages);
    for (const Meeting& meeting : layout.meetings) add_meeting(meeting);
    std::ranges::move(stages, std::back_inserter(plan_.stages));
  }

  void add_working_memory(const WorkingMemory& memory, int last_op, Span span, std::vector<Stage>& stages) {
    const auto buffer = static_cast<int>(plan_.buffers.size());
    const std::string& name = graph_.name_of(graph_.ops[static_cast<std::size_t>(last_op)]);
    const char* const what = memory.rings.empty() ? "scratch of " : "rows and scratch of ";
    plan_.buffers.push_back({what + name, memory.bytes, 0, span.first, span.last});
    for (const Ring& ring : memory.rings) {
      plan_.placements.push_back({ring.tensor, buffer, ring.offset, ring.row_bytes, rows_of(graph_.tensor(ring.tensor)),
                                  ring.rows, ring.step, ring.shift});
      is_ring_[to_index(ring.tensor)] = true;
    }
    for (const ScratchPlace& scratch : memory.scratch)
      for (Stage& stage : stages)
        for (Step& step : stage.steps)
          if (step.op == scratch.op) {
            step.scratch_buffer = buffer;
            step.scratch_offset = scratch.offset;
          }
  }

  void add_meeting(const Meeting& meeting) {
    ir::TensorId& over = over_[to_index(meeting.result)];
    if (over != ir::no_tensor) return;
    if (meeting.overlap.same_place) over = meeting.input;
    meetings_.push_back(meeting);
  }

  /// One buffer for each holder that has a lifetime, over all stages of the segments in which it is used.
  void add_resident_tensors() {
    for (std::size_t holder = 0; holder < lifetimes_.size(); ++holder) {
      if (!lifetimes_[holder].exists() || is_ring_[holder]) continue;
      const ir::Tensor& tensor = graph_.tensors[holder];
      buffer_of_[holder] = static_cast<int>(plan_.buffers.size());
      plan_.buffers.push_back({tensor.name, tensor.bytes(), 0, span_at(lifetimes_[holder].first).first,
                               span_at(lifetimes_[holder].last).last});
    }
  }

  Span span_at(int position) const {
    for (std::size_t i = 0; i < segments_.size(); ++i)
      if (position < segments_[i].end) return spans_[i];
    return {};
  }

  /// A placement for every tensor that a resident buffer holds.
  void add_placements() {
    const std::vector<ViewPlace> places = view_places(graph_, holders_);
    for (std::size_t id = 0; id < holders_.size(); ++id) {
      const int buffer = buffer_of_[to_index(holders_[id])];
      if (buffer < 0) continue;
      const ir::Tensor& tensor = graph_.tensors[id];
      const int rows = rows_of(tensor);
      plan_.placements.push_back(
          {static_cast<ir::TensorId>(id), buffer, places[id].offset, places[id].row_bytes, rows, rows});
    }
  }

  std::vector<LiveRange> live_ranges() const {
    std::vector<LiveRange> ranges;
    for (const Buffer& buffer : plan_.buffers)
      ranges.push_back({arena_aligned(buffer.bytes), buffer.first_stage, buffer.last_stage});
    for (std::size_t holder = 0; holder < over_.size(); ++holder)
      if (over_[holder] != ir::no_tensor)
        ranges[static_cast<std::size_t>(buffer_of_[holder])].over = buffer_of_[to_index(over_[holder])];
    for (const Meeting& meeting : meetings_) {
      LiveRange& range = ranges[static_cast<std::size_t>(buffer_of_[to_index(meeting.result)])];
      if (range.over == LiveRange::nothing) range.meets = buffer_of_[to_index(meeting.input)];
      range.gap = std::max(meeting.overlap.gap, arena_alignment);  // In an order, even where the two may coincide.
    }
    return ranges;
  }

  void place_buffers() {
    std::vector<LiveRange> ranges = live_ranges();
    OffsetOptions search;
    search.exact = options_.exact_offsets;
    search.max_nodes = std::min(most_nodes, most_work / std::max<std::int64_t>(1, std::ssize(ranges)));
    std::vector<std::int64_t> regions;
    for (const target::MemoryRegion& memory : options_.memories) regions.push_back(memory.bytes);
    Offsets offsets = place(ranges, search, regions);
    const auto try_again = [&](auto loosen) {  // Closeness is a constraint too: rarely, it costs.
      if (offsets.peak == section_bound(ranges)) return;
      std::ranges::for_each(ranges, loosen);
      if (Offsets looser = place(ranges, search, regions); looser.peak < offsets.peak) offsets = std::move(looser);
    };
    try_again([](LiveRange& range) {
      if (range.over != LiveRange::nothing && range.gap > 0) range.meets = range.over;
      range.over = LiveRange::nothing;
    });
    try_again([](LiveRange& range) { range.meets = LiveRange::nothing; });
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) plan_.buffers[i].offset = offsets.offset[i];
    plan_.arena_bytes = offsets.peak;
  }

  const ir::Graph& graph_;
  std::span<const target::KernelChoice> kernels_;
  std::span<const target::KernelChoice> row_kernels_;
  std::span<const Segment> segments_;
  const PlanOptions& options_;
  std::vector<int> ops_;
  Holders holders_;
  std::vector<ir::TensorId> by_rows_;
  std::vector<Lifetime> lifetimes_;
  std::vector<ir::TensorId> over_;  ///< By holder: the one at whose first byte it begins.
  std::vector<Meeting> meetings_;
  std::vector<bool> is_ring_;   ///< By tensor.
  std::vector<Span> spans_;     ///< By segment.
  std::vector<int> buffer_of_;  ///< By holder, or -1.
  Plan plan_;
};

}  // namespace

std::vector<int> operators_to_run(const ir::Graph& graph, const PlanOptions& options) {
  const Holders holders = first_holders(graph, options);
  std::vector<int> ops;
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    if (!is_view(graph.ops[i], holders)) ops.push_back(static_cast<int>(i));
  return ops;
}

std::vector<Segment> layer_by_layer(std::size_t ops) {
  std::vector<Segment> segments;
  for (int i = 0; i < static_cast<int>(ops); ++i) segments.push_back({i, i + 1, 0});
  return segments;
}

Plan plan_segments(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                   std::span<const target::KernelChoice> row_kernels, std::span<const Segment> segments,
                   const PlanOptions& options) {
  return Assembly(graph, kernels, row_kernels, segments, options).build();
}

Plan plan_layer_by_layer(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                         const PlanOptions& options) {
  return plan_segments(graph, kernels, kernels, layer_by_layer(operators_to_run(graph, options).size()), options);
}

}  // namespace thimble::plan
