// train/supernet_training.h
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"
#include "data/random.h"
#include "nn/supernet.h"
#include "train/batch.h"
#include "train/checkpoint.h"
#include "train/optimizer.h"
#include "train/supernet_recipe.h"
#include "train/training.h"
#include "train/workers.h"

namespace thimble::train {

/// Where a supernet's training takes its sub-networks from. They are aligned (nn/subnetwork.h).
struct SubnetworkSource {
  std::function<ir::NetConfig(data::Random& random)> draw;
  ir::NetConfig smallest;
};

/// What one step trains, in order: sub-networks with the pictures' size that each takes. The first one of a sandwich is
/// the largest network. A function of the recipe, the step and the progress alone.
std::vector<ir::NetConfig> subnetworks_of_step(const ir::NetConfig& largest, const SupernetRecipe& recipe,
                                               const SubnetworkSource& source, long step, double progress);

/// A supernet's training in memory: its parts, one after another.
class SupernetTraining {
 public:
  enum class Part { largest, elastic };

  /// Trains `supernet`, which must outlive this.
  SupernetTraining(nn::Supernet& supernet, const SupernetRecipe& recipe, SubnetworkSource source,
                   const data::Dataset& train, const data::Normalization& normalization, const TrainerOptions& options);

  Part part() const { return part_; }
  const SupernetPart& part_recipe() const { return part_ == Part::largest ? recipe_.largest : recipe_.elastic; }
  long steps_per_epoch() const { return steps_per_epoch_; }
  long steps() const { return steps_per_epoch_ * part_recipe().epochs; }
  double rate(double progress) const;

  /// One step of the running part. The score is of all its sub-networks together.
  Score step(long step, double progress);

  /// Ends the first part: the expansion channels are sorted, the optimizer starts anew, and the largest network as it
  /// is now becomes the teacher of progressive shrinking.
  void begin_elastic();

  void save_to(Checkpoint& checkpoint) const;
  void load_from(const Checkpoint& checkpoint);

 private:
  void make_replicas();
  nn::Supernet& worker_supernet(std::size_t worker) { return worker == 0 ? supernet_ : replicas_[worker - 1]; }
  Score backward(nn::Supernet& supernet, const std::vector<ir::NetConfig>& subnetworks, const torch::Tensor& pictures,
                 const torch::Tensor& labels, double rows, std::uint64_t dropout_seed);

  nn::Supernet& supernet_;
  const SupernetRecipe& recipe_;
  SubnetworkSource source_;
  BatchMaker train_;
  torch::Device device_;
  Workers workers_;
  std::vector<nn::Supernet> replicas_;
  std::optional<Sgd> sgd_;
  std::optional<nn::Network> teacher_;
  std::vector<Batch> batches_;
  std::vector<std::size_t> order_;
  long order_epoch_ = -1;
  long steps_per_epoch_ = 1;
  Part part_ = Part::largest;
};

}  // namespace thimble::train
