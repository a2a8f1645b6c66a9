// data/model_inputs.h
#pragma once

#include "data/dataset.h"
#include "data/normalization.h"
#include "ir/graph.h"
#include "quantize/labelled_inputs.h"

namespace thimble::data {

/// A dataset as the inputs of a model with one input, normalized and in the input's type. Shares the dataset's samples.
/// @throws Error if the graph has several inputs or the samples do not fit its input.
quantize::LabelledInputs model_inputs(const Dataset& dataset, const ir::Graph& graph,
                                      const Normalization& normalization);

}  // namespace thimble::data
