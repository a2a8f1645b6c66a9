// emulate/host.cpp
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "base/process.h"
#include "emulate/execute.h"
#include "emulate/harness.h"

namespace thimble::emulate {
namespace {

/// The host's compiler as a command: $CC may hold flags or a launcher before it ("ccache gcc").
std::vector<std::string> host_compiler() {
  const char* named = std::getenv("CC");
  std::vector<std::string> command = words_of(named != nullptr ? named : "");
  return command.empty() ? std::vector<std::string>{"cc"} : command;
}

std::string first_line_with(const std::string& text, const std::string& word) {
  std::istringstream stream(text);
  std::string first;
  for (std::string line; std::getline(stream, line);) {
    if (first.empty()) first = line;
    if (line.find(word) != std::string::npos) return line;
  }
  return first;
}

void compile(const std::filesystem::path& folder, const HarnessOptions& harness, const std::string& optimize) {
  std::vector<std::string> command = host_compiler();
  const auto append = [&command](const std::vector<std::string>& words) {
    command.insert(command.end(), words.begin(), words.end());
  };
  append(harness_flags(harness));
  append({"-DHARNESS_REDZONE=4096"});
  append(words_of(optimize));
  append(harness_sources(harness));
  append({"io_stdio.c", "-o", "program"});
  const ProcessResult result = run_process(command, "gcc", folder);
  if (result.status != 0)
    fail("the generated program does not compile with {}: {}", command[0], first_line_with(result.err, "error:"));
}

/// Runs some inferences in a process, in a folder of its own.
std::vector<TensorValues> run_program(const ir::Graph& graph, const std::filesystem::path& program,
                                      std::span<const TensorValues> inputs, const std::filesystem::path& work,
                                      const HarnessOptions& harness) {
  write_bytes(work / "inputs.bin", pack_inputs(graph, inputs, harness));
  const ProcessResult ran = run_process({program.string()}, {}, work);
  if (ran.status != 0) fail("{}: {} {}", graph.name, harness_failure(ran.status), first_line_with(ran.err, "ERROR"));
  return unpack_outputs(graph, read_bytes(work / "outputs.bin"), inputs.size(), harness);
}

/// Fewer are not worth a process.
constexpr std::size_t least_inferences = 16;

}  // namespace

ExecuteResult execute_on_host(const ir::Graph& graph, const plan::Plan& plan, std::span<const TensorValues> inputs,
                              const ExecuteOptions& options) {
  HarnessOptions harness;
  harness.trace = options.trace;
  harness.float_io = options.float_io;
  const TemporaryFolder folder;
  emit::write_files(harness_files(graph, plan, harness), folder.path());
  compile(folder.path(), harness, options.optimize);

  // Each core runs a process for its part of the inferences, which do not depend on each other.
  ExecuteResult result;
  result.outputs.resize(inputs.size());
  const std::size_t parts = std::clamp<std::size_t>(inputs.size() / least_inferences, 1, available_threads());
  parallel_for(parts, available_threads(), [&](std::size_t part) {
    const std::size_t first = inputs.size() * part / parts;
    const std::size_t end = inputs.size() * (part + 1) / parts;
    const std::filesystem::path work = folder.path() / fmt::format("part-{}", part);
    auto outputs = run_program(graph, folder.path() / "program", inputs.subspan(first, end - first), work, harness);
    std::ranges::move(outputs, result.outputs.begin() + static_cast<std::ptrdiff_t>(first));
  });
  if (options.trace && !inputs.empty()) result.trace = unpack_trace(read_bytes(folder.path() / "part-0" / "trace.bin"));
  return result;
}

}  // namespace thimble::emulate
