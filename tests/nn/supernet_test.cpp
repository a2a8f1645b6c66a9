#include "nn/supernet.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "nn/elastic_choices.h"
#include "nn/resized.h"
#include "nn/sort_channels.h"

namespace thimble::nn {
namespace {

ir::Block inverted(int in, int out, int stride, bool squeeze = false, ir::ActFunc activation = ir::ActFunc::relu6) {
  return {ir::MobileInvertedConv{.in_channels = in,
                                 .out_channels = out,
                                 .kernel_size = 7,
                                 .stride = stride,
                                 .expand_ratio = 6,
                                 .mid_channels = {},
                                 .activation = activation,
                                 .use_se = squeeze},
          stride == 1 && in == out};
}

/// Two stages of three blocks, one with squeeze-and-excite, one with hard-swish, a first block without expansion and a
/// feature mix.
ir::NetConfig largest_network() {
  ir::NetConfig config;
  config.name = "largest";
  config.resolution = 16;
  config.classes = 4;
  config.first_conv = {.in_channels = 1, .out_channels = 8, .kernel_size = 3, .stride = 1};
  config.blocks.push_back(
      {ir::MobileInvertedConv{
           .in_channels = 8, .out_channels = 8, .kernel_size = 3, .expand_ratio = 1, .mid_channels = {}},
       true});
  config.blocks.push_back(inverted(8, 16, 2));
  config.blocks.push_back(inverted(16, 16, 1));
  config.blocks.push_back(inverted(16, 16, 1, true, ir::ActFunc::hard_swish));
  config.blocks.push_back(inverted(16, 24, 2));
  config.blocks.push_back(inverted(24, 24, 1));
  config.blocks.push_back(inverted(24, 24, 1));
  config.feature_mix_layer = ir::ConvLayer{.in_channels = 24, .out_channels = 32, .kernel_size = 1};
  config.features = 32;
  return config;
}

ElasticChoices choices() { return {.kernels = {3, 5, 7}, .expansions = {3, 4, 6}, .resolutions = {12, 16}}; }

/// A supernet none of whose tensors is neutral, as after training.
Supernet trained_looking() {
  at::set_num_threads(1);
  Supernet supernet(largest_network(), 5);
  at::manual_seed(9);
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : supernet.state()) {
    if (tensor.name.find("/transform") != std::string::npos) tensor.value.add_(at::randn_like(tensor.value), 0.1);
    if (tensor.name.ends_with("/gamma") || tensor.name.ends_with("/variance")) tensor.value.uniform_(0.5, 1.5);
    if (tensor.name.ends_with("/beta") || tensor.name.ends_with("/mean")) tensor.value.normal_(0, 0.3);
  }
  return supernet;
}

torch::Tensor pictures(int size, int count = 8) {
  at::manual_seed(2);
  return at::randn({count, 1, size, size});
}

double difference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }

TEST(Supernet, AnExtractedSubNetworkEqualsItsPath) {
  const Supernet supernet = trained_looking();
  data::Random random(1);
  const at::NoGradGuard no_grad;
  for (int n = 0; n < 20; ++n) {
    const ir::NetConfig subnetwork = sampled(supernet.largest(), choices(), random);
    const torch::Tensor x = pictures(subnetwork.resolution);
    Network path = supernet.path(subnetwork);
    Network own = supernet.extract(subnetwork);
    ASSERT_NO_THROW(ir::validate(own.config(), "extracted"));
    EXPECT_LE(difference(path.forward(x, Mode::infer), own.forward(x, Mode::infer)), 1e-5);
    EXPECT_LE(difference(path.forward(x, Mode::train), own.forward(x, Mode::train)), 1e-5);
  }
}

TEST(Supernet, ItsLargestPathIsTheLargestNetwork) {
  const Supernet supernet = trained_looking();
  Network whole(supernet.largest(), 0);
  std::vector<NamedTensor> state = supernet.state();
  load_state(whole, state);
  const at::NoGradGuard no_grad;
  const torch::Tensor x = pictures(16);
  EXPECT_EQ(difference(supernet.path(supernet.largest()).forward(x, Mode::infer), whole.forward(x, Mode::infer)), 0);
}

