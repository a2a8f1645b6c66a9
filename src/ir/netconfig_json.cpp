#include <fmt/format.h>

#include "base/error.h"
#include "ir/netconfig.h"

namespace thimble::ir {

namespace {

/// A JSON object together with where it stands, for messages.
struct Node {
  const Json& json;
  std::string source;
  std::string path;

  [[noreturn]] void refuse(const std::string& field, const std::string& why) const {
    fail("{}: {}{}{} {}", source, path, path.empty() || field.empty() ? "" : ".", field, why);
  }

  bool has(const char* field) const { return json.contains(field) && !json.at(field).is_null(); }

  Node object(const char* field) const {
    if (!has(field)) refuse(field, "is missing");
    const Json& child = json.at(field);
    if (!child.is_object()) refuse(field, "is not an object");
    return {child, source, path.empty() ? field : path + "." + field};
  }

  /// Once-for-all writes some channel counts as a list of one.
  const Json& scalar(const char* field) const {
    const Json& value = json.at(field);
    return value.is_array() && value.size() == 1 ? value.at(0) : value;
  }

  int integer(const char* field) const {
    if (!has(field)) refuse(field, "is missing");
    const Json& value = scalar(field);
    if (!value.is_number_integer()) refuse(field, fmt::format("is {}, not an integer", value.dump()));
    const auto wide = value.get<std::int64_t>();
    if (wide < 0 || wide > 1'000'000) refuse(field, fmt::format("is {}, out of range", wide));
    return static_cast<int>(wide);
  }
  int integer_or(const char* field, int otherwise) const { return has(field) ? integer(field) : otherwise; }

  double number_or(const char* field, double otherwise) const {
    if (!has(field)) return otherwise;
    if (!json.at(field).is_number()) refuse(field, fmt::format("is {}, not a number", json.at(field).dump()));
    return json.at(field).get<double>();
  }

  bool boolean_or(const char* field, bool otherwise) const {
    if (!has(field)) return otherwise;
    if (!json.at(field).is_boolean()) refuse(field, fmt::format("is {}, not true or false", json.at(field).dump()));
    return json.at(field).get<bool>();
  }

  std::string text_or(const char* field, const std::string& otherwise) const {
    if (!has(field)) return otherwise;
    if (!json.at(field).is_string()) refuse(field, fmt::format("is {}, not a string", json.at(field).dump()));
    return json.at(field).get<std::string>();
  }

  ActFunc activation(const char* otherwise) const {
    const std::string name = json.contains("act_func") ? text_or("act_func", "none") : otherwise;
    if (name == "none") return ActFunc::none;
    if (name == "relu") return ActFunc::relu;
    if (name == "relu6") return ActFunc::relu6;
    if (name == "h_swish") return ActFunc::hard_swish;
    refuse("act_func", fmt::format("is \"{}\", which is not supported (relu6, relu, h_swish and null are)", name));
  }

