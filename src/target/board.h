// target/board.h
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace thimble::target {

/// A processor core, as far as kernels and toolchains care.
struct Core {
  std::string name;                        ///< "cortex-m7"
  bool dsp = false;                        ///< Armv7E-M SIMD: SMLAD, SXTB16, ...
  std::vector<std::string> compile_flags;  ///< "-mcpu=cortex-m7", "-mfpu=...", ...
  std::string qemu_machine;                ///< "mps2-an500"; empty for the host.
  std::string qemu_core;                   ///< The core which that machine has: the same, or one that executes all its
                                           ///< instructions (M0+ code runs on an M3).
  std::uint32_t large_memory_origin = 0;   ///< Address of that machine's 16 MB of extra memory.
};

struct MemoryRegion {
  std::string name;
  std::int64_t bytes = 0;
};

/// A board, from boards/<name>.json.
struct Board {
  std::string name;  ///< "stm32f746"
  std::string description;
  Core core;
  double clock_mhz = 0;
  double active_power_mw = 0;   ///< 0 if unknown.
  std::int64_t sram_bytes = 0;  ///< The contiguous region that a plan may use before all others.
  std::string sram_region;      ///< Its name.
  std::int64_t flash_bytes = 0;
  std::vector<MemoryRegion> regions;  ///< All SRAM regions, that one among them.
  /// Not a board's memory but the emulator's: weights and arena lie in its 16 MB of extra memory.
  bool large_memory = false;
  bool is_host = false;  ///< This computer: compile with cc, run as a process.
};

/// The boards that are known, sorted by name.
std::vector<Board> boards();

/// @throws Error naming the nearest board if there is none of this name.
Board board(const std::string& name);

/// The board's core with the emulator's larger memory, to measure what does not fit the board.
Board without_budget(Board board);

/// Where kernels/ and boards/ are: beside the sources in a build tree, under share/thimble when installed, or
/// $THIMBLE_DATA.
std::filesystem::path data_folder();

}  // namespace thimble::target