/// What a sub-network should compute, from the definition: the whole network with everything that the sub-network has
/// not masked by zeros.
TEST(Supernet, ASmallerExpansionIsTheLargestNetworkWithItsLastChannelsSilenced) {
  Supernet supernet = trained_looking();
  ir::NetConfig subnetwork = supernet.largest();
  auto& conv = std::get<ir::MobileInvertedConv>(subnetwork.blocks[2].body);
  conv.mid_channels = 48;
  conv.expand_ratio = 3;
  const at::NoGradGuard no_grad;
  const torch::Tensor x = pictures(16);
  const torch::Tensor part = supernet.path(subnetwork).forward(x, Mode::infer);
  for (const NamedTensor& parameter : supernet.parameters()) {
    if (parameter.name == "block2/project/weight") parameter.value.narrow(1, 48, 48).zero_();
  }
  EXPECT_LE(difference(part, supernet.path(supernet.largest()).forward(x, Mode::infer)), 1e-5);
}

TEST(Supernet, AMissingBlockIsItsShortcut) {
  Supernet supernet = trained_looking();
  ir::NetConfig subnetwork = supernet.largest();
  subnetwork.blocks[3] = {ir::SkippedBlock{}, false};
  const at::NoGradGuard no_grad;
  const torch::Tensor x = pictures(16);
  const torch::Tensor part = supernet.path(subnetwork).forward(x, Mode::infer);
  for (const NamedTensor& parameter : supernet.parameters()) {
    if (parameter.name == "block3/project/gamma" || parameter.name == "block3/project/beta") parameter.value.zero_();
  }
  EXPECT_LE(difference(part, supernet.path(supernet.largest()).forward(x, Mode::infer)), 1e-5);
}

TEST(Supernet, GradientsOfASubNetworkReachOnlyItsPart) {
  Supernet supernet = trained_looking();
  const ir::NetConfig subnetwork = smallest(supernet.largest(), choices());
  supernet.path(subnetwork).forward(pictures(12), Mode::train).square().sum().backward();
  for (const NamedTensor& parameter : supernet.parameters()) {
    const torch::Tensor& gradient = parameter.value.grad();
    if (parameter.name.starts_with("block2/")) {
      EXPECT_FALSE(gradient.defined()) << parameter.name;
    }
    if (parameter.name == "block1/expand/weight") {
      EXPECT_GT(gradient.narrow(0, 0, 24).abs().sum().item<float>(), 0);
      EXPECT_EQ(gradient.narrow(0, 24, 24).abs().sum().item<float>(), 0);
    }
    if (parameter.name == "block1/depthwise/transform3") {
      EXPECT_GT(gradient.abs().sum().item<float>(), 0);
    }
  }
}

TEST(SortChannels, PreservesTheFunction) {
  const Supernet supernet = trained_looking();
  const at::NoGradGuard no_grad;
  const torch::Tensor x = pictures(16);
  const torch::Tensor before = supernet.path(supernet.largest()).forward(x, Mode::infer);
  const auto orders = channels_by_importance(supernet.extract(supernet.largest()).layers(), supernet.parameters());
  EXPECT_EQ(orders.size(), 6U);
  reorder(supernet.state(), orders);
  EXPECT_LE(difference(supernet.path(supernet.largest()).forward(x, Mode::infer), before), 1e-5);
  for (const NamedTensor& parameter : supernet.parameters()) {
    if (!parameter.name.ends_with("/project/weight") || parameter.name == "block0/project/weight") continue;
    const torch::Tensor importance = parameter.value.abs().sum({0, 2, 3});
    EXPECT_LE((importance.slice(0, 1) - importance.slice(0, 0, -1)).max().item<float>(), 0) << parameter.name;
  }
}

TEST(SortChannels, LeavesSortedChannelsAsTheyAre) {
  const Supernet supernet = trained_looking();
  const auto layers = supernet.extract(supernet.largest()).layers();
  reorder(supernet.state(), channels_by_importance(layers, supernet.parameters()));
  for (const ChannelOrder& order : channels_by_importance(layers, supernet.parameters())) {
    EXPECT_TRUE(order.order.equal(at::arange(order.order.size(0)))) << order.block;
  }
}

