// Orders of operators: the least peak of all topological orders, the same values, and never a larger plan.
#include "plan/op_order.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "graph_builder.h"
#include "ir/verify.h"
#include "plan/network_plan.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/board.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;

/// Branches that each expand and reduce, all expansions first: what a converter that goes level by level writes.
ir::Graph inception() {
  GraphBuilder g("inception");
  const auto in = g.input({1, 8, 8, 4});
  std::vector<ir::TensorId> wide, narrow;
  for (const char* const name : {"a", "b", "c", "d"}) wide.push_back(g.conv(in, 32, {3, 1, 1}, std::string(name)));
  for (const ir::TensorId branch : wide)
    narrow.push_back(g.conv(branch, 4, {1, 1, 0}, "reduce" + std::to_string(branch)));
  return g.finish({g.concat(narrow, "joined")});
}

/// A cell as in NASNet's search space: each operator reads one or two tensors that are already there.
ir::Graph any_cell(int ops, unsigned seed) {
  GraphBuilder g("cell", seed);
  std::vector<ir::TensorId> tensors{g.conv(g.input({1, 4, 4, 2}), 4, {1, 1, 0}, "stem")};
  std::vector<bool> is_read{false};
  const auto pick = [&] {
    const std::size_t at = *rc::gen::inRange<std::size_t>(0, tensors.size());
    is_read[at] = true;
    return tensors[at];
  };
  for (int i = 0; i < ops; ++i) {
    const std::string name = "op" + std::to_string(i);
    const auto a = pick();
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        tensors.push_back(g.conv(a, *rc::gen::inRange(1, 9) * 4, {1, 1, 0}, name));
        break;
      case 1:
        tensors.push_back(g.depthwise(a, {3, 1, 1}, name));
        break;
      case 2:
        tensors.push_back(g.max_pool(a, {3, 1, 1}, name));
        break;
      default:
        tensors.push_back(g.concat({a, pick()}, name));
        break;
    }
    is_read.push_back(false);
  }
  std::vector<ir::TensorId> leaves;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (!is_read[i]) leaves.push_back(tensors[i]);
  return g.finish({leaves.size() == 1 ? leaves[0] : g.concat(leaves, "joined")});
}

/// An inception module: branches that expand, some with more layers in between, and reduce.
ir::Graph any_module() {
  GraphBuilder g("module");
  const auto in = g.input({1, 6, 6, 4});
  std::vector<ir::TensorId> parts;
  const int branches = *rc::gen::inRange(2, 5);
  for (int branch = 0; branch < branches; ++branch) {
    const std::string name = "branch" + std::to_string(branch);
    auto last = g.conv(in, 8 * *rc::gen::inRange(1, 5), {1, 1, 0}, name + "/expand");
    if (*rc::gen::arbitrary<bool>()) last = g.depthwise(last, {3, 1, 1}, name + "/depthwise");
    if (*rc::gen::arbitrary<bool>()) last = g.max_pool(last, {3, 1, 1}, name + "/pool");
    parts.push_back(g.conv(last, 4, {1, 1, 0}, name + "/reduce"));
  }
  return g.finish({g.concat(parts, "joined")});
}

/// Whether all that an operator reads is there after those that are done.
bool is_ready(const ir::Graph& graph, std::size_t op, const std::vector<bool>& done) {
  return !done[op] && std::ranges::all_of(graph.ops[op].inputs, [&](ir::TensorId id) {
    for (std::size_t other = 0; other < graph.ops.size(); ++other)
      if (graph.ops[other].outputs[0] == id && !done[other]) return false;
    return true;
  });
}

/// The graph in a random topological order, as converters write what they find.
ir::Graph in_any_order(const ir::Graph& graph) {
  ir::Graph order = graph;
  std::vector<bool> done(graph.ops.size(), false);
  for (ir::Op& next : order.ops) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < graph.ops.size(); ++i)
      if (is_ready(graph, i, done)) ready.push_back(i);
    const std::size_t chosen = ready[*rc::gen::inRange<std::size_t>(0, ready.size())];
    next = graph.ops[chosen];
    done[chosen] = true;
  }
  return order;
}

