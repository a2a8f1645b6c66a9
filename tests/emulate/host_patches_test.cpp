// Segments of random graphs in patches, as C on this computer, against the reference interpreter.
#include <random>

#include <gtest/gtest.h>

#include "base/error.h"
#include "emulate/execute.h"
#include "plan/network_plan.h"
#include "plan/patches_graph.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

/// Some patches that the last tensor has pixels for, or none of a graph whose parts would be nothing but padding.
ir::Graph in_some_patches(const ir::Graph& graph, unsigned seed) {
  const ir::Shape& shape = graph.tensor(graph.outputs[0]).shape;
  const int rows = 1 + static_cast<int>(seed) % std::min(3, shape[1]);
  const int columns = 1 + static_cast<int>(seed / 3) % std::min(3, shape[2]);
  try {
    return plan::in_patches(graph, {{rows, columns}, graph.inputs[0], graph.outputs[0]});
  } catch (const Error&) {
    return graph;
  }
}

TEST(HostPatches, ProgramsOfRandomGraphsEqualTheReference) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const ir::Graph graph = patches_graph(seed);
    const ir::Graph patched = in_some_patches(graph, seed);
    plan::PlanOptions options;
    options.objective = seed % 2 == 0 ? plan::Objective::sram : plan::Objective::latency;
    options.input_mode = seed % 3 == 0 ? plan::InputMode::rows : plan::InputMode::resident;
    options.alias_views = seed % 5 != 0;
    const plan::Plan plan = plan::make_plan(patched, target::board("emulator").core, options);
    plan::verify_plan(patched, plan);
    std::mt19937 random(seed);
    emulate::Bytes image(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes()));
    for (std::byte& value : image) value = static_cast<std::byte>(random());
    const std::vector<emulate::TensorValues> inputs(1, emulate::TensorValues(1, image));
    emulate::ExecuteOptions execution;
    execution.optimize = "-O1";
    EXPECT_EQ(emulate::execute_on_host(patched, plan, inputs, execution).outputs.at(0),
              reference::run(graph, inputs[0]))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace thimble::testing
