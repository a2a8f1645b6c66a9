// search/variation.h
#pragma once

#include "data/random.h"
#include "search/design_space.h"
#include "search/genome.h"

namespace thimble::search {

/// Random members of a design space, and random changes that stay in it. The same seed gives the same genomes on every
/// machine.

/// Each choice uniformly: resolution, width, each stage's depth, and of each block kernel, expansion, width and
/// squeeze-and-excite.
Genome sample(const DesignSpace& space, data::Random& random);

/// The largest member: every choice the last one that there is.
Genome largest(const DesignSpace& space);
/// The smallest: every choice the first one.
Genome smallest(const DesignSpace& space);

/// Chooses anew, uniformly and each with this probability, what `sample` chooses: the resolution, each stage's depth,
/// each kernel, expansion, width and squeeze-and-excite. Blocks that a stage gains are random. A network's width is
/// chosen anew too, where the space has several.
Genome mutated(const DesignSpace& space, const Genome& parent, double probability, data::Random& random);

/// A genome each choice of which is that of one of its parents, at random: a stage's depth, and what its blocks choose
/// where both parents have such a block; else the block of the one that has it.
Genome crossed(const Genome& a, const Genome& b, data::Random& random);

}  // namespace thimble::search
