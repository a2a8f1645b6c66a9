#include "search/design_space.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/suggest.h"
#include "target/board.h"

namespace thimble::search {

namespace {

namespace fs = std::filesystem;

/// A JSON object and where it stands, for messages. Fields are taken once each; what nobody took is a mistake.
class Node {
 public:
  Node(const Json& json, std::string source, std::string path)
      : json_(json), source_(std::move(source)), path_(std::move(path)) {
    if (!json.is_object()) refuse("", "is not an object");
  }

  [[noreturn]] void refuse(const std::string& field, const std::string& why) const {
    const std::string where = path_.empty() || field.empty() ? path_ + field : path_ + "." + field;
    throw Error(fmt::format("{}: {} {}", source_, where.empty() ? "the file" : where, why),
                "docs/search.md describes the fields of a design space");
  }

  bool has(const char* field) const { return json_.contains(field); }

  const Json& take(const char* field) {
    taken_.insert(field);
    if (!has(field)) refuse(field, "is missing");
    return json_.at(field);
  }

  std::string text(const char* field) {
    const Json& value = take(field);
    if (!value.is_string()) refuse(field, fmt::format("is {}, not a text", value.dump()));
    return value.get<std::string>();
  }

  int integer(const char* field, int least, int most) { return integer_of(take(field), field, least, most); }

  double number(const char* field, double least, double most) { return number_of(take(field), field, least, most); }

  std::vector<int> integers(const char* field, int least, int most) {
    return choices<int>(field,
                        [&](const Json& value, const std::string& at) { return integer_of(value, at, least, most); });
  }

  std::vector<double> numbers(const char* field, double least, double most) {
    return choices<double>(field,
                           [&](const Json& value, const std::string& at) { return number_of(value, at, least, most); });
  }

  std::vector<Node> objects(const char* field) {
    const Json& list = take(field);
    if (!list.is_array() || list.empty()) refuse(field, "is not a list of at least one object");
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < list.size(); ++i)
      nodes.emplace_back(list[i], source_, fmt::format("{}{}{}[{}]", path_, path_.empty() ? "" : ".", field, i));
    return nodes;
  }

  /// To be called when all fields have been taken.
  void refuse_others() const {
    const std::vector<std::string> known(taken_.begin(), taken_.end());
    for (const auto& [key, value] : json_.items()) {
      if (taken_.contains(key)) continue;
      const std::string meant = nearest(key, known);
      refuse(key, "is no field of a design space" + (meant.empty() ? "" : ", did you mean \"" + meant + "\"?"));
    }
  }

 private:
  int integer_of(const Json& value, const std::string& field, int least, int most) const {
    if (!value.is_number_integer()) refuse(field, fmt::format("is {}, not an integer", value.dump()));
    const auto wide = value.get<std::int64_t>();
    if (wide < least || wide > most) refuse(field, fmt::format("is {}, not in {} ... {}", wide, least, most));
    return static_cast<int>(wide);
  }

  double number_of(const Json& value, const std::string& field, double least, double most) const {
    if (!value.is_number()) refuse(field, fmt::format("is {}, not a number", value.dump()));
    const auto number = value.get<double>();
    if (number < least || number > most) refuse(field, fmt::format("is {}, not in {} ... {}", number, least, most));
    return number;
  }

  template <typename T, typename Read>
  std::vector<T> choices(const char* field, Read read) {
    const Json& list = take(field);
    if (!list.is_array() || list.empty()) refuse(field, "is not a list of at least one choice");
    std::vector<T> values;
    for (std::size_t i = 0; i < list.size(); ++i) {
      values.push_back(read(list[i], fmt::format("{}[{}]", field, i)));
      if (i > 0 && values[i] <= values[i - 1])
        refuse(field, fmt::format("is not ascending: {} follows {}", values[i], values[i - 1]));
    }
    return values;
  }

  const Json& json_;
  std::string source_;
  std::string path_;
  std::set<std::string, std::less<>> taken_;
};

void require_odd(Node& node, const char* field, const std::vector<int>& kernels) {
  for (const int kernel : kernels)
    if (kernel % 2 == 0) node.refuse(field, fmt::format("has {}; kernels are odd", kernel));
}

constexpr std::array<std::pair<ir::ActFunc, const char*>, 3> activations{
    {{ir::ActFunc::relu6, "relu6"}, {ir::ActFunc::relu, "relu"}, {ir::ActFunc::hard_swish, "hard_swish"}}};

ir::ActFunc activation(Node& node) {
  const std::string text = node.text("activation");
  for (const auto& [activation, name] : activations)
    if (text == name) return activation;
  node.refuse("activation", "is \"" + text + "\"; relu6, relu and hard_swish are supported");
}

std::optional<ir::ActFunc> own_activation(Node& node) {
  return node.has("activation") ? std::optional(activation(node)) : std::nullopt;
}

const char* name_of(ir::ActFunc activation) {
  return std::ranges::find(activations, activation, &decltype(activations)::value_type::first)->second;
}

StemLayer stem_layer(Node& node) {
  StemLayer layer;
  const std::string kind = node.text("layer");
  if (kind != "conv" && kind != "separable") node.refuse("layer", "is \"" + kind + "\", neither conv nor separable");
  layer.kind = kind == "conv" ? StemLayer::Kind::conv : StemLayer::Kind::separable;
  layer.channels = node.integer("channels", 1, 4096);
  layer.kernel = node.integer("kernel", 1, 11);
  require_odd(node, "kernel", {layer.kernel});
  layer.stride = node.integer("stride", 1, 4);
  layer.activation = own_activation(node);
  node.refuse_others();
  return layer;
}

SqueezeExcite squeeze_excite(Node& node) {
  const std::string text = node.text("squeeze_excite");
  if (text == "never") return SqueezeExcite::never;
  if (text == "always") return SqueezeExcite::always;
  if (text == "choose") return SqueezeExcite::choose;
  node.refuse("squeeze_excite", "is \"" + text + "\", none of never, always and choose");
}

const char* name_of(SqueezeExcite squeeze_excite) {
  switch (squeeze_excite) {
    case SqueezeExcite::always:
      return "always";
    case SqueezeExcite::choose:
      return "choose";
    case SqueezeExcite::never:
      break;
  }
  return "never";
}

StageSpace stage_space(Node& node) {
  StageSpace stage;
  stage.channels = node.integer("channels", 1, 4096);
  stage.stride = node.integer("stride", 1, 4);
  stage.depths = node.integers("depths", 1, 16);
  stage.kernels = node.integers("kernels", 1, 11);
  require_odd(node, "kernels", stage.kernels);
  stage.expansions = node.integers("expansions", 1, 16);
  stage.block_widths = node.has("block_widths") ? node.numbers("block_widths", 0.05, 4) : std::vector<double>{1.0};
  if (node.has("squeeze_excite")) stage.squeeze_excite = squeeze_excite(node);
  stage.activation = own_activation(node);
  node.refuse_others();
  return stage;
}

}  // namespace

