// Generated programs as the tests of emit/ build them.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "base/process.h"
#include "emit/emit.h"
#include "ir/graph.h"
#include "plan/planner.h"
#include "target/board.h"
#include "target/kernel_choice.h"

namespace thimble::testing {

inline target::Core portable_core() { return {"host", false, {}, {}, {}}; }

/// The kernels of a portable build, but for what may change without changing how the text is made.
inline target::KernelChoice plain_kernel(const ir::Graph& graph, const ir::Op& op) {
  target::KernelChoice choice = target::choose_kernel(graph, op, portable_core());
  choice.reason = "the reason";
  choice.scratch_bytes = std::holds_alternative<ir::Conv2D>(op.kind) ? 64 : 0;
  return choice;
}

/// SIMD kernels, which run anywhere by their portable twins.
inline target::Core dsp_core() { return {"cortex-m7", true, {}, {}, {}}; }

inline std::vector<emit::File> program_of(const ir::Graph& graph, const std::string& name, const target::Core& core) {
  return emit::emit_program(graph, plan::make_plan(graph, core), {name, "host"});
}

inline std::string text_of(const std::vector<emit::File>& files, const std::string& path) {
  for (const emit::File& file : files)
    if (file.path == path) return file.content;
  return {};
}

/// Every warning is an error.
inline const std::vector<std::string> strict_flags = {"-std=c99",   "-Wall",        "-Wextra",
                                                      "-Wpedantic", "-Wconversion", "-Werror"};

inline ProcessResult run_in(const std::filesystem::path& folder, std::vector<std::string> command,
                            const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  return run_process(command, {}, folder);
}

}  // namespace thimble::testing
