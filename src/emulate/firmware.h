// emulate/firmware.h
#pragma once

#include <filesystem>
#include <string>

#include "emulate/harness.h"
#include "ir/graph.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::emulate {

struct FirmwareOptions {
  HarnessOptions harness;
  bool measure = false;  ///< Mark the inference for the instruction counter, and paint the stack.
  bool layers = false;   ///< Mark each layer too.
  std::string optimize = "-O3";
};

/// Bytes of the output sections of a linked firmware (boards/firmware/sections.ld).
struct FirmwareSizes {
  std::int64_t model_constants = 0;
  std::int64_t model_code = 0;
  std::int64_t model_static = 0;
  std::int64_t image = 0;  ///< Everything that is stored in flash.
};

/// Builds the firmware of a plan in `folder`: the generated program, the harness, start-up code and the linker script
/// with the board's memory sizes. Gives the ELF file.
/// @throws Error: exit code 1 if it does not fit the board (which memory, by how many bytes), 3 if there is no
/// arm-none-eabi-gcc, 2 if the board is the host.
std::filesystem::path build_firmware(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                                     const std::filesystem::path& folder, const FirmwareOptions& options);

FirmwareSizes firmware_sizes(const std::filesystem::path& elf);

/// The compiler and the flags that matter for speed, for reports.
std::string firmware_flags(const target::Board& board, const std::string& optimize);

}  // namespace thimble::emulate
