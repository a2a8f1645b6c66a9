#include "train/recipe.h"

#include <algorithm>
#include <sstream>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

// Header-only: the training half then needs nothing but headers beside libtorch.
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "base/error.h"
#include "base/files.h"
#include "base/suggest.h"
#include "target/board.h"

namespace thimble::train {

namespace {

/// Visits every key of a recipe once, in the order of its sections: reading, writing and the list of known keys cannot
/// disagree. `field` is called as field(section, key, reference).
template <typename R, typename Field>
void each_recipe_field(R& recipe, Field&& field) {
  field("network", "name", recipe.network);
  field("network", "width", recipe.network_options.width);
  field("network", "resolution", recipe.network_options.resolution);
  field("network", "channels", recipe.network_options.channels);
  field("network", "dropout", recipe.network_options.dropout);
  field("network", "init", recipe.init);
  field("data", "name", recipe.dataset);
  field("data", "split", recipe.split);
  field("data", "validation", recipe.validation);
  field("data", "normalization", recipe.normalization);
  field("augmentation", "crop_padding", recipe.augmentation.crop_padding);
  field("augmentation", "horizontal_flip", recipe.augmentation.horizontal_flip);
  field("augmentation", "cutout", recipe.augmentation.cutout);
  field("augmentation", "fill", recipe.augmentation.fill);
  field("training", "epochs", recipe.epochs);
  field("training", "minutes", recipe.minutes);
  field("training", "batch", recipe.batch);
  field("training", "schedule", recipe.schedule.kind);
  field("training", "learning_rate", recipe.schedule.peak);
  field("training", "final_rate", recipe.schedule.final);
  field("training", "warmup_epochs", recipe.warmup_epochs);
  field("training", "momentum", recipe.sgd.momentum);
  field("training", "nesterov", recipe.sgd.nesterov);
  field("training", "weight_decay", recipe.sgd.weight_decay);
  field("training", "label_smoothing", recipe.label_smoothing);
  field("training", "clip_norm", recipe.clip_norm);
  field("training", "ema", recipe.ema);
  field("training", "seed", recipe.seed);
  field("quantization", "epochs", recipe.quantization.epochs);
  field("quantization", "minutes", recipe.quantization.minutes);
  field("quantization", "learning_rate", recipe.quantization.learning_rate);
  field("quantization", "freeze", recipe.quantization.freeze);
  field("distillation", "teacher", recipe.distillation.teacher);
  field("distillation", "weight", recipe.distillation.weight);
}

[[noreturn]] void wrong_type(const std::string& where, const Json& value, const char* expected) {
  fail("{} is {}, not {}", where, value.dump(), expected);
}

void assign(const std::string& where, const Json& value, std::string& out) {
  if (!value.is_string()) wrong_type(where, value, "a string");
  out = value.get<std::string>();
}
void assign(const std::string& where, const Json& value, bool& out) {
  if (!value.is_boolean()) wrong_type(where, value, "true or false");
  out = value.get<bool>();
}
void assign(const std::string& where, const Json& value, double& out) {
  if (!value.is_number()) wrong_type(where, value, "a number");
  out = value.get<double>();
}
template <typename T>
requires std::is_integral_v<T>
void assign(const std::string& where, const Json& value, T& out) {
  if (!value.is_number_integer()) wrong_type(where, value, "an integer");
  const auto wide = value.get<std::int64_t>();
  if (wide < 0 || !std::in_range<T>(wide)) fail("{} is {}, out of range", where, wide);
  out = static_cast<T>(wide);
}
void assign(const std::string& where, const Json& value, Schedule::Kind& out) {
  if (value != "cosine" && value != "constant") wrong_type(where, value, "\"cosine\" or \"constant\"");
  out = value == "cosine" ? Schedule::Kind::cosine : Schedule::Kind::constant;
}
template <typename T>
void assign(const std::string& where, const Json& value, std::optional<T>& out) {
  if (value.is_null()) return;
  T inner{};
  assign(where, value, inner);
  out = inner;
}

template <typename T>
Json json_of(const T& value) {
  return value;
}
Json json_of(Schedule::Kind kind) { return kind == Schedule::Kind::cosine ? "cosine" : "constant"; }
template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void refuse_unknown_keys(const Json& json, const std::string& source) {
  Recipe any;
  std::vector<std::string> known;
  each_recipe_field(
      any, [&](const char* section, const char* key, auto&) { known.push_back(fmt::format("{}.{}", section, key)); });
  for (const auto& [section, members] : json.items()) {
    if (!members.is_object()) fail("{}: \"{}\" stands outside a section", source, section);
    for (const auto& [key, value] : members.items()) {
      const std::string full = section + "." + key;
      if (std::find(known.begin(), known.end(), full) != known.end()) continue;
      const std::string near = nearest(full, known);
      throw Error(fmt::format("{}: there is no key \"{}\" in [{}]", source, key, section),
                  near.empty() ? "docs/training.md lists the keys" : fmt::format("did you mean {}?", near));
    }
  }
}

}  // namespace

Recipe parse_recipe(const Json& json, const std::string& source) {
  if (!json.is_object()) fail("{}: is not a recipe", source);
  refuse_unknown_keys(json, source);
  Recipe recipe;
  each_recipe_field(recipe, [&](const char* section, const char* key, auto& value) {
    if (!json.contains(section) || !json.at(section).contains(key)) return;
    assign(fmt::format("{}: {}.{}", source, section, key), json.at(section).at(key), value);
  });
  validate(recipe, source);
  return recipe;
}

std::filesystem::path find_recipe(const std::string& name) {
  if (std::filesystem::exists(name)) return name;
  const std::filesystem::path folder = target::data_folder() / "recipes";
  const std::filesystem::path file = folder / (name + ".toml");
  if (name.find('/') == std::string::npos && std::filesystem::exists(file)) return file;
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  throw Error(fmt::format("there is no recipe {}", name),
              fmt::format("give a .toml file, or one of: {}", fmt::join(names, ", ")));
}

Recipe read_recipe(const std::filesystem::path& file) {
  if (file.extension() == ".json") return parse_recipe(read_json(file), file.string());
  try {
    std::ostringstream json;
    json << toml::json_formatter(toml::parse(read_text(file), file.string()));
    return parse_recipe(Json::parse(json.str()), file.string());
  } catch (const toml::parse_error& error) {
    fail("{}: line {}: {}", file.string(), error.source().begin.line, std::string(error.description()));
  }
}

Json to_json(const Recipe& recipe) {
  Json json = Json::object();
  each_recipe_field(
      recipe, [&](const char* section, const char* key, const auto& value) { json[section][key] = json_of(value); });
  return json;
}

void validate(const Recipe& recipe, const std::string& source) {
  const auto require = [&](bool holds, const char* what) {
    if (!holds) fail("{}: {}", source, what);
  };
  require(recipe.epochs > 0, "training.epochs must be positive");
  require(recipe.batch > 0, "training.batch must be positive");
  require(recipe.minutes >= 0, "training.minutes must not be negative");
  require(recipe.schedule.peak > 0, "training.learning_rate must be positive");
  require(recipe.schedule.final >= 0 && recipe.schedule.final <= 1, "training.final_rate must be in [0, 1]");
  require(recipe.warmup_epochs >= 0 && recipe.warmup_epochs < recipe.epochs,
          "training.warmup_epochs must be less than training.epochs");
  require(recipe.sgd.momentum >= 0 && recipe.sgd.momentum < 1, "training.momentum must be in [0, 1)");
  require(recipe.sgd.weight_decay >= 0, "training.weight_decay must not be negative");
  require(recipe.label_smoothing >= 0 && recipe.label_smoothing < 1, "training.label_smoothing must be in [0, 1)");
  require(recipe.clip_norm >= 0, "training.clip_norm must not be negative");
  require(recipe.ema >= 0 && recipe.ema < 1, "training.ema must be in [0, 1)");
  require(recipe.quantization.epochs >= 0, "quantization.epochs must not be negative");
  require(recipe.quantization.minutes >= 0, "quantization.minutes must not be negative");
  require(recipe.quantization.learning_rate > 0, "quantization.learning_rate must be positive");
  require(recipe.quantization.freeze >= 0 && recipe.quantization.freeze <= 1, "quantization.freeze must be in [0, 1]");
  require(recipe.distillation.weight >= 0 && recipe.distillation.weight <= 1, "distillation.weight must be in [0, 1]");
  require(recipe.validation >= 0 && recipe.validation < 1, "data.validation must be in [0, 1)");
}

}  // namespace thimble::train
