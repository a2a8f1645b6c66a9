// The smallest arena, quickly: a plan of that size exists, and the planner finds none that is clearly smaller.
#include "search/quick_peak.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/random.h"
#include "ir/builders/builders.h"
#include "plan/kernel_selection.h"
#include "plan/planner.h"
#include "plan/segment.h"
#include "plan/verify_plan.h"
#include "search/genome.h"
#include "search/planning_graph.h"
#include "search/variation.h"
#include "target/board.h"
#include "target/kernel_choice.h"

namespace thimble::search {
namespace {

class QuickPeaks : public ::testing::Test {
 protected:
  /// The plan that runs the segments which quick_peak found.
  plan::Plan plan_of(const ir::Graph& graph, const QuickPeak& peak, bool by_rows) const {
    plan::PlanOptions options;
    options.input_mode = by_rows ? plan::InputMode::rows : plan::InputMode::resident;
    const std::vector<int> ops = plan::operators_to_run(graph, options);
    const auto kernels = plan::select_kernels(graph, ops, core_, {}, 0);
    auto row_kernels = kernels;
    for (const int op : ops) {
      const auto index = static_cast<std::size_t>(op);
      row_kernels[index] = target::choose_row_kernel(graph, graph.ops[index], core_, {}, kernels[index]);
    }
    std::vector<plan::Segment> segments;
    for (const QuickSegment& segment : peak.segments)
      segments.push_back({segment.first, segment.end, segment.streamed ? 1 : 0});
    return plan::plan_segments(graph, kernels, row_kernels, segments, options);
  }

  std::int64_t planners_least(const ir::Graph& graph, bool by_rows) const {
    plan::PlanOptions options;
    options.objective = plan::Objective::sram;
    options.input_mode = by_rows ? plan::InputMode::rows : plan::InputMode::resident;
    return plan::make_plan(graph, core_, options).arena_bytes;
  }

  RowNetwork rows_of(const ir::NetConfig& network) { return row_network(ir::layers_of(network), table_); }

  target::Core core_ = target::board("stm32f746").core;
  LayerTable table_{core_};
};

TEST_F(QuickPeaks, OfRandomNetworksAreThoseOfAPlanThatVerifies) {
  data::Random random(6);
  for (const std::string& name : design_space_names()) {
    const DesignSpace space = design_space(name);
    for (int i = 0; i < 6; ++i) {
      Genome genome = sample(space, random);
      genome.resolution = std::min(genome.resolution, 96);
      const bool by_rows = i % 2 == 1;
      const ir::NetConfig network = network_of(space, genome);
      const QuickPeak peak = quick_peak(rows_of(network), by_rows);
      const ir::Graph graph = planning_graph(network);
      const plan::Plan plan = plan_of(graph, peak, by_rows);
      EXPECT_LE(plan.arena_bytes, peak.bytes) << text_of(genome);
      EXPECT_NO_THROW(plan::verify_plan(graph, plan));
    }
  }
}

TEST_F(QuickPeaks, AreNearTheSmallestThatThePlannerFinds) {
  DesignSpace space = design_space("small");
  space.stages.back().activation = ir::ActFunc::hard_swish;
  data::Random random(7);
  int equal = 0;
  constexpr int networks = 12;
  for (int i = 0; i < networks; ++i) {
    const ir::NetConfig network = network_of(space, sample(space, random));
    const std::int64_t quick = quick_peak(rows_of(network), false).bytes;
    const std::int64_t least = planners_least(planning_graph(network), false);
    equal += quick == least ? 1 : 0;
    EXPECT_LE(quick, least * 110 / 100);
    EXPECT_GE(quick, least * 80 / 100);
  }
  EXPECT_GE(equal, networks * 3 / 4);
}

// The planner takes the fastest of the divisions that need least; another of them can be easier to place.
TEST_F(QuickPeaks, OfPublishedNetworksAreThePlannersOrALittleLess) {
  for (const char* name : {"mcunet-vww0", "mcunet-in0", "fashion-demo"}) {
    const ir::NetConfig network = ir::builders::build(name);
    const std::int64_t least = planners_least(planning_graph(network), false);
    const std::int64_t quick = quick_peak(rows_of(network), false).bytes;
    EXPECT_LE(quick, least) << name;
    EXPECT_GE(quick, least * 9 / 10) << name;
  }
}

TEST_F(QuickPeaks, EndWhereALimitIsKeptOrOutOfReach) {
  const RowNetwork network = rows_of(ir::builders::build("mcunet-in3"));
  const std::int64_t least = quick_peak(network, false).bytes;
  EXPECT_LE(quick_peak(network, false, 2 * least).bytes, 2 * least);
  EXPECT_GT(quick_peak(network, false, least / 2).bytes, least / 2);
  EXPECT_LE(quick_peak(network, false, least).bytes, least);
}

}  // namespace
}  // namespace thimble::search
