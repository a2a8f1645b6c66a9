// emulate/unicorn.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "emulate/mark_counter.h"
#include "target/board.h"

namespace thimble::emulate {

/// A firmware's files by name: it reads and writes them in memory.
using FirmwareFiles = std::map<std::string, std::vector<std::byte>>;

struct UnicornRun {
  InstructionCounts counts;
  ExecutionProfile profile;
  FirmwareFiles files;  ///< Those that were given and those that the firmware wrote.
};

/// Runs a measuring firmware in Unicorn, in this process, on the core of the board's QEMU machine.
///
/// The same ELF file as in QEMU, by an emulator with other hooks: that both count the same shows that the counts are
/// those of the program. QEMU is the one that measures, because it has the machine around the core: exceptions,
/// memory that is not there.
/// @throws Error if the firmware faults or ends with another status than 0.
UnicornRun run_in_unicorn(const std::filesystem::path& elf, const target::Board& board, FirmwareFiles files);

}  // namespace thimble::emulate
