// The text of a small program, as it is meant to be read. After a change that is meant, write the files anew with
//   THIMBLE_UPDATE_EXPECTED=1 test_emit --gtest_filter='GeneratedText.*'
// and read their diff.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/files.h"
#include "emit/op_graphs.h"
#include "emit/programs.h"
#include "plan/segment.h"
#include "plan/streamed_plan.h"
#include "target/kernel_choice.h"

namespace thimble::testing {
namespace {

/// A convolution, a concatenation and a softmax; float32 input; labels.
ir::Graph tiny_graph() {
  GraphBuilder g("tiny");
  const TensorId in = g.input({1, 4, 4, 2}, "picture");
  const TensorId conv = g.conv(in, 3, {3, 2, 1}, "stem/Conv2D");
  const TensorId joined = g.concat({conv, conv}, "joined");
  const TensorId sum = g.add(joined, joined, "doubled");
  const TensorId flat = g.reshape(sum, {1, 24}, "flat");
  ir::Graph graph = g.finish({g.softmax(g.fully_connected(flat, 2, "classes"), "probability")});
  ir::Tensor own = graph.tensor(in);
  own.name = "pixels";
  own.type = ir::DataType::float32;
  own.quantization.reset();
  graph.input_ends = {graph.add_tensor(own)};
  graph.output_ends = {ir::no_tensor};
  graph.labels = {"cat", "dog"};
  return graph;
}

void expect_text(const std::vector<emit::File>& files, const std::string& path) {
  const std::filesystem::path expected = std::filesystem::path(THIMBLE_SOURCE_DIR) / "tests" / "cases" / "emit" / path;
  if (std::getenv("THIMBLE_UPDATE_EXPECTED") != nullptr) write_text(expected, text_of(files, path));
  EXPECT_EQ(text_of(files, path), read_text(expected)) << "differs from " << expected;
}

TEST(GeneratedText, IsReadable) {
  const ir::Graph graph = tiny_graph();
  std::vector<target::KernelChoice> kernels;
  for (const ir::Op& op : graph.ops) kernels.push_back(plain_kernel(graph, op));
  const auto files = emit::emit_program(graph, plan::plan_layer_by_layer(graph, kernels, {}), {"tiny", "stm32f746"});
  for (const char* path : {"tiny.h", "tiny.c", "tiny_weights.h", "main.c", "CMakeLists.txt"}) expect_text(files, path);
}

TEST(GeneratedText, LoopsWhereThePlanStreams) {
  const PlannedGraph streamed = streamed_convolutions({}, plain_kernel);
  expect_text(emit::emit_program(streamed.graph, streamed.plan, {"streamed", "host"}), "streamed.c");
}

}  // namespace
}  // namespace thimble::testing
