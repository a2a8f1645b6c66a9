// train/supernet_trainer.h
#pragma once

#include <filesystem>

#include "train/supernet_training.h"

namespace thimble::train {

struct SupernetResult {
  bool finished = false;  ///< False: interrupted; the checkpoint goes on.
  double seconds = 0;     ///< Of the part that ran last.
};

/// Trains a supernet: its largest network, then the elastic one. With `resume`, goes on from `folder`/supernet.pt.
/// Writes to `folder`: supernet.pt (at each epoch's end and every options.save_every seconds) and supernet.jsonl (a
/// line an epoch). The same recipe, seed, source and number of threads give the same weights on the same machine,
/// interrupted anywhere or not, unless a time limit was reached.
SupernetResult train_supernet(nn::Supernet& supernet, const SupernetRecipe& recipe, const SubnetworkSource& source,
                              const data::Dataset& train, const data::Normalization& normalization,
                              const std::filesystem::path& folder, bool resume, const TrainerOptions& options);

/// Loads the weights of a finished or running supernet training. @throws Error if the file is of another supernet.
void load_supernet(nn::Supernet& supernet, const std::filesystem::path& checkpoint);

}  // namespace thimble::train
