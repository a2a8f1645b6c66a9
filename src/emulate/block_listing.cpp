#include "emulate/block_listing.h"

#include <algorithm>

#include <fmt/format.h>

namespace thimble::emulate {

namespace {

std::string list_block(const BlockCycles& block, double all_cycles) {
  std::string text = fmt::format("block {:#x}: {:.1f}% of the cycles; ran {} times, {} instructions in {:.0f} cycles\n",
                                 block.instructions[0].address, 100 * block.cycles.pipeline / all_cycles, block.times,
                                 block.instructions.size(), block.each);
  for (std::size_t i = 0; i < block.instructions.size(); ++i) {
    const bool together = i > 0 && block.issues[i] == block.issues[i - 1];
    const int waited = i > 0 ? block.issues[i] - block.issues[i - 1] - 1 : block.issues[i] - 1;
    text += fmt::format("{:>5} {} {}{}\n", block.issues[i], together ? '|' : ' ', block.instructions[i].text,
                        waited > 0 ? fmt::format("   ; waits {}", waited) : "");
  }
  return text + "\n";
}

}  // namespace

std::string list_blocks(const CycleCounts& counts, int count) {
  std::string text;
  const auto shown = std::min(static_cast<std::size_t>(std::max(count, 0)), counts.blocks.size());
  for (std::size_t i = 0; i < shown; ++i) text += list_block(counts.blocks[i], counts.total.pipeline);
  return text;
}

}  // namespace thimble::emulate