DesignSpace parse_design_space(const Json& json, const std::string& source) {
  Node root(json, source, "");
  DesignSpace space;
  space.name = root.text("name");
  space.description = root.text("description");
  space.resolutions = root.integers("resolutions", 8, 1024);
  space.widths = root.numbers("widths", 0.05, 4);
  space.input_channels = root.integer("input_channels", 1, 3);
  if (space.input_channels == 2) root.refuse("input_channels", "is 2; 1 (grey) and 3 (RGB) are supported");
  space.classes = root.integer("classes", 2, 100'000);
  space.activation = activation(root);
  for (Node& node : root.objects("stem")) space.stem.push_back(stem_layer(node));
  if (space.stem.front().kind != StemLayer::Kind::conv) root.refuse("stem[0].layer", "is not a conv");
  for (Node& node : root.objects("stages")) space.stages.push_back(stage_space(node));
  space.feature_mix = root.has("feature_mix") ? root.integer("feature_mix", 0, 8192) : 0;
  space.feature_mix_least_width =
      root.has("feature_mix_least_width") ? root.number("feature_mix_least_width", 0, 4) : 0;
  root.refuse_others();
  return space;
}

Json to_json(const DesignSpace& space) {
  Json json{{"name", space.name},
            {"description", space.description},
            {"resolutions", space.resolutions},
            {"widths", space.widths},
            {"input_channels", space.input_channels},
            {"classes", space.classes},
            {"activation", name_of(space.activation)},
            {"stem", Json::array()},
            {"stages", Json::array()},
            {"feature_mix", space.feature_mix},
            {"feature_mix_least_width", space.feature_mix_least_width}};
  for (const StemLayer& layer : space.stem) {
    json["stem"].push_back({{"layer", layer.kind == StemLayer::Kind::conv ? "conv" : "separable"},
                            {"channels", layer.channels},
                            {"kernel", layer.kernel},
                            {"stride", layer.stride}});
    if (layer.activation) json["stem"].back()["activation"] = name_of(*layer.activation);
  }
  for (const StageSpace& stage : space.stages) {
    json["stages"].push_back({{"channels", stage.channels},
                              {"stride", stage.stride},
                              {"depths", stage.depths},
                              {"kernels", stage.kernels},
                              {"expansions", stage.expansions},
                              {"block_widths", stage.block_widths},
                              {"squeeze_excite", name_of(stage.squeeze_excite)}});
    if (stage.activation) json["stages"].back()["activation"] = name_of(*stage.activation);
  }
  return json;
}

std::vector<std::string> design_space_names() {
  std::vector<std::string> names;
  const fs::path folder = target::data_folder() / "spaces";
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  if (error) fail("{}: cannot be listed: {}", folder.string(), error.message());
  std::ranges::sort(names);
  return names;
}

DesignSpace design_space(const std::string& name_or_file) {
  fs::path file = name_or_file;
  if (file.extension() != ".json") {
    const std::vector<std::string> names = design_space_names();
    if (std::ranges::find(names, name_or_file) == names.end()) {
      const std::string meant = nearest(name_or_file, names);
      throw Error(fmt::format("no design space is called \"{}\"", name_or_file),
                  meant.empty() ? fmt::format("there are {}; or give a .json file", fmt::join(names, ", "))
                                : fmt::format("did you mean {}?", meant));
    }
    file = target::data_folder() / "spaces" / (name_or_file + ".json");
  }
  return parse_design_space(read_json(file), file.string());
}

DesignSpace restricted(DesignSpace space, int resolution, double width) {
  space.resolutions = {resolution};
  space.widths = {width};
  return space;
}

double networks_in(const DesignSpace& space) {
  double networks = 1;
  for (const StageSpace& stage : space.stages) {
    const auto blocks = static_cast<double>(stage.kernels.size() * stage.expansions.size() * stage.block_widths.size() *
                                            (stage.squeeze_excite == SqueezeExcite::choose ? 2 : 1));
    double stages = 0;
    for (const int depth : stage.depths) stages += std::pow(blocks, depth);
    networks *= stages;
  }
  return networks;
}

}  // namespace thimble::search
