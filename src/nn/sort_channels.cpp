#include "nn/sort_channels.h"

#include <array>
#include <string_view>
#include <unordered_map>

namespace thimble::nn {

namespace {

/// The layers of a block that have its expansion channels, and along which dimension of their weights.
struct Reader {
  std::string_view layer;
  int dimension;  ///< 0: its outputs, which its other tensors follow. 1: its inputs.
};
constexpr std::array<Reader, 5> readers{
    {{"/expand/", 0}, {"/depthwise/", 0}, {"/se/reduce/", 1}, {"/se/expand/", 0}, {"/project/", 1}}};

bool has_channels(const NamedTensor& tensor, std::string_view rest, const Reader& reader) {
  if (!rest.starts_with(reader.layer)) return false;
  const std::string_view kind = rest.substr(reader.layer.size());
  return reader.dimension == 1 ? kind == "weight" : !kind.starts_with("transform") && tensor.value.dim() > 0;
}

}  // namespace

std::vector<ChannelOrder> channels_by_importance(const std::vector<ir::NetLayer>& layers,
                                                 const std::vector<NamedTensor>& parameters) {
  std::unordered_map<std::string_view, torch::Tensor> by_name;
  for (const NamedTensor& parameter : parameters) by_name[parameter.name] = parameter.value;
  std::vector<ChannelOrder> orders;
  for (const ir::NetLayer& layer : layers) {
    const std::string_view suffix = "/expand";
    if (!layer.name.ends_with(suffix) || layer.name.ends_with("/se/expand")) continue;
    const std::string block = layer.name.substr(0, layer.name.size() - suffix.size());
    const torch::Tensor importance = by_name.at(block + "/project/weight").detach().abs().sum({0, 2, 3});
    orders.push_back({block, std::get<1>(at::sort(importance, /*stable=*/true, 0, /*descending=*/true))});
  }
  return orders;
}

void reorder(const std::vector<NamedTensor>& tensors, const std::vector<ChannelOrder>& orders) {
  const at::NoGradGuard no_grad;
  std::unordered_map<std::string_view, const torch::Tensor*> order_of;
  for (const ChannelOrder& order : orders) order_of[order.block] = &order.order;
  for (const NamedTensor& tensor : tensors) {
    const std::string_view name = tensor.name;
    const std::size_t end = name.find('/');
    const auto found = order_of.find(name.substr(0, end));
    if (found == order_of.end()) continue;
    for (const Reader& reader : readers) {
      if (!has_channels(tensor, name.substr(end), reader)) continue;
      tensor.value.copy_(tensor.value.index_select(reader.dimension, *found->second));
    }
  }
}

}  // namespace thimble::nn
