// Segments of random graphs in patches, as C on this computer, against the reference interpreter.
#include <algorithm>

#include "base/error.h"
#include "emulate/rewritten_programs.h"
#include "plan/patches_graph.h"

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

constexpr Rewriting patches{patches_graph, in_some_patches};

TEST(HostPatches, ProgramsOfRandomGraphsEqualTheReference) { expect_host_equals_reference(patches, 12); }

}  // namespace
}  // namespace thimble::testing
