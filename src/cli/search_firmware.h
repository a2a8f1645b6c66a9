// cli/search_firmware.h
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"

namespace thimble::cli {

/// Compiles a target's int8.tflite for its board with its budget, and measures it: SRAM, flash and time of the linked
/// firmware, which spends flash on speed where the budget allows it; the accuracy of the same C on all test samples on
/// this computer; and that of the firmware on the emulated core on `on_core` of them, each output compared with the
/// reference interpreter's. Writes firmware/, bench.json, eval_int8.json and eval_core.json, which `thimble report`
/// prints too.
/// @param target of result.json.  @param folder the target's.
/// @return {"bench": ..., "int8": ..., "core": ...}, the three files' values.
/// "fits" in bench says whether it keeps the budget. @throws Error with exit code 1 if an output differs.
Json measure_firmware(const Json& target, const std::filesystem::path& folder, const std::string& dataset,
                      std::size_t on_core);

}  // namespace thimble::cli
