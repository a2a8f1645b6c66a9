// train/supernet_recipe.h
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "data/augment.h"
#include "train/optimizer_options.h"
#include "train/schedule.h"

namespace thimble::train {

/// How a supernet is trained after its largest network was.
enum class SupernetMethod {
  /// Progressive shrinking (once-for-all, arXiv 1908.09791; MCUNet): kernels, then depths, then expansions and widths
  /// become elastic; each step takes the mean gradient of some drawn sub-networks, which learn from the labels and from
  /// the largest network as it was before.
  shrinking,
  /// The sandwich rule (slimmable networks, arXiv 1903.05134; BigNAS, arXiv 2003.11142): each step takes the largest
  /// network, which learns from the labels, and the smallest and some drawn ones, which learn from its logits.
  sandwich,
};
std::string name_of(SupernetMethod method);
/// @throws Error for another name.
SupernetMethod supernet_method_named(const std::string& name);

/// One of the two parts: the largest network alone, then the elastic one. It takes `epochs`, or less where `minutes`
/// (0: no limit) end it; its learning rate follows whichever is further.
struct SupernetPart {
  int epochs = 10;
  double minutes = 0;
  double learning_rate = 0.1;
  double warmup = 0.05;  ///< Share of the part.
  bool operator==(const SupernetPart&) const = default;
};

/// Everything that decides a supernet's training beside its design space and data.
struct SupernetRecipe {
  SupernetMethod method = SupernetMethod::sandwich;
  SupernetPart largest{};
  SupernetPart elastic{.epochs = 20};
  int drawn = 2;              ///< Sub-networks drawn a step.
  double distillation = 0.5;  ///< Shrinking: the weight of the teacher's logits; the labels' is the rest.
  int batch = 128;
  SgdOptions sgd;
  double label_smoothing = 0;
  double clip_norm = 5;  ///< Largest norm of all gradients together; 0: no limit.
  data::Augmentation augmentation;
  std::uint64_t seed = 1;
};

Json to_json(const SupernetRecipe& recipe);
/// Absent fields keep their defaults. @throws Error naming `source`.
SupernetRecipe parse_supernet_recipe(const Json& json, const std::string& source);

/// @throws Error if a field is out of range.
void validate(const SupernetRecipe& recipe, const std::string& source);

}  // namespace thimble::train
