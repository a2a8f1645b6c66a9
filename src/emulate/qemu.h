// emulate/qemu.h
#pragma once

#include <filesystem>

#include "emulate/mark_counter.h"
#include "target/board.h"

namespace thimble::emulate {

/// Boots a firmware in `folder`, where its files are, and waits for its end.
/// @throws Error: exit code 3 if QEMU is missing; the firmware faulted, ran too long, or failed (harness_failure).
void boot(const std::filesystem::path& elf, const target::Board& board, const std::filesystem::path& folder);

/// The same with the counting plugin loaded.
InstructionCounts boot_and_count(const std::filesystem::path& elf, const target::Board& board,
                                 const std::filesystem::path& folder);

/// Where the counting plugin is: beside the programs, bin/../lib/thimble/count.so.
std::filesystem::path counting_plugin();

}  // namespace thimble::emulate
