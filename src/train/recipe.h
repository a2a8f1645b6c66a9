// train/recipe.h
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/json.h"
#include "data/augment.h"
#include "ir/builders/builders.h"
#include "train/optimizer_options.h"
#include "train/schedule.h"

namespace thimble::train {

/// Everything that decides a training. Files of recipes/ hold it as TOML, a run's folder as recipe.json; command-line
/// options change single fields. docs/training.md lists the keys.
struct Recipe {
  // [network]
  std::string network;                    ///< A name of ir::builders, or an arch.json file.
  ir::builders::Options network_options;  ///< `classes` is the dataset's.
  std::string init;                       ///< An int8 or float .tflite whose weights the network starts from; "": none.

  // [data]
  std::string dataset;    ///< What data::open_dataset takes.
  std::string split;      ///< "70/20/10"; "": as published.
  double validation = 0;  ///< Share of the training part held out where the source has no validation part.
  std::string normalization = "symmetric";

  // [augmentation]
  data::Augmentation augmentation;

  // [training]
  int epochs = 10;
  /// At most this many minutes of training: the schedule then follows the clock (see progress_of). 0: no limit.
  double minutes = 0;
  int batch = 128;
  Schedule schedule;  ///< `warmup` is derived from warmup_epochs.
  double warmup_epochs = 0;
  SgdOptions sgd;
  double label_smoothing = 0;
  double clip_norm = 0;  ///< Largest norm of all gradients together; 0: no limit.
  double ema = 0;        ///< Decay of the averaged weights; 0: the last weights are the result.
  std::uint64_t seed = 1;

  // [quantization]: training that continues as int8 will compute (nn::Network::simulate_int8).
  struct Quantization {
    int epochs = 0;  ///< 0: none.
    double minutes = 0;
    double learning_rate = 0.01;
    double freeze = 0.3;  ///< Share at the end in which normalization and ranges stay as they are.
  } quantization;

  // [distillation]
  struct Distillation {
    std::string teacher;  ///< The folder of a finished training; "": none.
    double weight = 0.5;  ///< Of the teacher's logits; the labels' is the rest.
  } distillation;
};

/// Where a recipe is: the file itself, or, for a name such as "fashion-mnist", the one that comes with Thimble.
/// @throws Error that lists the names.
std::filesystem::path find_recipe(const std::string& name);

/// Reads a recipe. @throws Error: no such file, a TOML error with its line, an unknown key (suggests the nearest), a
/// value of the wrong type or out of range.
Recipe read_recipe(const std::filesystem::path& file);

/// The same from an object with the sections as members, such as a run's recipe.json. `source` begins the messages.
Recipe parse_recipe(const Json& json, const std::string& source);
Json to_json(const Recipe& recipe);

/// @throws Error if a field is out of range; `source` begins the message.
void validate(const Recipe& recipe, const std::string& source);

}  // namespace thimble::train
