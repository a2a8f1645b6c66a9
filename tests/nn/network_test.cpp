#include "nn/network.h"

#include <cmath>
#include <cstring>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "export/tflite_export.h"
#include "import/tflite_import.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "nn/float_graph.h"
#include "nn/init_from_graph.h"
#include "reference/interpreter.h"
#include "shared_files.h"

namespace thimble::nn {
namespace {

/// A network whose batch normalizations are not neutral, as after training.
Network trained_looking(const ir::NetConfig& config) {
  at::set_num_threads(1);
  Network network(config, 7);
  at::manual_seed(3);
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : network.state()) {
    if (tensor.name.ends_with("/gamma") || tensor.name.ends_with("/variance")) tensor.value.uniform_(0.5, 1.5);
    if (tensor.name.ends_with("/beta") || tensor.name.ends_with("/mean")) tensor.value.normal_(0, 0.3);
  }
  return network;
}

torch::Tensor random_picture(const ir::NetConfig& config) {
  at::manual_seed(11);
  return at::rand({1, config.first_conv.in_channels, config.resolution, config.resolution}) * 2 - 1;
}

std::vector<float> logits_of(const ir::Graph& graph, const torch::Tensor& picture) {
  const auto nhwc = picture.permute({0, 2, 3, 1}).contiguous();
  reference::Bytes input(static_cast<std::size_t>(nhwc.numel()) * sizeof(float));
  std::memcpy(input.data(), nhwc.data_ptr<float>(), input.size());
  const auto outputs = reference::run(graph, std::vector<reference::Bytes>{input});
  std::vector<float> logits(outputs.at(0).size() / sizeof(float));
  std::memcpy(logits.data(), outputs[0].data(), outputs[0].size());
  return logits;
}

void expect_equal(const torch::Tensor& expected, const std::vector<float>& found, const std::string& what) {
  ASSERT_EQ(expected.numel(), static_cast<std::int64_t>(found.size())) << what;
  const float largest = expected.abs().max().item<float>();
  const auto values = expected.contiguous();
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(values.data_ptr<float>()[i], found[i], 1e-4F * std::max(1.0F, largest)) << what << " logit " << i;
  }
}

ir::NetConfig with_squeeze_and_excite() {
  ir::NetConfig config =
      ir::builders::build("mcunet-vww0", {.resolution = 32, .channels = 3, .classes = 5, .width = {}, .dropout = {}});
  for (ir::Block& block : config.blocks) std::get<ir::MobileInvertedConv>(block.body).use_se = true;
  return config;
}

ir::NetConfig small_resnet() {
  return ir::builders::build("resnet18",
                             {.resolution = 32, .channels = 3, .classes = 10, .width = 0.25, .dropout = {}});
}

ir::NetConfig with_hard_swish() {
  ir::NetConfig config = with_squeeze_and_excite();
  config.first_conv.activation = ir::ActFunc::hard_swish;
  for (std::size_t i = config.blocks.size() / 2; i < config.blocks.size(); ++i)
    std::get<ir::MobileInvertedConv>(config.blocks[i].body).activation = ir::ActFunc::hard_swish;
  return config;
}

std::vector<ir::NetConfig> all_kinds() {
  return {with_hard_swish(),
          ir::builders::build("fashion-demo"),
          ir::builders::build("cifar-small"),
          ir::builders::build("simple-maxpool"),
          ir::builders::build("mcunet-in0"),
          with_squeeze_and_excite(),
          small_resnet()};
}

TEST(Network, ComputesWhatItsFloatGraphComputes) {
  for (const ir::NetConfig& config : all_kinds()) {
    Network network = trained_looking(config);
    const torch::Tensor picture = random_picture(config);
    const at::NoGradGuard no_grad;
    expect_equal(network.forward(picture, Mode::infer), logits_of(float_graph(network), picture), config.name);
  }
}

/// A training step of a convolution, its batch normalization and hard-swish, written out.
TEST(Network, GradientsPassBatchNormalizationAndHardSwish) {
  ir::NetConfig config;
  config.resolution = 6;
  config.classes = 3;
  config.features = 8;
  config.first_conv = {.in_channels = 1, .out_channels = 8, .activation = ir::ActFunc::hard_swish};
  Network network = trained_looking(config);
  at::manual_seed(5);
  const torch::Tensor pictures = at::randn({5, 1, 6, 6}) * 2;
  const torch::Tensor direction = at::randn({5, 3});
  (network.forward(pictures, Mode::train) * direction).sum().backward();

  const auto leaf = [&](std::size_t i) {
    return network.parameters().at(i).value.detach().clone().requires_grad_(true);
  };
  const torch::Tensor weight = leaf(0), gamma = leaf(1), beta = leaf(2), head = leaf(3), bias = leaf(4);
  const torch::Tensor normal =
      at::batch_norm(at::conv2d(pictures, weight, {}, 1, 1), gamma, beta, {}, {}, true, 0, config.bn_eps, false);
  const torch::Tensor swish = normal * at::clamp(normal + 3, 0, 6) / 6;
  const torch::Tensor logits = at::conv2d(swish.mean({2, 3}, true), head, bias).flatten(1);
  (logits * direction).sum().backward();
  const std::vector<torch::Tensor> expected = {weight, gamma, beta, head, bias};
  ASSERT_EQ(network.parameters().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(at::allclose(network.parameters()[i].value.grad(), expected[i].grad(), 1e-3, 1e-4))
        << network.parameters()[i].name;
  }
}

