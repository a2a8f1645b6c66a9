#include "train/supernet_recipe.h"

#include "base/error.h"

namespace thimble::train {

namespace {

/// Visits every number and flag once, so that reading and writing cannot disagree.
template <typename P, typename Field>
void each_part_field(P& part, Field&& field) {
  field("epochs", part.epochs);
  field("minutes", part.minutes);
  field("learning_rate", part.learning_rate);
  field("warmup", part.warmup);
}

template <typename R, typename Field>
void each_supernet_field(R& recipe, Field&& field) {
  field("drawn", recipe.drawn);
  field("distillation", recipe.distillation);
  field("batch", recipe.batch);
  field("momentum", recipe.sgd.momentum);
  field("nesterov", recipe.sgd.nesterov);
  field("weight_decay", recipe.sgd.weight_decay);
  field("label_smoothing", recipe.label_smoothing);
  field("clip_norm", recipe.clip_norm);
  field("crop_padding", recipe.augmentation.crop_padding);
  field("horizontal_flip", recipe.augmentation.horizontal_flip);
  field("cutout", recipe.augmentation.cutout);
  field("fill", recipe.augmentation.fill);
  field("seed", recipe.seed);
}

Json part_json(const SupernetPart& part) {
  Json json = Json::object();
  each_part_field(part, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

void read_part(const Json& json, const char* name, SupernetPart& part) {
  if (!json.contains(name)) return;
  each_part_field(part, [&](const char* key, auto& value) {
    if (json.at(name).contains(key)) json.at(name).at(key).get_to(value);
  });
}

}  // namespace

std::string name_of(SupernetMethod method) { return method == SupernetMethod::shrinking ? "shrinking" : "sandwich"; }

SupernetMethod supernet_method_named(const std::string& name) {
  if (name == "shrinking") return SupernetMethod::shrinking;
  if (name == "sandwich") return SupernetMethod::sandwich;
  fail("there is no supernet training \"{}\"; shrinking and sandwich are known", name);
}

Json to_json(const SupernetRecipe& recipe) {
  Json json{{"method", name_of(recipe.method)},
            {"largest", part_json(recipe.largest)},
            {"elastic", part_json(recipe.elastic)}};
  each_supernet_field(recipe, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

SupernetRecipe parse_supernet_recipe(const Json& json, const std::string& source) {
  SupernetRecipe recipe;
  try {
    if (json.contains("method")) recipe.method = supernet_method_named(json.at("method").get<std::string>());
    read_part(json, "largest", recipe.largest);
    read_part(json, "elastic", recipe.elastic);
    each_supernet_field(recipe, [&](const char* name, auto& value) {
      if (json.contains(name)) json.at(name).get_to(value);
    });
  } catch (const Json::exception&) {
    fail("{}: a field has a value of the wrong type", source);
  }
  validate(recipe, source);
  return recipe;
}

void validate(const SupernetRecipe& recipe, const std::string& source) {
  const auto require = [&](bool holds, const char* what) {
    if (!holds) fail("{}: {}", source, what);
  };
  for (const SupernetPart* part : {&recipe.largest, &recipe.elastic}) {
    require(part->epochs > 0, "epochs must be positive");
    require(part->minutes >= 0, "minutes must not be negative");
    require(part->learning_rate > 0, "learning_rate must be positive");
    require(part->warmup >= 0 && part->warmup < 1, "warmup must be in [0, 1)");
  }
  require(recipe.drawn >= 0, "drawn must not be negative");
  require(recipe.drawn > 0 || recipe.method == SupernetMethod::sandwich, "shrinking needs drawn sub-networks");
  require(recipe.distillation >= 0 && recipe.distillation <= 1, "distillation must be in [0, 1]");
  require(recipe.batch > 0, "batch must be positive");
}

}  // namespace thimble::train
