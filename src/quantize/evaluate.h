// quantize/evaluate.h
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/graph.h"
#include "quantize/labelled_inputs.h"

namespace thimble::quantize {

/// What a classifier's output values are.
enum class OutputKind {
  probabilities,  ///< After softmax or sigmoid.
  logits,
};

/// Whether the graph's first output comes out of a softmax or sigmoid, through reshapes and conversions.
OutputKind output_kind(const ir::Graph& graph);

/// One inference: the values of the model's inputs to those of its outputs, in the graph's order and types.
using Model = std::function<std::vector<reference::Bytes>(std::span<const reference::Bytes> inputs)>;

/// The model of a graph on the reference interpreter. Keeps a reference to the graph.
Model reference_model(const ir::Graph& graph);

/// How well a classifier does on labelled samples.
struct Evaluation {
  std::int64_t samples = 0;
  std::int64_t correct = 0;  ///< The label has the greatest output; of equal ones the first counts.
  std::int64_t correct_in_top5 = 0;
  /// Mean cross-entropy in nats, of dequantized outputs: -log of the label's probability. Logits pass a softmax;
  /// probabilities are taken as they are. None counts as less than 1e-7, or half a quantization step where
  /// probabilities are quantized (an int8 softmax rounds small ones to 0).
  double loss = 0;
  /// confusion[label][predicted]: counts.
  std::vector<std::vector<std::int64_t>> confusion;
  std::vector<std::string> class_names;

  double accuracy() const { return samples == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(samples); }
};

/// Runs every sample through `model` and compares its first output, described by `output`, with the label. An output of
/// one value is the probability (or logit) of class 1 of two.
/// @param threads how many inferences `model` may run at a time.
/// @throws Error if the number of outputs and of classes do not fit together.
Evaluation evaluate(const LabelledInputs& samples, const Model& model, const ir::Tensor& output, OutputKind kind,
                    unsigned threads = 1);

/// {"samples", "accuracy", "top5", "loss", "classes", "confusion"}
Json to_json(const Evaluation& evaluation);
/// Accuracy and loss, then the confusion matrix (for up to 20 classes) with each class's own accuracy.
std::string text_of(const Evaluation& evaluation);

}  // namespace thimble::quantize
