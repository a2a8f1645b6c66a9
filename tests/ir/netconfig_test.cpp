#include "ir/netconfig.h"

#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "ir/netconfig_layers.h"

namespace thimble::ir {
namespace {

/// A config with everything that published ones have: lists as channel counts, null and ZeroLayer blocks, two kinds of
/// shortcut, mid_channels given and not, fields that mean nothing here.
constexpr const char* published_style = R"({
  "name": "ProxylessNASNets",
  "bn": {"momentum": 0.1, "eps": 1e-05},
  "first_conv": {"name": "ConvLayer", "kernel_size": 3, "stride": 2, "dilation": 1, "groups": 1, "bias": false,
    "has_shuffle": false, "in_channels": 3, "out_channels": 16, "use_bn": true, "act_func": "relu6",
    "dropout_rate": 0, "ops_order": "weight_bn_act"},
  "blocks": [
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 16,
      "out_channels": 8, "kernel_size": 3, "stride": 1, "expand_ratio": 1, "mid_channels": null, "act_func": "relu6",
      "use_se": false}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 8,
      "out_channels": 8, "kernel_size": 5, "stride": 1, "expand_ratio": 3, "act_func": "relu6"},
      "shortcut": {"name": "IdentityLayer", "in_channels": [8], "out_channels": [8], "use_bn": false,
      "act_func": null, "dropout_rate": 0, "ops_order": "weight_bn_act"}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": null,
      "shortcut": {"name": "IdentityLayer", "in_channels": [8], "out_channels": [8]}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "ZeroLayer", "stride": 1},
      "shortcut": {"name": "IdentityLayer", "in_channels": [8], "out_channels": [8]}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 8,
      "out_channels": 24, "kernel_size": 7, "stride": 2, "expand_ratio": 4, "mid_channels": 40, "act_func": "relu6"},
      "shortcut": {"name": "ZeroLayer", "stride": 1}}
  ],
  "feature_mix_layer": null,
  "classifier": {"name": "LinearLayer", "in_features": 24, "out_features": 10, "bias": true, "use_bn": false,
    "act_func": null, "dropout_rate": 0, "ops_order": "weight_bn_act"},
  "resolution": 32
})";

Json sample() { return Json::parse(published_style); }

std::vector<std::string> layer_names(const NetConfig& config) {
  std::vector<std::string> names;
  for (const NetLayer& layer : layers_of(config)) names.push_back(layer.name);
  return names;
}

TEST(NetConfig, APublishedConfigLoadsUnchanged) {
  const NetConfig config = parse_netconfig(sample(), "arch.json");
  EXPECT_THAT(layer_names(config),
              ::testing::ElementsAre("first_conv", "block0/depthwise", "block0/project", "block1/expand",
                                     "block1/depthwise", "block1/project", "block1/add", "block4/expand",
                                     "block4/depthwise", "block4/project", "global_average", "classifier"));
  // 3*16*9*256 + 16*9*256 + 16*8*256 + (8*24 + 24*25 + 24*8)*256 + 8*40*256 + (40*49 + 40*24)*64 + 24*10
  EXPECT_EQ(macs_of(config), 110592 + 36864 + 32768 + 251904 + 81920 + 186880 + 240);
}

TEST(NetConfig, MidChannelsOverrideTheExpandRatio) {
  const NetConfig config = parse_netconfig(sample(), "arch.json");
  EXPECT_EQ(std::get<MobileInvertedConv>(config.blocks[1].body).middle(), 24);
  EXPECT_EQ(std::get<MobileInvertedConv>(config.blocks[4].body).middle(), 40);
}

TEST(NetConfig, WritingAndReadingKeepsEveryNetwork) {
  const NetConfig config = parse_netconfig(sample(), "arch.json");
  EXPECT_EQ(parse_netconfig(to_json(config), "again"), config);
  for (const builders::Entry& entry : builders::names()) {
    const NetConfig built = builders::build(entry.name);
    EXPECT_EQ(parse_netconfig(to_json(built), entry.name), built) << entry.name;
  }
}

TEST(NetConfig, TheGraphHasTheLayersMacsAndShapes) {
  for (const builders::Entry& entry : builders::names()) {
    const NetConfig config = builders::build(entry.name);
    const Graph graph = to_graph(config);  // Verified by to_graph.
    EXPECT_EQ(macs_of(graph), macs_of(config)) << entry.name;
    for (const NetLayer& layer : layers_of(config)) {
      const auto named = [&](const Tensor& tensor) { return tensor.name == layer.name; };
      const auto tensor = std::find_if(graph.tensors.begin(), graph.tensors.end(), named);
      ASSERT_NE(tensor, graph.tensors.end()) << layer.name;
      EXPECT_EQ(tensor->shape, (Shape{1, layer.out_size, layer.out_size, layer.out_channels})) << layer.name;
    }
  }
}

