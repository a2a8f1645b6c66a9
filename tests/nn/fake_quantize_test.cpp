#include "nn/fake_quantize.h"

#include <cmath>
#include <cstring>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "ir/builders/builders.h"
#include "nn/float_graph.h"
#include "nn/learned_ranges.h"
#include "quantize/quantize.h"
#include "reference/interpreter.h"

namespace thimble::nn {
namespace {

TEST(FakeQuantize, IsWhatTheQuantizerMakesOfAValue) {
  at::set_num_threads(1);
  at::manual_seed(1);
  const auto x = at::randn({1, 37, 5, 5}).contiguous(torch::MemoryFormat::ChannelsLast) * 3;
  const auto y = fake_quantize(x, at::tensor({-1.5F, 4.0F}));
  const quantize::Affine affine = quantize::int8_affine({.min = -1.5F, .max = 4.0F});
  const auto xs = x.contiguous();
  const auto ys = y.contiguous();
  for (std::int64_t i = 0; i < xs.numel(); ++i) {
    const float expected = quantize::dequantized(quantize::quantized(xs.data_ptr<float>()[i], affine), affine);
    EXPECT_NEAR(ys.data_ptr<float>()[i], expected, 1e-5);
  }
}

TEST(FakeQuantize, GradientsGoStraightThroughInsideTheRange) {
  const auto x = at::tensor({-3.0F, -0.5F, 0.1F, 2.0F, 9.0F}).requires_grad_(true);
  const auto range = at::tensor({-1.0F, 4.0F}).requires_grad_(true);
  fake_quantize(x, range).sum().backward();
  EXPECT_TRUE(x.grad().equal(at::tensor({0.0F, 1.0F, 1.0F, 1.0F, 0.0F})));
  const double factor = 255.0 * 255.0 / std::sqrt(127.0 * 5);
  const float scale = 5.0F / 255;
  double rounding = 0;
  for (const float value : {-0.5F, 0.1F, 2.0F}) rounding += std::round(value / scale) - value / scale;
  EXPECT_NEAR(range.grad()[1].item<double>(), factor * (1 + rounding / 255), 1e-3);
  EXPECT_NEAR(range.grad()[0].item<double>(), factor * (1 - rounding / 255), 1e-3);
}

TEST(FakeQuantize, AnEndAtZeroStays) {
  const auto range = at::tensor({0.0F, 1.0F}).requires_grad_(true);
  fake_quantize(at::tensor({-1.0F, 0.3F, 2.0F}), range).sum().backward();
  EXPECT_EQ(range.grad()[0].item<float>(), 0);
  EXPECT_GT(range.grad()[1].item<float>(), 0);
}

TEST(FakeQuantize, FoldedWeightsHave127StepsAChannel) {
  const auto weights = at::tensor({0.1F, -0.7F, 0.3F, 5.0F}).view({2, 2, 1, 1}).requires_grad_(true);
  const auto factor = at::tensor({2.0F, 0.0F});
  const auto quantized = fake_quantize_weights(weights, factor);
  const float scale = 1.4F / 127;
  EXPECT_NEAR(quantized[0][0].item<float>(), std::round(0.2F / scale) * scale / 2, 1e-6);
  EXPECT_NEAR(quantized[0][1].item<float>(), -0.7F, 1e-6);
  quantized.sum().backward();
  EXPECT_TRUE(weights.grad().equal(at::ones_like(weights)));
}

ir::NetConfig demo_with_squeeze_and_excite() {
  ir::NetConfig config = ir::builders::build("fashion-demo");
  for (ir::Block& block : config.blocks) {
    if (auto* conv = std::get_if<ir::MobileInvertedConv>(&block.body)) conv->use_se = true;
  }
  return config;
}

ir::NetConfig demo_with_hard_swish() {
  ir::NetConfig config = ir::builders::build("fashion-demo");
  for (ir::Block& block : config.blocks) {
    if (auto* conv = std::get_if<ir::MobileInvertedConv>(&block.body)) conv->activation = ir::ActFunc::hard_swish;
  }
  return config;
}

std::vector<float> int8_logits(const ir::Graph& graph, const torch::Tensor& picture) {
  const auto nhwc = picture.permute({0, 2, 3, 1}).contiguous();
  const quantize::Affine affine{graph.tensor(graph.inputs[0]).quantization->scale[0],
                                graph.tensor(graph.inputs[0]).zero_point()};
  reference::Bytes input;
  for (std::int64_t i = 0; i < nhwc.numel(); ++i) {
    input.push_back(static_cast<std::byte>(quantize::quantized(nhwc.data_ptr<float>()[i], affine)));
  }
  const auto output = reference::run(graph, std::vector<reference::Bytes>{input}).at(0);
  const ir::Tensor& logits = graph.tensor(graph.outputs[0]);
  std::vector<float> values;
  for (const std::byte byte : output) {
    values.push_back(
        quantize::dequantized(static_cast<std::int8_t>(byte), {logits.quantization->scale[0], logits.zero_point()}));
  }
  return values;
}

/// All that differs is the rounding of biases and of requantization: a step now and then.
TEST(LearnedRanges, TheSimulationIsTheInt8GraphToAFewSteps) {
  for (const ir::NetConfig& config :
       {ir::builders::build("fashion-demo"), demo_with_squeeze_and_excite(), demo_with_hard_swish()}) {
    Network network(config, 3);
    at::manual_seed(8);
    const std::vector<torch::Tensor> batches = {at::rand({32, 1, config.resolution, config.resolution}) * 2 - 1,
                                                at::rand({32, 1, config.resolution, config.resolution}) * 2 - 1};
    measure_statistics(network, batches);
    begin_quantization(network, batches);
    const ir::Graph real = float_graph(network);
    const ir::Graph graph = quantize::quantize(real, learned_ranges(network, real));
    const float step = graph.tensor(graph.outputs[0]).quantization->scale[0];
    const at::NoGradGuard no_grad;
    double distance = 0;
    long values = 0;
    for (int n = 0; n < 8; ++n) {
      const auto picture = batches[0].slice(0, n, n + 1);
      const auto simulated = network.forward(picture, Mode::infer).contiguous();
      const auto logits = int8_logits(graph, picture);
      for (std::size_t i = 0; i < logits.size(); ++i, ++values) {
        distance += std::abs(simulated.data_ptr<float>()[i] - logits[i]) / step;
        EXPECT_LE(std::abs(simulated.data_ptr<float>()[i] - logits[i]) / step, 12) << config.name;
      }
    }
    EXPECT_LE(distance / static_cast<double>(values), 3) << config.name;
  }
}

}  // namespace
}  // namespace thimble::nn
