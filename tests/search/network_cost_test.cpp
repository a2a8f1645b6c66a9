// What networks need under the four planners: against the planner's own arithmetic, and against each other.
#include "search/network_cost.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/random.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "plan/patched_network.h"
#include "plan/plan_cost.h"
#include "plan/planner.h"
#include "plan/working_set.h"
#include "search/genome.h"
#include "search/patch_memory.h"
#include "search/planning_graph.h"
#include "search/variation.h"
#include "target/board.h"

namespace thimble::search {
namespace {

class NetworkCosts : public ::testing::Test {
 protected:
  NetworkCost cost(const ir::NetConfig& network, Planner planner) {
    return cost_of(ir::layers_of(network), table_, {.planner = planner});
  }

  LayerTable table_{target::board("stm32f746").core};
};

std::vector<ir::NetConfig> some_networks() {
  std::vector<ir::NetConfig> networks;
  for (const char* name : {"mcunet-vww1", "mcunet-in3", "mobilenetv2", "fashion-demo"})
    networks.push_back(ir::builders::build(name));
  data::Random random(4);
  for (const std::string& name : design_space_names()) {
    const DesignSpace space = design_space(name);
    for (int i = 0; i < 3; ++i) networks.push_back(network_of(space, sample(space, random)));
  }
  DesignSpace swishing = design_space("small");
  swishing.activation = ir::ActFunc::hard_swish;
  networks.push_back(network_of(swishing, sample(swishing, random)));
  return networks;
}

TEST_F(NetworkCosts, CountMacsAsTheNetworkDoes) {
  for (const ir::NetConfig& network : some_networks())
    EXPECT_EQ(cost(network, Planner::tflm).macs, ir::macs_of(network));
}

// The released network: 40x40 pixels of 8 channels and of 48.
TEST_F(NetworkCosts, OfTinyengineCanBeCountedByHand) {
  EXPECT_EQ(cost(ir::builders::build("mcunet-vww1"), Planner::tinyengine).sram_bytes, 40 * 40 * (8 + 48));
}

TEST_F(NetworkCosts, OfPatchesAreThePlannersGeometry) {
  for (const ir::NetConfig& config : some_networks()) {
    const std::vector<ir::NetLayer> layers = ir::layers_of(config);
    const RowNetwork network = row_network(layers, table_);
    ir::Graph graph = planning_graph(config);
    const std::vector<ir::TensorId> cuts = plan::cut_tensors(graph);
    for (int split = 1; split < std::min(network.size(), 24); ++split) {
      const ir::TensorId output = graph.ops[static_cast<std::size_t>(split - 1)].outputs.at(0);
      for (const int grid : {2, 3}) {
        const auto schedule = patch_schedule(network, grid, split);
        if (!schedule) continue;
        ASSERT_NE(std::ranges::find(cuts, output), cuts.end());
        const plan::PatchedNetwork expected =
            plan::patched_network(graph, output, {grid, grid}, {ir::Borders::clipped, plan::Counting::live});
        EXPECT_EQ(schedule->executed_macs, expected.macs_executed);
        EXPECT_GE(schedule->bytes, expected.stage.peak_bytes_with_input);
        if (expected.stage.peak_bytes_with_input > expected.rest_peak_bytes * 11 / 10) {
          EXPECT_EQ(schedule->bytes, expected.stage.peak_bytes_with_input) << config.name << " " << split;
        }
      }
    }
  }
}

// In place, but for what the convolution before it reads: one image, a table of 256 bytes each, an operator each.
TEST_F(NetworkCosts, OfHardSwishAreItsTimeAndItsTable) {
  const ir::NetConfig plain = ir::builders::build("fashion-demo");
  ir::NetConfig swishing = plain;
  swishing.first_conv.activation = ir::ActFunc::hard_swish;
  const NetworkCost before = cost(plain, Planner::tinyengine);
  const NetworkCost after = cost(swishing, Planner::tinyengine);
  EXPECT_EQ(after.sram_bytes, before.sram_bytes);
  EXPECT_EQ(after.macs, before.macs);
  EXPECT_GT(after.cycles, before.cycles);
  EXPECT_GE(after.flash_bytes, before.flash_bytes + 256);
  EXPECT_LE(after.flash_bytes, before.flash_bytes + 256 + 150 + 2200);
}

TEST_F(NetworkCosts, OfBetterPlannersAreNoLarger) {
  for (const ir::NetConfig& network : some_networks()) {
    const std::int64_t tflm = cost(network, Planner::tflm).sram_bytes;
    const std::int64_t tinyengine = cost(network, Planner::tinyengine).sram_bytes;
    EXPECT_LE(tinyengine, tflm);
    EXPECT_LE(cost(network, Planner::patch).sram_bytes, tinyengine);
  }
}

TEST_F(NetworkCosts, PreferTheScheduleWithFewerMacsWhereMemoryAllows) {
  const std::vector<ir::NetLayer> layers = ir::layers_of(ir::builders::build("mcunet-in3"));
  const NetworkCost least = cost_of(layers, table_, {.planner = Planner::patch});
  const NetworkCost limited =
      cost_of(layers, table_, {.planner = Planner::patch, .sram_limit = least.sram_bytes * 3 / 2});
  EXPECT_LE(limited.sram_bytes, least.sram_bytes * 3 / 2);
  EXPECT_LT(limited.executed_macs, least.executed_macs);
  const NetworkCost free = cost_of(layers, table_, {.planner = Planner::patch, .sram_limit = 1 << 30});
  EXPECT_EQ(free.executed_macs, free.macs);
  EXPECT_EQ(free.patch_grid, 1);
}

// Layer by layer and with the default kernels: what predict_cost says of the plan, but for kernels with larger weights.
TEST_F(NetworkCosts, PredictThePlansCycles) {
  const target::Core core = target::board("stm32f746").core;
  for (const char* name : {"mcunet-vww1", "fashion-demo"}) {
    const ir::NetConfig network = ir::builders::build(name);
    const ir::Graph graph = planning_graph(network);
    const plan::Plan plan = plan::make_plan(graph, core);
    const double predicted = plan::predict_cost(cost::cost_table(core), graph, plan).total.cycles;
    EXPECT_NEAR(cost(network, Planner::tflm).cycles / predicted, 1, 0.005);
  }
}

// Measured on linked firmware for the Cortex-M7: docs/results.md.
TEST_F(NetworkCosts, BoundTheFlashOfMeasuredFirmware) {
  const std::vector<std::pair<const char*, std::int64_t>> measured = {
      {"mcunet-in0", 859'000},  {"mcunet-in1", 737'848},  {"mcunet-in3", 859'368},
      {"mcunet-vww0", 452'648}, {"mcunet-vww2", 766'464}, {"mbv2-w0.35", 848'416}};
  for (const auto& [name, bytes] : measured) {
    const std::int64_t estimated = cost(ir::builders::build(name), Planner::full).flash_bytes;
    EXPECT_GE(estimated, bytes) << name;
    EXPECT_LE(static_cast<double>(estimated), 1.02 * static_cast<double>(bytes)) << name;
  }
}

}  // namespace
}  // namespace thimble::search
