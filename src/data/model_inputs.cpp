#include "data/model_inputs.h"

#include <utility>

#include "base/error.h"

namespace thimble::data {

quantize::LabelledInputs model_inputs(const Dataset& dataset, const ir::Graph& graph,
                                      const Normalization& normalization) {
  if (graph.inputs.size() != 1) {
    fail("{}: has {} inputs; a dataset's samples feed models with one", graph.name, graph.inputs.size());
  }
  quantize::LabelledInputs samples;
  const ir::Tensor input = graph.tensor(graph.inputs[0]);
  if (!dataset.empty()) static_cast<void>(to_input(dataset, 0, input, normalization));
  samples.inputs = [dataset, input, normalization](std::size_t index) {
    return std::vector<reference::Bytes>{to_input(dataset, index, input, normalization)};
  };
  samples.class_names = dataset.class_names();
  for (std::size_t i = 0; i < dataset.size(); ++i) samples.labels.push_back(dataset.label(i));
  return samples;
}

}  // namespace thimble::data
