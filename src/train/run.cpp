#include "train/run.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "data/open.h"
#include "export/tflite_export.h"
#include "import/tflite_import.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_layers.h"
#include "nn/float_graph.h"
#include "train/quantization_aware.h"
#include "train/teacher.h"

namespace thimble::train {

namespace {

/// The network that the recipe names, before the dataset has told its number of classes.
ir::NetConfig network_of(const Recipe& recipe) {
  if (recipe.network.empty()) {
    throw Error("no network is given", "give --arch with a name (`thimble-train networks` lists them) or an arch.json");
  }
  if (!recipe.network.ends_with(".json")) return ir::builders::build(recipe.network, recipe.network_options);
  ir::NetConfig config = ir::read_netconfig(recipe.network);
  const ir::builders::Options& options = recipe.network_options;
  if (options.width) config = ir::builders::scale_width(std::move(config), *options.width);
  if (options.resolution) config.resolution = *options.resolution;
  if (options.channels) config.first_conv.in_channels = *options.channels;
  if (options.dropout) config.dropout = *options.dropout;
  return config;
}

data::DatasetSplits open_for(const Recipe& recipe, const ir::NetConfig& network) {
  if (recipe.dataset.empty())
    throw Error("no dataset is given", "give --data; `thimble datasets` lists those known by name");
  data::DatasetOptions options;
  options.image.height = network.resolution;
  options.image.width = network.resolution;
  options.image.channels = network.first_conv.in_channels;
  if (!recipe.split.empty()) options.split = data::parse_split(recipe.split);
  options.validation = recipe.validation;
  options.seed = recipe.seed;
  return data::open_dataset(recipe.dataset, options);
}

data::Normalization normalization_of(const Recipe& recipe, const data::Dataset& train) {
  return recipe.normalization == "measured" ? data::measure_normalization(train)
                                            : data::normalization_named(recipe.normalization);
}

}  // namespace

Recipe recorded_recipe(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "recipe.json";
  if (!std::filesystem::exists(file)) {
    throw Error(fmt::format("{}: holds no training to resume", folder.string()), "start one without --resume");
  }
  return parse_recipe(read_json(file), file.string());
}

void export_checkpoint(const std::filesystem::path& folder) {
  const ir::NetConfig network = ir::read_netconfig(folder / "arch.json");
  exporting::write_tflite(nn::float_graph(trained_network(network, folder / "checkpoint.pt")), folder / "float.tflite");
}

RunResult run(const Recipe& recipe, const RunOptions& options) {
  validate(recipe, "recipe");
  ir::NetConfig network = options.resume ? ir::read_netconfig(options.folder / "arch.json") : network_of(recipe);
  const data::DatasetSplits splits = open_for(recipe, network);
  network.classes = static_cast<int>(splits.train.class_names().size());
  ir::validate(network, recipe.network);
  const data::Normalization normalization =
      options.resume ? data::normalization_from_json(read_json(options.folder / "normalization.json"))
                     : normalization_of(recipe, splits.train);
  std::optional<ir::Graph> init;
  if (!recipe.init.empty() && !options.resume) init = import::read_tflite(recipe.init);
  if (!options.resume) {
    write_json(options.folder / "recipe.json", to_json(recipe));
    write_json(options.folder / "arch.json", ir::to_json(network));
    write_json(options.folder / "normalization.json", data::to_json(normalization));
  }
  RunResult result;
  result.network = network.name;
  result.macs = ir::macs_of(network);
  result.parameters = ir::parameters_of(network);
  std::optional<nn::Network> teacher;
  if (const std::string& folder = recipe.distillation.teacher; !folder.empty())
    teacher = read_teacher(folder, network.classes, network.first_conv.in_channels, normalization);
  TrainingStart start{.graph = init ? &*init : nullptr, .teacher = teacher ? &*teacher : nullptr};
  result.training =
      train(network, recipe, splits, normalization, options.folder, options.resume, start, options.trainer);
  if (!result.training.finished) return result;
  exporting::write_tflite(result.training.graph, options.folder / "float.tflite");
  if (recipe.quantization.epochs == 0) return result;
  const std::filesystem::path folder = options.folder / "int8";
  const bool begun = options.resume && std::filesystem::exists(folder / "checkpoint.pt");
  const std::vector<nn::NamedTensor> state = std::move(result.training.state);
  start.graph = nullptr;
  start.state = state;
  QuantizationAwareResult int8 =
      train_quantization_aware(network, recipe, splits, normalization, folder, begun, start, options.trainer);
  result.training = std::move(int8.training);
  result.int8 = true;
  if (result.training.finished) exporting::write_tflite(int8.int8, options.folder / "int8.tflite");
  return result;
}

Json to_json(const RunResult& result) {
  Json json{{"network", result.network},
            {"finished", result.training.finished},
            {"int8", result.int8},
            {"macs", {{"model", result.macs}}},
            {"parameters", result.parameters}};
  json["training"] = to_json(result.training.last, result.training.on_validation);
  return json;
}

}  // namespace thimble::train