TEST(MeasureStatistics, TakesTheMeanOverTheBatches) {
  const Supernet supernet = trained_looking();
  Network network = supernet.extract(smallest(supernet.largest(), choices()));
  const torch::Tensor x = pictures(12, 32);
  const std::vector<torch::Tensor> halves = {x.slice(0, 0, 16), x.slice(0, 16, 32)};
  measure_statistics(network, halves);
  const at::NoGradGuard no_grad;
  const torch::Tensor stem = at::conv2d(x, network.parameters()[0].value, {}, 1, 1);
  EXPECT_LE(difference(network.statistics()[0].value, stem.mean({0, 2, 3})), 1e-5);
  const torch::Tensor expected = (stem.slice(0, 0, 16).var({0, 2, 3}) + stem.slice(0, 16, 32).var({0, 2, 3})) / 2;
  EXPECT_LE(difference(network.statistics()[1].value, expected), 1e-4);
}

TEST(Aligned, PutsMissingBlocksAtTheEndOfTheirStage) {
  const ir::NetConfig largest = largest_network();
  data::Random random(4);
  for (int n = 0; n < 50; ++n) {
    ir::NetConfig subnetwork =
        sampled(largest, {.kernels = {3, 5, 7}, .expansions = {3, 6}, .resolutions = {}}, random);
    // The fourth block differs from the third by its squeeze-and-excite: its absence is never mistaken.
    EXPECT_EQ(aligned(largest, without_skipped(subnetwork)), subnetwork);
  }
}

std::string refusal(const ir::NetConfig& subnetwork) {
  try {
    aligned(largest_network(), subnetwork);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Aligned, RefusesWhatDoesNotFitByName) {
  ir::NetConfig wide = largest_network();
  wide.name = "sub";
  std::get<ir::MobileInvertedConv>(wide.blocks[2].body).mid_channels = 200;
  EXPECT_EQ(refusal(wide), "sub: is no sub-network of largest: blocks[2] expands to more channels");
  ir::NetConfig short_of_one = largest_network();
  short_of_one.name = "sub";
  short_of_one.blocks[1] = {ir::SkippedBlock{}, false};
  EXPECT_EQ(refusal(short_of_one),
            "sub: is no sub-network of largest: blocks[1] is missing, but has no shortcut to replace it");
  ir::NetConfig larger = largest_network();
  larger.name = "sub";
  larger.resolution = 20;
  EXPECT_EQ(refusal(larger), "sub: is no sub-network of largest: its resolution is larger");
}

TEST(Restricted, OpensKernelsThenDepthThenAll) {
  const ir::NetConfig largest = largest_network();
  const ir::NetConfig least = smallest(largest, choices());
  const auto kernels = restricted(largest, least, Elastic::kernel);
  EXPECT_EQ(ir::layers_of(kernels).size(), ir::layers_of(largest).size());
  EXPECT_EQ(std::get<ir::MobileInvertedConv>(kernels.blocks[1].body).kernel_size, 3);
  EXPECT_EQ(std::get<ir::MobileInvertedConv>(kernels.blocks[1].body).middle(), 48);
  const auto depths = restricted(largest, least, Elastic::depth);
  EXPECT_TRUE(std::holds_alternative<ir::SkippedBlock>(depths.blocks[2].body));
  EXPECT_EQ(std::get<ir::MobileInvertedConv>(depths.blocks[1].body).middle(), 48);
  EXPECT_EQ(restricted(largest, least, Elastic::all), least);
}

TEST(Resized, KeepsMeansAndLayout) {
  const torch::Tensor x = at::rand({2, 3, 16, 16}).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor small = resized(x, 8);
  EXPECT_EQ(small.sizes(), (std::vector<std::int64_t>{2, 3, 8, 8}));
  EXPECT_TRUE(small.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_NEAR(small.mean().item<float>(), x.mean().item<float>(), 0.02);
  EXPECT_TRUE(resized(x, 16).is_same(x));
}

}  // namespace
}  // namespace thimble::nn
