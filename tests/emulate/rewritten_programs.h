// Random graphs that were rewritten to compute the same in less memory, as C on this computer and on the emulated core.
#pragma once

#include <initializer_list>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "emulate/execute.h"
#include "plan/network_plan.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/board.h"

namespace thimble::testing {

struct Rewriting {
  ir::Graph (*original)(unsigned seed);
  ir::Graph (*rewrite)(const ir::Graph& graph, unsigned seed);
};

inline emulate::TensorValues any_inputs(const ir::Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  emulate::Bytes image(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes()));
  for (std::byte& value : image) value = static_cast<std::byte>(random());
  return {image};
}

/// A plan of the rewritten graph, by the planner's own choice of streams.
inline plan::NetworkPlan planned(const Rewriting& rewriting, unsigned seed) {
  plan::NetworkPlan network{rewriting.rewrite(rewriting.original(seed), seed), {}};
  plan::PlanOptions options;
  options.objective = seed % 2 == 0 ? plan::Objective::sram : plan::Objective::latency;
  options.input_mode = seed % 3 == 0 ? plan::InputMode::rows : plan::InputMode::resident;
  options.optimize = seed % 4 == 0 ? plan::Optimize::size : plan::Optimize::balanced;
  options.dsp = seed % 5 != 0;
  options.alias_views = seed % 7 != 0;
  network.plan = plan::make_plan(network.graph, target::board("emulator").core, options);
  plan::verify_plan(network.graph, network.plan);
  return network;
}

inline void expect_host_equals_reference(const Rewriting& rewriting, unsigned seeds) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    const plan::NetworkPlan network = planned(rewriting, seed);
    const std::vector<emulate::TensorValues> inputs{any_inputs(network.graph, seed)};
    emulate::ExecuteOptions execution;
    execution.optimize = "-O1";
    EXPECT_EQ(emulate::execute_on_host(network.graph, network.plan, inputs, execution).outputs.at(0),
              reference::run(rewriting.original(seed), inputs[0]))
        << "seed " << seed;
  }
}

inline void expect_firmware_equals_reference(const Rewriting& rewriting, std::initializer_list<unsigned> seeds) {
  for (const unsigned seed : seeds) {
    const plan::NetworkPlan network = planned(rewriting, seed);
    const std::vector<emulate::TensorValues> inputs{any_inputs(network.graph, seed)};
    EXPECT_EQ(
        emulate::execute_on_emulator(network.graph, network.plan, target::board("emulator"), inputs).outputs.at(0),
        reference::run(rewriting.original(seed), inputs[0]))
        << "seed " << seed;
  }
}

}  // namespace thimble::testing
