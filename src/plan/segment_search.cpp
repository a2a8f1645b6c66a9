// plan/segment_search.cpp
#include "plan/segment_search.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "cost/cost.h"
#include "ir/partial_sums.h"
#include "plan/aliases.h"
#include "plan/peak.h"
#include "plan/region_bytes.h"
#include "plan/segment_layout.h"

namespace thimble::plan {
namespace {

/// A segment that the division may have: an edge between two positions.
struct Edge {
  Segment segment;
  std::int64_t bytes = 0;
  double cycles = 0;
};

/// Predicts steps, each row range of an operator once.
class StepCosts {
 public:
  StepCosts(const ir::Graph& graph, const target::Core& core) : graph_(graph), table_(cost::cost_table(core)) {}

  double of(std::span<const RowWork> work, std::span<const target::KernelChoice> kernels) {
    double sum = 0;
    for (const RowWork& piece : work)
      if (piece.op != RowWork::from_caller) sum += of(piece, kernels[static_cast<std::size_t>(piece.op)]);
    return sum;
  }

 private:
  double of(const RowWork& piece, const target::KernelChoice& kernel) {
    const auto [found, is_new] = known_.try_emplace(std::tuple{&kernel, piece.rows.first, piece.rows.count()}, 0.0);
    if (is_new && cost::is_known(table_, kernel)) {
      const ir::Op& op = graph_.ops[static_cast<std::size_t>(piece.op)];
      const cost::Cost cost = cost::cost_of(table_, graph_, op, kernel, {piece.rows.first, piece.rows.count()});
      found->second = table_.has_cycles() ? cost.cycles : cost.instructions;
    }
    return found->second;
  }

  const ir::Graph& graph_;
  const cost::CostTable& table_;
  /// By the operator's kernel, first row and count.
  std::map<std::tuple<const target::KernelChoice*, int, int>, double> known_;
};

class Search {
 public:
  Search(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
         std::span<const target::KernelChoice> row_kernels, const target::Core& core, const PlanOptions& options)
      : holders_(options.alias_views ? view_holders(graph) : separate_holders(graph)),
        ops_(operators_to_run(graph, options)),
        by_rows_(inputs_by_rows(graph, ops_, holders_, options.input_mode)),
        lifetimes_(lifetimes_of(graph, ops_, holders_, by_rows_)),
        network_{graph, kernels, row_kernels, ops_, holders_, by_rows_, lifetimes_, options},
        costs_(graph, core) {
    leaving_.resize(ops_.size());
    add_layers();
    if (options.stream) add_streams();
  }

  Front run() const {
    Front found{points(), {}};
    const FrontPoint& smallest = found.points.back();
    for (const double room : {0.02, 0.05, 0.1, 0.2, 0.3, 0.5}) {
      const auto aim = static_cast<std::int64_t>((1 - room) * static_cast<double>(smallest.bytes));
      FrontPoint roomier =
          fastest_within(smallest.bytes, aim, 10 * smallest.cycles / static_cast<double>(smallest.bytes));
      const FrontPoint& last = found.roomier.empty() ? smallest : found.roomier.back();
      if (roomier.segments != last.segments) found.roomier.push_back(std::move(roomier));
    }
    return found;
  }

 private:
  std::vector<FrontPoint> points() const {
    std::vector<FrontPoint> front;
    std::int64_t limit = std::numeric_limits<std::int64_t>::max();
    while (limit >= 0) {
      FrontPoint point = fastest_within(limit, limit, 0);
      if (point.segments.empty()) break;
      limit = point.bytes - 1;
      const bool is_free = !front.empty() && front.back().cycles >= point.cycles;
      if (is_free) front.pop_back();
      front.push_back(std::move(point));
    }
    return front;
  }

  int positions() const { return static_cast<int>(ops_.size()); }

  void add(const Segment& segment, std::int64_t bytes, const SegmentLayout& layout) {
    leaving_[static_cast<std::size_t>(segment.first)].push_back(
        {segment, bytes, costs_.of(layout.work, kernels_for(network_, segment))});
  }

  /// Operators by themselves: what they need is read off the plan that runs all of them so, in place where it can be.
  void add_layers() {
    const Plan plan = plan_layer_by_layer(network_.graph, network_.kernels, network_.options);
    const std::vector<std::int64_t> live = live_bytes(plan);
    for (int i = 0; i < positions(); ++i) {
      const Segment segment{i, i + 1, 0};
      const auto& memories = network_.options.memories;
      const std::int64_t bytes =
          memories.empty() ? live[static_cast<std::size_t>(i)] : bytes_in_memories(plan, i, memories);
      add(segment, bytes, layout_of(network_, segment));
    }
  }

