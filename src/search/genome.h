// search/genome.h
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/netconfig.h"
#include "search/design_space.h"

namespace thimble::search {

/// What the search chooses for one inverted residual block. Values, not indices of choices, so that a genome means the
/// same network after a choice was added to its space.
struct BlockGene {
  int kernel = 3;
  int expansion = 3;
  double width = 1;  ///< One of the stage's `block_widths`.
  bool squeeze_excite = false;
  auto operator<=>(const BlockGene&) const = default;
};

/// A network of a design space. Equal genomes are equal networks: blocks that a stage does not have, have no genes.
struct Genome {
  int resolution = 0;
  double width = 1;
  std::vector<std::vector<BlockGene>> stages;  ///< Of each stage its blocks: as many as the stage is deep.
  auto operator<=>(const Genome&) const = default;
};

/// The network. A block has a shortcut where its stride is 1 and it gives as many channels as it takes.
ir::NetConfig network_of(const DesignSpace& space, const Genome& genome);

/// Channels that a block or a stem layer gives: `channels` at width 1, times the factors.
int scaled_channels(int channels, double width, double block_width = 1);

/// Channels that the feature mix of a network of this width gives; 0 if there is none.
int feature_mix_channels(const DesignSpace& space, double width);

/// @throws Error naming `source` and the first choice that the space has not.
void require_in_space(const DesignSpace& space, const Genome& genome, const std::string& source);
bool is_in_space(const DesignSpace& space, const Genome& genome);

/// {"resolution": 160, "width": 0.5, "stages": [[{"kernel": 7, "expansion": 3, "width": 1, "se": false}, ...], ...]};
/// width and se are left out where they are 1 and false.
Json to_json(const Genome& genome);
/// The network need not be of any space. @throws Error naming `source` and the field.
Genome parse_genome(const Json& json, const std::string& source);

/// One line for people: "160 x0.5 | 7e3 3e6 | 5e4 ...", a block as its kernel, expansion, width (w0.75) and se.
std::string text_of(const Genome& genome);

/// The same for equal genomes on every machine.
std::uint64_t hash_of(const Genome& genome);

}  // namespace thimble::search
