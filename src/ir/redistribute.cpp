// ir/redistribute.cpp
#include "ir/redistribute.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "ir/netconfig_layers.h"
#include "ir/receptive_field.h"

namespace thimble::ir {
namespace {

MobileInvertedConv* inverted(NetConfig& config, std::size_t block) {
  return std::get_if<MobileInvertedConv>(&config.blocks[block].body);
}

void shrink_stage(NetConfig& config, const RedistributeOptions& options) {
  for (std::size_t i = 0; i < options.stage_blocks; ++i) {
    MobileInvertedConv* conv = inverted(config, i);
    if (conv == nullptr) continue;
    const int most = conv->stride == 1 ? options.stage_kernel : std::max(options.strided_kernel, options.stage_kernel);
    conv->kernel_size = std::min(conv->kernel_size, most);
  }
}

/// The network with one later kernel enlarged by two, and what that brings and costs.
struct Enlargement {
  NetConfig config;
  int gain = 0;
  std::int64_t macs = 0;
};

std::vector<Enlargement> enlargements_of(const NetConfig& config, const RedistributeOptions& options) {
  std::vector<Enlargement> found;
  const int field = receptive_field_of(config);
  const std::int64_t macs = macs_of(config);
  for (std::size_t i = options.stage_blocks; i < config.blocks.size(); ++i) {
    NetConfig changed = config;
    MobileInvertedConv* conv = inverted(changed, i);
    if (conv == nullptr || conv->stride != 1 || conv->kernel_size + 2 > options.largest_kernel) continue;
    conv->kernel_size += 2;
    const int gain = receptive_field_of(changed) - field;
    const std::int64_t cost = macs_of(changed) - macs;
    found.push_back({std::move(changed), gain, cost});
  }
  return found;
}

/// The network with later kernels enlarged until its field is `wanted`, or until none can grow.
NetConfig restored(NetConfig config, int wanted, const RedistributeOptions& options) {
  for (int missing = wanted - receptive_field_of(config); missing > 0; missing = wanted - receptive_field_of(config)) {
    std::vector<Enlargement> choices = enlargements_of(config, options);
    if (choices.empty()) break;
    // First those that suffice, the cheapest first; then those that do not, the largest first.
    const auto rank = [missing](const Enlargement& e) {
      return std::tuple(e.gain < missing, e.gain < missing ? -e.gain : 0, e.macs);
    };
    config = std::ranges::min_element(choices, {}, rank)->config;
  }
  return config;
}

std::vector<KernelChange> changes_between(NetConfig before, NetConfig after) {
  std::vector<KernelChange> changes;
  for (std::size_t i = 0; i < before.blocks.size(); ++i) {
    const MobileInvertedConv* old = inverted(before, i);
    if (old == nullptr) continue;
    const int now = inverted(after, i)->kernel_size;
    if (now != old->kernel_size) changes.push_back({i, old->kernel_size, now});
  }
  return changes;
}

void check(const NetConfig& config, const RedistributeOptions& options) {
  if (options.stage_blocks > config.blocks.size()) {
    fail("{}: has {} blocks; {} cannot run in patches", config.name, config.blocks.size(), options.stage_blocks);
  }
  for (const int kernel : {options.stage_kernel, options.strided_kernel, options.largest_kernel}) {
    if (kernel < 1 || kernel % 2 == 0) fail("{}: a depthwise kernel of {} is not odd", config.name, kernel);
  }
}

}  // namespace

Redistributed redistribute(const NetConfig& config, const RedistributeOptions& options) {
  check(config, options);
  Redistributed result;
  result.config = config;
  result.field_before = receptive_field_of(config);
  shrink_stage(result.config, options);
  if (options.restore_field) result.config = restored(std::move(result.config), result.field_before, options);
  result.changes = changes_between(config, result.config);
  result.field_after = receptive_field_of(result.config);
  return result;
}

int receptive_field_of(const NetConfig& config) {
  std::vector<ReceptiveField> fields;
  for (const NetLayer& layer : layers_of(config)) {
    if (layer.name == "global_average") return layer.input < 0 ? 1 : fields[static_cast<std::size_t>(layer.input)].size;
    const auto of_layer = [&](int input) {
      return input < 0 ? ReceptiveField{} : fields[static_cast<std::size_t>(input)];
    };
    ReceptiveField field = composed(of_layer(layer.input), {layer.kernel_size, layer.stride, -layer.padding});
    if (layer.kind == LayerKind::add) field.size = std::max(field.size, of_layer(layer.other).size);
    fields.push_back(field);
  }
  return 1;
}

}  // namespace thimble::ir
