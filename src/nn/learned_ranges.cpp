#include "nn/learned_ranges.h"

#include <string>
#include <unordered_map>

#include "nn/fake_quantize.h"
#include "quantize/layers.h"

namespace thimble::nn {

void begin_quantization(Network& network, std::span<const torch::Tensor> batches) {
  const at::NoGradGuard no_grad;
  network.simulate_int8();
  network.restart_measurement();
  for (const torch::Tensor& batch : batches) network.forward(batch, Mode::observe);
}

quantize::Calibration learned_ranges(const Network& network, const ir::Graph& float_graph) {
  const std::string suffix = "/range";
  std::unordered_map<std::string, quantize::Range> by_name;
  for (const NamedTensor& parameter : network.parameters()) {
    if (!parameter.name.ends_with(suffix)) continue;
    by_name[parameter.name.substr(0, parameter.name.size() - suffix.size())] = range_of(parameter.value);
  }
  quantize::Calibration calibration;
  for (const ir::Tensor& tensor : float_graph.tensors) {
    const auto found = by_name.find(tensor.name);
    calibration.ranges.push_back(found == by_name.end() ? std::nullopt : std::optional(found->second));
  }
  for (const ir::Op& op : float_graph.ops) {
    auto& range = calibration.ranges[static_cast<std::size_t>(op.outputs[0])];
    if (!range && quantize::keeps_scale(op.kind)) range = calibration.ranges[static_cast<std::size_t>(op.inputs[0])];
  }
  return calibration;
}

}  // namespace thimble::nn
