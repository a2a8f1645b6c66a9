// train/winner_training.h
#pragma once

#include "train/accuracy_meter.h"
#include "train/search_context.h"
#include "train/search_outcome.h"

namespace thimble::train {

/// The network that `settings.teacher` names. @throws Error if it cannot teach here (read_teacher).
nn::Network given_teacher(const SearchContext& context, const SearchData& data);

/// Fine-tunes a target's winner on all training samples, and then as int8 will compute it; goes on with what is in the
/// target's folder. The given teacher teaches it; without one the largest network, if it is ahead by more than
/// fine-tuning brings. False if interrupted.
bool train_winner(const SearchContext& context, const nn::Supernet& supernet, const SearchData& data,
                  AccuracyMeter& meter, TargetOutcome& outcome);

/// Scales the classic networks that were asked for to a target's limits, as TensorFlow Lite for Microcontrollers plans
/// memory and as the winner is planned, and trains them like it. What separates the search from the planning. False if
/// interrupted.
bool train_baselines(SearchContext& context, const TargetOutcome& target, const nn::Supernet& supernet,
                     const SearchData& data, AccuracyMeter& meter, std::vector<BaselineOutcome>& outcomes);

}  // namespace thimble::train
