// train/accuracy_meter.h
#pragma once

#include "search/fitness_cache.h"
#include "train/search_context.h"
#include "train/search_data.h"
#include "train/subnetwork_evaluator.h"

namespace thimble::train {

/// The accuracy of a supernet's sub-networks on held-back samples, measured once for all searches of a run: on some
/// samples (accuracies.jsonl), which is what evolution asks for, and on all (accuracies-all.jsonl), for the best.
class AccuracyMeter {
 public:
  /// `supernet`, whose weights may not change meanwhile, and `data` must outlive this.
  AccuracyMeter(const SearchContext& context, const nn::Supernet& supernet, const SearchData& data);

  /// Whether the run's folder has accuracies of its supernet.
  static bool has_measured(const SearchContext& context);

  double on_some(const search::Genome& genome);
  double on_all(const search::Genome& genome);
  /// Of the supernet's largest network, on all: measured each time.
  double largest_on_all() { return all_.accuracy(supernet_.largest()); }

  /// The sub-network on its own, as it was measured.
  nn::Network network(const ir::NetConfig& subnetwork) { return all_.network(subnetwork); }

 private:
  search::DesignSpace space_;
  const nn::Supernet& supernet_;
  SubnetworkEvaluator some_, all_;
  search::FitnessCache known_on_some_, known_on_all_;
};

}  // namespace thimble::train