TEST(NetConfig, SqueezeAndExciteGatesTheDepthwiseOutput) {
  Json json = sample();
  json["blocks"][1]["mobile_inverted_conv"]["use_se"] = true;
  const NetConfig config = parse_netconfig(json, "arch.json");
  const Graph graph = to_graph(config);
  // 24 channels: a quarter is 6, made divisible by 8; two 1x1 layers with biases.
  EXPECT_EQ(parameters_of(config) - parameters_of(parse_netconfig(sample(), "")), 24 * 8 + 8 + 8 * 24 + 24);
  EXPECT_EQ(std::count_if(graph.ops.begin(), graph.ops.end(),
                          [](const Op& op) { return std::holds_alternative<Mul>(op.kind); }),
            2);  // The hard sigmoid's sixth, and the gate.
}

TEST(NetConfig, HardSwishIsALayerAfterTheConvolution) {
  Json json = sample();
  json["blocks"][1]["mobile_inverted_conv"]["act_func"] = "h_swish";
  json["blocks"][1]["mobile_inverted_conv"]["use_se"] = true;
  const NetConfig config = parse_netconfig(json, "arch.json");
  EXPECT_EQ(parse_netconfig(to_json(config), "again"), config);
  EXPECT_EQ(to_json(config)["blocks"][1]["mobile_inverted_conv"]["act_func"], "h_swish");
  const std::vector<std::string> names = layer_names(config);
  EXPECT_THAT(std::vector(names.begin() + 3, names.begin() + 9),
              ::testing::ElementsAre("block1/expand", "block1/expand/hard_swish", "block1/depthwise",
                                     "block1/depthwise/hard_swish", "block1/se/average", "block1/se/reduce"));
  EXPECT_EQ(macs_of(config) - macs_of(parse_netconfig(sample(), "")), 24 * 8 + 8 * 24);  // Of the squeeze-and-excite.
  for (const NetLayer& layer : layers_of(config)) {
    if (layer.name == "block1/expand" || layer.name == "block1/depthwise") {
      EXPECT_EQ(layer.activation, Activation::none);
    }
    if (layer.name == "block1/se/scale") {
      EXPECT_EQ(layers_of(config)[static_cast<std::size_t>(layer.input)].name, "block1/depthwise/hard_swish");
    }
  }
  const Graph graph = to_graph(config);
  EXPECT_EQ(std::count_if(graph.ops.begin(), graph.ops.end(),
                          [](const Op& op) { return std::holds_alternative<HardSwish>(op.kind); }),
            2);
}

struct Damage {
  const char* what;
  std::function<void(Json&)> apply;
  const char* message;
};

TEST(NetConfig, RefusesWhatIsWrongByItsPath) {
  const std::vector<Damage> damages = {
      {"no resolution", [](Json& j) { j.erase("resolution"); }, "arch.json: resolution is missing"},
      {"no blocks", [](Json& j) { j["blocks"] = 3; }, "arch.json: blocks is missing or not a list"},
      {"stride 0", [](Json& j) { j["first_conv"]["stride"] = 0; }, "first_conv.stride is 0; it must be positive"},
      {"text stride", [](Json& j) { j["first_conv"]["stride"] = "2"; }, "first_conv.stride is \"2\", not an integer"},
      {"even kernel", [](Json& j) { j["blocks"][1]["mobile_inverted_conv"]["kernel_size"] = 4; },
       "blocks[1].mobile_inverted_conv.kernel_size is 4; odd sizes are supported"},
      {"broken chain", [](Json& j) { j["blocks"][1]["mobile_inverted_conv"]["in_channels"] = 16; },
       "blocks[1].mobile_inverted_conv.in_channels is 16, but the layer before gives 8"},
      {"impossible shortcut", [](Json& j) { j["blocks"][4]["shortcut"] = j["blocks"][1]["shortcut"]; },
       "blocks[4].shortcut adds 8 channels to 24 at stride 2"},
      {"act_func", [](Json& j) { j["first_conv"]["act_func"] = "swish"; },
       "first_conv.act_func is \"swish\", which is not supported (relu6, relu, h_swish and null are)"},
      {"block name", [](Json& j) { j["blocks"][0]["name"] = "Transformer"; }, "blocks[0].name is \"Transformer\""},
      {"groups", [](Json& j) { j["first_conv"]["groups"] = 2; }, "first_conv.groups is 2, which is not supported"},
      {"input channels", [](Json& j) { j["first_conv"]["in_channels"] = 4; }, "1 (grey) and 3 (RGB) are supported"},
      {"head", [](Json& j) { j["classifier"]["in_features"] = 25; },
       "classifier.in_features is 25, but the layer before gives 24"},
      {"no classes", [](Json& j) { j["classifier"]["out_features"] = 0; }, "classifier.out_features must be positive"},
      {"huge", [](Json& j) { j["resolution"] = 4000000000LL; }, "resolution is 4000000000, out of range"},
  };
  for (const Damage& damage : damages) {
    Json json = sample();
    damage.apply(json);
    try {
      parse_netconfig(json, "arch.json");
      ADD_FAILURE() << damage.what << " was accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(damage.message)) << damage.what;
    }
  }
}

TEST(NetConfig, RefusesAPictureThatPoolingUsesUp) {
  NetConfig config = builders::build("simple-maxpool");
  config.resolution = 4;
  EXPECT_THROW(validate(config, "small"), Error);
}

}  // namespace
}  // namespace thimble::ir