/// The least peak of all topological orders, by trying all.
std::int64_t least_peak(const ir::Graph& graph, ir::Graph& order, std::vector<bool>& done, std::size_t count) {
  if (count == graph.ops.size()) return layerwise_peak(order);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    if (!is_ready(graph, i, done)) continue;
    done[i] = true;
    order.ops[count] = graph.ops[i];
    least = std::min(least, least_peak(graph, order, done, count + 1));
    done[i] = false;
  }
  return least;
}

std::vector<reference::Bytes> any_inputs(const ir::Graph& graph) {
  reference::Bytes bytes(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes()));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 73 + i / 5);
  return {bytes};
}

TEST(OpOrder, FinishesABranchBeforeItBeginsAnother) {
  const ir::Graph graph = inception();
  const auto ordered = with_least_order(graph);
  ASSERT_TRUE(ordered.has_value());
  ir::verify(*ordered);
  EXPECT_LT(2 * layerwise_peak(*ordered), layerwise_peak(graph));
  EXPECT_EQ(reference::run(*ordered, any_inputs(graph)), reference::run(graph, any_inputs(graph)));
}

TEST(OpOrder, KeepsAChainAndWhatCannotBeBetter) {
  GraphBuilder g("chain");
  auto last = g.input({1, 8, 8, 4});
  for (const char* const name : {"a", "b", "c"}) last = g.conv(last, 8, {3, 1, 1}, name);
  EXPECT_FALSE(with_least_order(g.finish({last})).has_value());
  EXPECT_FALSE(with_least_order(*with_least_order(inception())).has_value());
}

TEST(OpOrder, KeepsAnOrderWithMoreSetsThanItLooksAt) {
  GraphBuilder g("wide");
  const auto in = g.input({1, 2, 2, 4});
  std::vector<ir::TensorId> leaves;
  for (int i = 0; i < 16; ++i) {
    const std::string name = "branch" + std::to_string(i);
    leaves.push_back(g.conv(g.conv(in, 32, {1, 1, 0}, name), 4, {1, 1, 0}, name + "/reduce"));
  }
  EXPECT_FALSE(with_least_order(g.finish({g.concat(leaves, "joined")})).has_value());
}

TEST(OpOrder, IsTheLeastOfAllAndKeepsTheValues) {
  EXPECT_TRUE(rc::check([] {
    const ir::Graph graph = in_any_order(any_cell(*rc::gen::inRange(3, 8), 1));
    const ir::Graph ordered = with_least_order(graph).value_or(graph);
    ir::verify(ordered);
    ir::Graph order = graph;
    std::vector<bool> done(graph.ops.size(), false);
    RC_ASSERT(layerwise_peak(ordered) == least_peak(graph, order, done, 0));
    RC_ASSERT(reference::run(ordered, any_inputs(graph)) == reference::run(graph, any_inputs(graph)));
  }));
}

TEST(OpOrder, NeverMakesAPlanLarger) {
  const target::Core core = target::board("stm32f746").core;
  int smaller = 0;
  EXPECT_TRUE(rc::check([&] {
    const ir::Graph graph = in_any_order(any_module());
    PlanOptions given;
    given.reorder = false;
    const NetworkPlan kept = plan_network(graph, core, given);
    const NetworkPlan ordered = plan_network(graph, core, {});
    verify_plan(ordered.graph, ordered.plan);
    RC_ASSERT(ordered.plan.arena_bytes <= kept.plan.arena_bytes);
    smaller += ordered.plan.arena_bytes < kept.plan.arena_bytes ? 1 : 0;
  }));
  EXPECT_GT(smaller, 3);
}

TEST(OpOrder, MakesTheArenaOfAnInceptionModuleSmaller) {
  const target::Core core = target::board("stm32f746").core;
  PlanOptions given;
  given.reorder = false;
  const NetworkPlan ordered = plan_network(inception(), core, {});
  EXPECT_LT(2 * ordered.plan.arena_bytes, plan_network(inception(), core, given).plan.arena_bytes);
  EXPECT_EQ(ordered.rewritings.size(), 1U);
}

}  // namespace
}  // namespace thimble::plan
