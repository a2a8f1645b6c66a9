// emulate/block_listing.h
#pragma once

#include <string>

#include "emulate/cycle_count.h"

namespace thimble::emulate {

/// The `count` most expensive blocks as a listing: how often each ran, what it costs, and the cycle in which each
/// instruction issues after what runs before it most often. A bar joins those that issue together.
std::string list_blocks(const CycleCounts& counts, int count);

}  // namespace thimble::emulate
