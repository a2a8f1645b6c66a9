#include "train/space_networks.h"

#include <utility>

#include "search/variation.h"

namespace thimble::train {

ir::NetConfig largest_network(const search::DesignSpace& space) {
  return search::network_of(space, search::largest(space));
}

ir::NetConfig subnetwork_of(const search::DesignSpace& space, const search::Genome& genome) {
  ir::NetConfig network = search::network_of(space, genome);
  std::ptrdiff_t chosen = 0;
  for (const auto& stage : genome.stages) chosen += std::ssize(stage);
  std::vector<ir::Block> blocks(network.blocks.begin(), network.blocks.end() - chosen);  // The stem.
  std::size_t next = blocks.size();
  for (std::size_t s = 0; s < space.stages.size(); ++s) {
    const std::size_t depth = genome.stages[s].size();
    for (std::size_t b = 0; b < static_cast<std::size_t>(space.stages[s].depths.back()); ++b) {
      blocks.push_back(b < depth ? network.blocks[next++] : ir::Block{ir::SkippedBlock{}, false});
    }
  }
  network.blocks = std::move(blocks);
  return network;
}

SubnetworkSource subnetworks_of(const search::DesignSpace& space, std::vector<NetworkPool> pools) {
  const auto draw = [pools = std::move(pools)](data::Random& random) {
    constexpr int most_tries = 100;
    const NetworkPool& pool =
        pools.size() == 1 ? pools.front() : pools[random.below(static_cast<std::uint32_t>(pools.size()))];
    search::Genome genome = search::sample(pool.space, random);
    for (int i = 1; i < most_tries && !search::fits(pool.cost(genome), pool.limits); ++i)
      genome = search::sample(pool.space, random);
    return subnetwork_of(pool.space, genome);
  };
  return {.draw = draw, .smallest = subnetwork_of(space, search::smallest(space))};
}

}  // namespace thimble::train