  void add_streams() {
    constexpr std::array rows_at_a_time{1, 2, 4, 8};
    for (int first = 0; first < positions(); ++first)
      for (int end = first + 1; can_extend(first, end); ++end) {
        const bool is_alone = end == first + 1;
        if (is_alone && network_.options.input_mode == InputMode::resident) continue;
        for (const int rows : rows_at_a_time) {
          if (rows > 1 && 2 * rows > rows_of_last(end)) break;
          // Layers by themselves need less, and no more time; more rows at a time would not change that.
          if (add_stream({first, end, rows}) >= most_of_layers(first, end) && !is_alone) break;
        }
      }
  }

  bool can_extend(int first, int end) const {
    const bool goes_on = end == first + 1 || !makes_sums(end - 2);
    return end <= positions() && goes_on && end - first <= static_cast<int>(longest_stream) &&
           can_stream(network_, first, end);
  }

  /// Whether an operator adds up products of a group of channels. It ends a stream: one over several groups would hold
  /// the rows of each, as does the block that is not split.
  bool makes_sums(int position) const {
    const auto op = static_cast<std::size_t>(ops_[static_cast<std::size_t>(position)]);
    return ir::makes_sums(network_.graph, network_.graph.ops[op]);
  }

  /// Rows of what the last operator computes, or sums up.
  int rows_of_last(int end) const {
    const auto op = static_cast<std::size_t>(ops_[static_cast<std::size_t>(end - 1)]);
    const ir::Op& last = network_.graph.ops[op];
    return rows_of(
        network_.graph.tensor(network_.row_kernels[op].accumulates ? last.inputs.at(0) : last.outputs.at(0)));
  }

  /// What the operators [first, end) need by themselves.
  std::int64_t most_of_layers(int first, int end) const {
    std::int64_t most = 0;
    for (int i = first; i < end; ++i) most = std::max(most, leaving_[static_cast<std::size_t>(i)].front().bytes);
    return most;
  }

  /// Returns what it needs.
  std::int64_t add_stream(const Segment& segment) {
    const SegmentLayout layout = layout_of(network_, segment);
    const auto& memories = network_.options.memories;
    const std::int64_t bytes = memories.empty() ? bytes_needed(network_, segment, layout)
                                                : bytes_in_memories(network_, segment, layout, memories);
    add(segment, bytes, layout);
    return bytes;
  }

  /// The shortest path over segments of at most `limit` bytes, where each byte of a segment beyond `aim` counts for
  /// `cycles_a_byte`; without segments if there is none.
  FrontPoint fastest_within(std::int64_t limit, std::int64_t aim, double cycles_a_byte) const {
    const auto count = static_cast<std::size_t>(positions()) + 1;
    std::vector<double> length(count, std::numeric_limits<double>::infinity());
    std::vector<const Edge*> arrived_by(count, nullptr);
    length[0] = 0;
    for (std::size_t at = 0; at + 1 < count; ++at)
      for (const Edge& edge : leaving_[at]) {
        const auto to = static_cast<std::size_t>(edge.segment.end);
        const auto beyond = static_cast<double>(std::max<std::int64_t>(0, edge.bytes - aim));
        const double there = length[at] + edge.cycles + cycles_a_byte * beyond;
        if (edge.bytes > limit || there >= length[to]) continue;
        length[to] = there;
        arrived_by[to] = &edge;
      }
    FrontPoint point;
    if (arrived_by.back() == nullptr) return point;
    for (std::size_t at = count - 1; at > 0; at = static_cast<std::size_t>(arrived_by[at]->segment.first)) {
      point.segments.push_back(arrived_by[at]->segment);
      point.bytes = std::max(point.bytes, arrived_by[at]->bytes);
      point.cycles += arrived_by[at]->cycles;
    }
    std::ranges::reverse(point.segments);
    return point;
  }

  Holders holders_;
  std::vector<int> ops_;
  std::vector<ir::TensorId> by_rows_;
  std::vector<Lifetime> lifetimes_;
  Divided network_;
  StepCosts costs_;
  std::vector<std::vector<Edge>> leaving_;  ///< By the position where they begin.
};

}  // namespace

Front pareto_front(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                   std::span<const target::KernelChoice> row_kernels, const target::Core& core,
                   const PlanOptions& options) {
  return Search(graph, kernels, row_kernels, core, options).run();
}

}  // namespace thimble::plan
