#include "search/variation.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace thimble::search {

namespace {

template <typename T>
const T& any_of(const std::vector<T>& choices, data::Random& random) {
  return choices[random.below(static_cast<std::uint32_t>(choices.size()))];
}

bool happens(double probability, data::Random& random) {
  return static_cast<double>(random.next() >> 11) * 0x1p-53 < probability;
}

bool any_squeeze_excite(const StageSpace& stage, data::Random& random) {
  if (stage.squeeze_excite == SqueezeExcite::choose) return random.below(2) == 1;
  return stage.squeeze_excite == SqueezeExcite::always;
}

BlockGene any_block(const StageSpace& stage, data::Random& random) {
  BlockGene gene;
  gene.kernel = any_of(stage.kernels, random);
  gene.expansion = any_of(stage.expansions, random);
  gene.width = any_of(stage.block_widths, random);
  gene.squeeze_excite = any_squeeze_excite(stage, random);
  return gene;
}

void mutate(BlockGene& gene, const StageSpace& stage, double probability, data::Random& random) {
  if (happens(probability, random)) gene.kernel = any_of(stage.kernels, random);
  if (happens(probability, random)) gene.expansion = any_of(stage.expansions, random);
  if (happens(probability, random)) gene.width = any_of(stage.block_widths, random);
  if (happens(probability, random)) gene.squeeze_excite = any_squeeze_excite(stage, random);
}

BlockGene crossed(const BlockGene& a, const BlockGene& b, data::Random& random) {
  const auto parent = [&]() -> const BlockGene& { return random.below(2) == 0 ? a : b; };
  BlockGene child;
  child.kernel = parent().kernel;
  child.expansion = parent().expansion;
  child.width = parent().width;
  child.squeeze_excite = parent().squeeze_excite;
  return child;
}

std::vector<BlockGene> crossed(const std::vector<BlockGene>& a, const std::vector<BlockGene>& b, data::Random& random) {
  const std::size_t depth = random.below(2) == 0 ? a.size() : b.size();
  std::vector<BlockGene> blocks;
  for (std::size_t i = 0; i < depth; ++i) {
    if (i < a.size() && i < b.size()) {
      blocks.push_back(crossed(a[i], b[i], random));
    } else {
      blocks.push_back(i < a.size() ? a[i] : b[i]);
    }
  }
  return blocks;
}

/// The first or the last of each list of choices.
template <typename Choose>
Genome extreme(const DesignSpace& space, bool squeeze_excite, Choose choose) {
  Genome genome{choose(space.resolutions), choose(space.widths), {}};
  for (const StageSpace& stage : space.stages) {
    const bool has_se = stage.squeeze_excite == SqueezeExcite::always ||
                        (stage.squeeze_excite == SqueezeExcite::choose && squeeze_excite);
    const BlockGene gene{choose(stage.kernels), choose(stage.expansions), choose(stage.block_widths), has_se};
    genome.stages.emplace_back(static_cast<std::size_t>(choose(stage.depths)), gene);
  }
  return genome;
}

}  // namespace

Genome sample(const DesignSpace& space, data::Random& random) {
  Genome genome;
  genome.resolution = any_of(space.resolutions, random);
  genome.width = any_of(space.widths, random);
  for (const StageSpace& stage : space.stages) {
    std::vector<BlockGene>& blocks = genome.stages.emplace_back();
    const int depth = any_of(stage.depths, random);
    for (int i = 0; i < depth; ++i) blocks.push_back(any_block(stage, random));
  }
  return genome;
}

Genome largest(const DesignSpace& space) {
  return extreme(space, true, [](const auto& choices) { return choices.back(); });
}

Genome smallest(const DesignSpace& space) {
  return extreme(space, false, [](const auto& choices) { return choices.front(); });
}

Genome mutated(const DesignSpace& space, const Genome& parent, double probability, data::Random& random) {
  Genome child = parent;
  if (happens(probability, random)) child.resolution = any_of(space.resolutions, random);
  if (happens(probability, random)) child.width = any_of(space.widths, random);
  for (std::size_t s = 0; s < space.stages.size(); ++s) {
    const StageSpace& stage = space.stages[s];
    std::vector<BlockGene>& blocks = child.stages[s];
    for (BlockGene& gene : blocks) mutate(gene, stage, probability, random);
    if (!happens(probability, random)) continue;
    const auto depth = static_cast<std::size_t>(any_of(stage.depths, random));
    while (blocks.size() > depth) blocks.pop_back();
    while (blocks.size() < depth) blocks.push_back(any_block(stage, random));
  }
  return child;
}

Genome crossed(const Genome& a, const Genome& b, data::Random& random) {
  Genome child;
  child.resolution = random.below(2) == 0 ? a.resolution : b.resolution;
  child.width = random.below(2) == 0 ? a.width : b.width;
  for (std::size_t s = 0; s < a.stages.size(); ++s) child.stages.push_back(crossed(a.stages[s], b.stages[s], random));
  return child;
}

}  // namespace thimble::search
