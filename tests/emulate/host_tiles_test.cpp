// Blocks of random graphs in tiles, as C on this computer and on the emulated core, against the reference interpreter.
#include <random>

#include <gtest/gtest.h>

#include "emulate/execute.h"
#include "plan/network_plan.h"
#include "plan/tiles_graph.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

emulate::TensorValues any_inputs(const ir::Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  emulate::Bytes image(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes()));
  for (std::byte& value : image) value = static_cast<std::byte>(random());
  return {image};
}

/// A plan of a random graph in tiles, by the planner's own choice of streams.
plan::NetworkPlan planned(unsigned seed) {
  plan::NetworkPlan network{in_some_tiles(tiles_graph(seed), seed), {}};
  plan::PlanOptions options;
  options.objective = seed % 2 == 0 ? plan::Objective::sram : plan::Objective::latency;
  options.input_mode = seed % 3 == 0 ? plan::InputMode::rows : plan::InputMode::resident;
  options.optimize = seed % 4 == 0 ? plan::Optimize::size : plan::Optimize::balanced;
  options.dsp = seed % 5 != 0;
  network.plan = plan::make_plan(network.graph, target::board("emulator").core, options);
  plan::verify_plan(network.graph, network.plan);
  return network;
}

TEST(HostTiles, ProgramsOfRandomGraphsEqualTheReference) {
  for (unsigned seed = 0; seed < 24; ++seed) {
    const plan::NetworkPlan network = planned(seed);
    const std::vector<emulate::TensorValues> inputs{any_inputs(network.graph, seed)};
    emulate::ExecuteOptions execution;
    execution.optimize = "-O1";
    EXPECT_EQ(emulate::execute_on_host(network.graph, network.plan, inputs, execution).outputs.at(0),
              reference::run(tiles_graph(seed), inputs[0]))
        << "seed " << seed;
  }
}

TEST(HostTiles, FirmwareEqualsTheReference) {
  for (const unsigned seed : {1U, 2U, 6U}) {
    const plan::NetworkPlan network = planned(seed);
    const std::vector<emulate::TensorValues> inputs{any_inputs(network.graph, seed)};
    EXPECT_EQ(
        emulate::execute_on_emulator(network.graph, network.plan, target::board("emulator"), inputs).outputs.at(0),
        reference::run(tiles_graph(seed), inputs[0]))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace thimble::testing