  void must_be(const char* field, int value, int meaning_absent) const {
    if (const int is = integer_or(field, meaning_absent); is != value) {
      refuse(field, fmt::format("is {}, which is not supported ({} is)", is, value));
    }
  }
};

ConvLayer conv_layer(const Node& node) {
  node.must_be("dilation", 1, 1);
  node.must_be("groups", 1, 1);
  if (node.boolean_or("has_shuffle", false)) node.refuse("has_shuffle", "is true, which is not supported");
  const std::string order = node.text_or("ops_order", "weight_bn_act");
  if (order != "weight_bn_act") node.refuse("ops_order", fmt::format("is \"{}\" (weight_bn_act is supported)", order));
  return {.in_channels = node.integer("in_channels"),
          .out_channels = node.integer("out_channels"),
          .kernel_size = node.integer_or("kernel_size", 3),
          .stride = node.integer_or("stride", 1),
          .activation = node.activation("relu"),
          .use_bn = node.boolean_or("use_bn", true),
          .bias = node.boolean_or("bias", false)};
}

MobileInvertedConv inverted_conv(const Node& node) {
  MobileInvertedConv conv{.in_channels = node.integer("in_channels"),
                          .out_channels = node.integer("out_channels"),
                          .kernel_size = node.integer_or("kernel_size", 3),
                          .stride = node.integer_or("stride", 1),
                          .expand_ratio = node.number_or("expand_ratio", 6),
                          .mid_channels = {},
                          .activation = node.activation("relu6"),
                          .use_se = node.boolean_or("use_se", false)};
  if (node.has("mid_channels")) conv.mid_channels = node.integer("mid_channels");
  node.must_be("groups", 1, 1);
  return conv;
}

/// Whether a block's shortcut adds its input: null and ZeroLayer do not, IdentityLayer does.
bool adds_input(const Node& block) {
  if (!block.has("shortcut")) return false;
  const Node shortcut = block.object("shortcut");
  const std::string name = shortcut.text_or("name", "");
  if (name == "ZeroLayer") return false;
  if (name != "IdentityLayer") shortcut.refuse("name", fmt::format("is \"{}\" (IdentityLayer is supported)", name));
  return true;
}

Block inverted_block(const Node& node) {
  if (!node.has("mobile_inverted_conv")) return {SkippedBlock{}, false};
  const Node conv = node.object("mobile_inverted_conv");
  const std::string name = conv.text_or("name", "MBInvertedConvLayer");
  if (name == "ZeroLayer") return {SkippedBlock{}, false};
  if (name != "MBInvertedConvLayer" && name != "MBConvLayer") {
    conv.refuse("name", fmt::format("is \"{}\" (MBInvertedConvLayer and ZeroLayer are supported)", name));
  }
  return {inverted_conv(conv), adds_input(node)};
}

Block block(const Node& node) {
  const std::string name = node.text_or("name", "MobileInvertedResidualBlock");
  if (name == "MobileInvertedResidualBlock") return inverted_block(node);
  if (name == "ConvLayer") return {conv_layer(node), false};
  if (name == "PoolingLayer") {
    const std::string type = node.text_or("pool_type", "max");
    if (type != "max" && type != "avg")
      node.refuse("pool_type", fmt::format("is \"{}\" (max and avg are supported)", type));
    return {PoolingLayer{type == "max" ? PoolKind::max : PoolKind::average, node.integer("kernel_size"),
                         node.integer("stride")},
            false};
  }
  if (name == "BasicBlock") {
    return {BasicBlock{node.integer("in_channels"), node.integer("out_channels"), node.integer_or("kernel_size", 3),
                       node.integer_or("stride", 1), node.activation("relu")},
            false};
  }
  node.refuse(
      "name",
      fmt::format("is \"{}\" (MobileInvertedResidualBlock, ConvLayer, PoolingLayer and BasicBlock are supported)",
                  name));
}

Json activation_json(ActFunc activation) {
  switch (activation) {
    case ActFunc::relu:
      return "relu";
    case ActFunc::relu6:
      return "relu6";
    case ActFunc::hard_swish:
      return "h_swish";
    case ActFunc::none:
      break;
  }
  return nullptr;
}

Json conv_json(const ConvLayer& conv) {
  return {{"name", "ConvLayer"},
          {"kernel_size", conv.kernel_size},
          {"stride", conv.stride},
          {"dilation", 1},
          {"groups", 1},
          {"bias", conv.bias},
          {"has_shuffle", false},
          {"in_channels", conv.in_channels},
          {"out_channels", conv.out_channels},
          {"use_bn", conv.use_bn},
          {"act_func", activation_json(conv.activation)},
          {"dropout_rate", 0},
          {"ops_order", "weight_bn_act"}};
}

Json identity_json(int channels) {
  return {{"name", "IdentityLayer"}, {"in_channels", {channels}}, {"out_channels", {channels}},  {"use_bn", false},
          {"act_func", nullptr},     {"dropout_rate", 0},         {"ops_order", "weight_bn_act"}};
}

Json block_json(const Block& block) {
  const auto inverted = [&](const Json& conv, const Json& shortcut) {
    return Json{{"name", "MobileInvertedResidualBlock"}, {"mobile_inverted_conv", conv}, {"shortcut", shortcut}};
  };
  return std::visit(Overloaded{
                        [&](const MobileInvertedConv& conv) {
                          Json json{{"name", "MBInvertedConvLayer"},
                                    {"in_channels", conv.in_channels},
                                    {"out_channels", conv.out_channels},
                                    {"kernel_size", conv.kernel_size},
                                    {"stride", conv.stride},
                                    {"expand_ratio", conv.expand_ratio},
                                    {"mid_channels", nullptr},
                                    {"act_func", activation_json(conv.activation)},
                                    {"use_se", conv.use_se}};
                          if (conv.mid_channels) json["mid_channels"] = *conv.mid_channels;
                          return inverted(json, block.shortcut ? identity_json(conv.in_channels) : Json(nullptr));
                        },
                        [](const ConvLayer& conv) { return conv_json(conv); },
                        [](const PoolingLayer& pool) {
                          return Json{{"name", "PoolingLayer"},
                                      {"pool_type", pool.kind == PoolKind::max ? "max" : "avg"},
                                      {"kernel_size", pool.kernel_size},
                                      {"stride", pool.stride}};
                        },
                        [](const BasicBlock& basic) {
                          return Json{{"name", "BasicBlock"},
                                      {"in_channels", basic.in_channels},
                                      {"out_channels", basic.out_channels},
                                      {"kernel_size", basic.kernel_size},
                                      {"stride", basic.stride},
                                      {"act_func", activation_json(basic.activation)}};
                        },
                        [&](const SkippedBlock&) {
                          return inverted(nullptr, Json{{"name", "IdentityLayer"}});
                        },
                    },
                    block.body);
}

}  // namespace

NetConfig parse_netconfig(const Json& json, const std::string& source) {
  if (!json.is_object()) fail("{}: is not a network config: a JSON object is expected", source);
  const Node root{json, source, ""};
  NetConfig config;
  config.name = root.text_or("name", "network");
  if (root.has("final_expand_layer"))
    root.refuse("final_expand_layer", "is not supported (ProxylessNAS networks have none)");
  config.resolution = root.integer("resolution");
  config.first_conv = conv_layer(root.object("first_conv"));
  if (!root.has("blocks") || !json.at("blocks").is_array()) root.refuse("blocks", "is missing or not a list");
  for (std::size_t i = 0; i < json.at("blocks").size(); ++i) {
    const Node node{json.at("blocks").at(i), source, fmt::format("blocks[{}]", i)};
    if (!node.json.is_object()) node.refuse("", "is not an object");
    config.blocks.push_back(block(node));
  }
  if (root.has("feature_mix_layer")) config.feature_mix_layer = conv_layer(root.object("feature_mix_layer"));
  const Node classifier = root.object("classifier");
  config.features = classifier.integer("in_features");
  config.classes = classifier.integer("out_features");
  config.dropout = classifier.number_or("dropout_rate", 0);
  if (root.has("bn")) {
    config.bn_momentum = root.object("bn").number_or("momentum", config.bn_momentum);
    config.bn_eps = root.object("bn").number_or("eps", config.bn_eps);
  }
  validate(config, source);
  return config;
}

NetConfig read_netconfig(const std::filesystem::path& file) { return parse_netconfig(read_json(file), file.string()); }

Json to_json(const NetConfig& config) {
  Json json{{"name", config.name},
            {"bn", {{"momentum", config.bn_momentum}, {"eps", config.bn_eps}}},
            {"first_conv", conv_json(config.first_conv)},
            {"blocks", Json::array()},
            {"feature_mix_layer", config.feature_mix_layer ? conv_json(*config.feature_mix_layer) : Json(nullptr)},
            {"classifier",
             {{"name", "LinearLayer"},
              {"in_features", config.features},
              {"out_features", config.classes},
              {"bias", true},
              {"use_bn", false},
              {"act_func", nullptr},
              {"dropout_rate", config.dropout},
              {"ops_order", "weight_bn_act"}}},
            {"resolution", config.resolution}};
  for (const Block& block : config.blocks) json["blocks"].push_back(block_json(block));
  return json;
}

}  // namespace thimble::ir
