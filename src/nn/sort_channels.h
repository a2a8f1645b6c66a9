// nn/sort_channels.h
#pragma once

#include <string>
#include <vector>

#include "nn/network.h"

namespace thimble::nn {

/// A new order of one expansion's channels: channel i becomes what order[i] was.
struct ChannelOrder {
  std::string block;    ///< "block3"
  torch::Tensor order;  ///< int64, one for each expansion channel.
};

/// For each block that expands: its expansion channels by importance, the greatest first, so that a smaller expansion,
/// which takes the first ones, keeps the important ones. A channel's importance is the sum of the magnitudes of the
/// project weights that read it (L1, as in once-for-all). Channels of the residual stream are never sorted: they are
/// shared by all blocks of a stage.
std::vector<ChannelOrder> channels_by_importance(const std::vector<ir::NetLayer>& layers,
                                                 const std::vector<NamedTensor>& parameters);

/// Permutes every tensor of the list that has these channels (expand, depthwise, squeeze-and-excite, project; weights,
/// normalization, statistics or an optimizer's velocities of these names), in place. Applied to all tensors of a
/// network, it leaves the network's function as it is.
void reorder(const std::vector<NamedTensor>& tensors, const std::vector<ChannelOrder>& orders);

}  // namespace thimble::nn
