#include "plan/op_order.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "plan/working_set.h"

namespace thimble::plan {
namespace {

constexpr std::size_t most_sets = 20'000;

/// Operators that have run.
using OpSet = std::vector<bool>;

/// What running an order of operators takes: of two, that with the lower peak is better, then that with the lower sum.
struct Demand {
  std::int64_t peak = 0;
  std::int64_t sum = 0;
  auto operator<=>(const Demand&) const = default;
};

/// The best way to a set that is known so far.
struct Arrival {
  Demand demand;
  int before = -1;  ///< Index of the set before, or -1.
  int op = -1;      ///< The operator that was run last.
};

class OrderSearch {
 public:
  explicit OrderSearch(const ir::Graph& graph)
      : graph_(graph), bytes_(whole_bytes(graph)), readers_(graph.tensors.size()), producer_(graph.tensors.size(), -1) {
    for (std::size_t i = 0; i < graph.ops.size(); ++i) {
      for (const ir::TensorId id : graph.ops[i].inputs)
        if (id != ir::no_tensor) readers_[static_cast<std::size_t>(id)].push_back(static_cast<int>(i));
      for (const ir::TensorId id : graph.ops[i].outputs) producer_[static_cast<std::size_t>(id)] = static_cast<int>(i);
    }
    is_output_.assign(graph.tensors.size(), false);
    for (const ir::TensorId id : graph.outputs) is_output_[static_cast<std::size_t>(id)] = true;
  }

  /// The operators in the best order; empty if there are too many sets.
  std::vector<int> run() {
    sets_.push_back(OpSet(graph_.ops.size(), false));
    arrivals_.push_back({});
    std::size_t begin = 0;
    for (std::size_t count = 0; count < graph_.ops.size(); ++count) {
      const std::size_t end = sets_.size();
      std::map<OpSet, int> next;
      for (std::size_t set = begin; set < end; ++set) {
        for (int op = 0; op < static_cast<int>(graph_.ops.size()); ++op)
          if (can_run(op, sets_[set])) arrive(static_cast<int>(set), op, next);
        if (sets_.size() > most_sets) return {};
      }
      begin = end;
    }
    std::vector<int> order;
    for (int at = static_cast<int>(sets_.size()) - 1; arrivals_[static_cast<std::size_t>(at)].op >= 0;
         at = arrivals_[static_cast<std::size_t>(at)].before)
      order.push_back(arrivals_[static_cast<std::size_t>(at)].op);
    std::ranges::reverse(order);
    return order;
  }

 private:
  bool can_run(int op, const OpSet& done) const {
    if (done[static_cast<std::size_t>(op)]) return false;
    return std::ranges::all_of(graph_.ops[static_cast<std::size_t>(op)].inputs, [&](ir::TensorId id) {
      const int producer = id == ir::no_tensor ? -1 : producer_[static_cast<std::size_t>(id)];
      return producer < 0 || done[static_cast<std::size_t>(producer)];
    });
  }

  void arrive(int from, int op, std::map<OpSet, int>& next) {
    const Demand before = arrivals_[static_cast<std::size_t>(from)].demand;
    const std::int64_t bytes = bytes_while(op, sets_[static_cast<std::size_t>(from)]);
    const Demand demand{std::max(before.peak, bytes), before.sum + bytes};
    OpSet set = sets_[static_cast<std::size_t>(from)];
    set[static_cast<std::size_t>(op)] = true;
    const auto [found, is_new] = next.try_emplace(set, static_cast<int>(sets_.size()));
    if (is_new) {
      sets_.push_back(std::move(set));
      arrivals_.push_back({demand, from, op});
    } else if (Arrival& known = arrivals_[static_cast<std::size_t>(found->second)]; demand < known.demand) {
      known = {demand, from, op};
    }
  }

  /// Bytes live while an operator runs after those of a set: what working_sets counts in an order that begins so.
  std::int64_t bytes_while(int op, const OpSet& done) const {
    const ir::Op& running = graph_.ops[static_cast<std::size_t>(op)];
    std::int64_t bytes = 0;
    for (std::size_t id = 0; id < bytes_.size(); ++id)
      if (bytes_[id] > 0 && exists(id, op, done)) bytes += bytes_[id];
    return bytes - bytes_in_place(running, bytes_, [&](ir::TensorId id) {
             const auto tensor = static_cast<std::size_t>(id);
             return !is_output_[tensor] && std::ranges::all_of(readers_[tensor], [&](int reader) {
               return reader == op || done[static_cast<std::size_t>(reader)];
             });
           });
  }

  bool exists(std::size_t id, int op, const OpSet& done) const {
    const int producer = producer_[id];
    if (producer == op) return true;
    if (producer >= 0 && !done[static_cast<std::size_t>(producer)]) return false;
    if (producer < 0 && readers_[id].empty()) return is_output_[id];
    return is_output_[id] ||
           std::ranges::any_of(readers_[id], [&](int reader) { return !done[static_cast<std::size_t>(reader)]; });
  }

  const ir::Graph& graph_;
  std::vector<std::int64_t> bytes_;
  std::vector<std::vector<int>> readers_;  ///< By tensor.
  std::vector<int> producer_;              ///< By tensor; -1 for inputs and constants.
  std::vector<bool> is_output_;
  std::vector<OpSet> sets_;  ///< By the number of their operators.
  std::vector<Arrival> arrivals_;
};

}  // namespace

std::int64_t layerwise_peak(const ir::Graph& graph) {
  std::vector<int> ops(graph.ops.size());
  std::iota(ops.begin(), ops.end(), 0);
  const std::vector<std::int64_t> live = working_sets(graph, ops, whole_bytes(graph), Counting::live);
  return live.empty() ? 0 : *std::ranges::max_element(live);
}

std::optional<ir::Graph> with_least_order(const ir::Graph& graph) {
  const std::vector<int> order = OrderSearch(graph).run();
  if (order.empty()) return std::nullopt;
  ir::Graph ordered = graph;
  for (std::size_t i = 0; i < order.size(); ++i) ordered.ops[i] = graph.ops[static_cast<std::size_t>(order[i])];
  if (layerwise_peak(ordered) >= layerwise_peak(graph)) return std::nullopt;
  return ordered;
}

}  // namespace thimble::plan