TEST(Network, ItsTfliteFileComputesTheSame) {
  const ir::NetConfig config = ir::builders::build("fashion-demo");
  Network network = trained_looking(config);
  const torch::Tensor picture = random_picture(config);
  const ir::Graph reread = import::parse_tflite(exporting::to_tflite(float_graph(network)), "reread");
  const at::NoGradGuard no_grad;
  expect_equal(network.forward(picture, Mode::infer), logits_of(reread, picture), "reread");
}

TEST(Network, StaysInChannelsLastEvenForOneChannel) {
  for (const char* name : {"fashion-demo", "cifar-small"}) {
    Network network(ir::builders::build(name), 1);
    for (const NamedTensor& tensor : network.parameters()) {
      if (tensor.name != "block1/expand/weight") continue;
      EXPECT_TRUE(tensor.value.is_contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
}

TEST(Network, TheSeedDecidesTheWeights) {
  const ir::NetConfig config = ir::builders::build("fashion-demo");
  const Network one(config, 5);
  const Network same(config, 5);
  const Network other(config, 6);
  EXPECT_TRUE(one.parameters()[0].value.equal(same.parameters()[0].value));
  EXPECT_FALSE(one.parameters()[0].value.equal(other.parameters()[0].value));
}

TEST(Network, AReplicaSharesWeightsButNotGradientsOrStatistics) {
  const ir::NetConfig config = ir::builders::build("fashion-demo");
  Network network(config, 1);
  Network replica = network.replica();
  replica.forward(random_picture(config).expand({4, -1, -1, -1}), Mode::train).sum().backward();
  EXPECT_FALSE(network.parameters()[0].value.grad().defined());
  EXPECT_TRUE(replica.parameters()[0].value.grad().defined());
  EXPECT_EQ(network.statistics()[0].value.abs().sum().item<float>(), 0);
  const at::NoGradGuard no_grad;
  network.parameters()[0].value.fill_(0.25);
  EXPECT_EQ(replica.parameters()[0].value.mean().item<float>(), 0.25F);
}

TEST(InitFromGraph, ANetworkComputesWhatItStartedFrom) {
  const ir::NetConfig config =
      ir::builders::build("mcunet-vww0", {.resolution = 48, .channels = 3, .classes = 2, .width = {}, .dropout = {}});
  const ir::Graph source = float_graph(trained_looking(config));
  Network network(config, 99);
  const InitReport report = init_from_graph(network, source);
  EXPECT_FALSE(report.new_head);
  at::manual_seed(4);
  const torch::Tensor pictures = at::rand({16, 3, 48, 48}) * 2 - 1;
  match_statistics(network, pictures);
  const at::NoGradGuard no_grad;
  const torch::Tensor picture = pictures.slice(0, 0, 1);
  expect_equal(network.forward(picture, Mode::infer), logits_of(source, picture), "infer");
  // In training, the batch's own statistics are the ones that were matched.
  expect_equal(network.forward(pictures, Mode::train).slice(0, 0, 1), logits_of(source, picture), "train");
}

TEST(InitFromGraph, AnInt8FileGivesItsDequantizedWeights) {
  const char* file = "models/mcunet-release/mcunet-10fps_vww.tflite";
  THIMBLE_NEEDS_SHARED(file);
  const ir::Graph released = import::read_tflite(testing::shared_folder() / file);
  Network network(
      ir::builders::build("mcunet-vww0", {.resolution = {}, .channels = 1, .classes = 10, .width = {}, .dropout = {}}),
      1);
  const InitReport report = init_from_graph(network, released);
  EXPECT_TRUE(report.new_head);
  EXPECT_EQ(report.copied, 1 + 1 * 2 + 13 * 3);
}

TEST(InitFromGraph, RefusesAnotherNetworkByTheFirstLayerThatDiffers) {
  const ir::Graph source = ir::to_graph(ir::builders::build("mcunet-in1"));
  Network network(ir::builders::build("mcunet-vww0"), 1);
  try {
    init_from_graph(network, source);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "mcunet-in1: \"block1/expand\" has 32x8x1x1 dense weights, but the network's layer block1/expand has 48x8x1x1");
  }
}

}  // namespace
}  // namespace thimble::nn
