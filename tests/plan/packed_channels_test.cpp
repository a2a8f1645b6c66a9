// When SIMD convolutions keep a channel in two words.
#include "plan/packed_channels.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "plan/planner.h"
#include "target/board.h"

namespace thimble::plan {
namespace {

/// A 1x1 convolution of `depth` channels to four, one of them with this bias.
ir::Graph convolution(std::int32_t bias, int depth = 64) {
  const auto activation = [](const char* name, int channels) {
    ir::Tensor tensor;
    tensor.name = name;
    tensor.shape = {1, 4, 4, channels};
    tensor.quantization = ir::Quantization{{0.1F}, {0}, 0};
    return tensor;
  };
  ir::Graph graph;
  graph.name = "convolution";
  graph.inputs = {graph.add_tensor(activation("in", depth))};
  ir::Tensor weights;
  weights.name = "weights";
  weights.shape = {4, 1, 1, depth};
  weights.quantization = ir::Quantization{std::vector(4, 0.01F), std::vector(4, 0), 0};
  weights.data = ir::constant_data<std::int8_t>(std::vector<std::int8_t>(static_cast<std::size_t>(4 * depth), 127));
  const ir::TensorId weights_id = graph.add_tensor(std::move(weights));
  ir::Tensor biases;
  biases.name = "bias";
  biases.shape = {4};
  biases.type = ir::DataType::int32;
  biases.data = ir::constant_data<std::int32_t>(std::vector<std::int32_t>{0, bias, 0, 0});
  const ir::TensorId bias_id = graph.add_tensor(std::move(biases));
  graph.outputs = {graph.add_tensor(activation("out", 4))};
  graph.ops.push_back({ir::Conv2D{}, {graph.inputs[0], weights_id, bias_id}, {graph.outputs[0]}});
  return graph;
}

bool is_packed(const ir::Graph& graph, Optimize optimize) {
  PlanOptions options;
  options.optimize = optimize;
  return make_plan(graph, target::board("emulator").core, options).stages.at(0).steps.at(0).kernel.packed_channels;
}

TEST(PackedChannels, AreForSizeOnly) {
  EXPECT_TRUE(is_packed(convolution(1000), Optimize::size));
  EXPECT_FALSE(is_packed(convolution(1000), Optimize::balanced));
}

TEST(PackedChannels, HaveNoRoomForAHugeBias) {
  // Not so huge that the output is the same for every input: that bias becomes a small one.
  ir::Graph graph = convolution(1 << 26, 8192);
  graph.tensor(graph.outputs[0]).quantization = ir::Quantization{{0.1F * 0.01F * (1 << 12)}, {0}, 0};
  EXPECT_FALSE(is_packed(graph, Optimize::size));
}

TEST(PackedChannels, DoNotConcernPortableKernels) {
  PlanOptions options;
  options.optimize = Optimize::size;
  options.dsp = false;
  const Plan plan = make_plan(convolution(1000), target::board("emulator").core, options);
  EXPECT_FALSE(plan.stages.at(0).steps.at(0).kernel.packed_channels);
}

}  // namespace
}  // namespace thimble::plan
