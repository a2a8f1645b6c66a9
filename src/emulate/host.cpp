// emulate/host.cpp
#include <cstdlib>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
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

}  // namespace

ExecuteResult execute_on_host(const ir::Graph& graph, const plan::Plan& plan, std::span<const TensorValues> inputs,
                              const ExecuteOptions& options) {
  HarnessOptions harness;
  harness.trace = options.trace;
  harness.float_io = options.float_io;
  const std::vector<std::byte> packed = pack_inputs(graph, inputs, harness);

  const TemporaryFolder folder;
  emit::write_files(harness_files(graph, plan, harness), folder.path());
  compile(folder.path(), harness, options.optimize);

  write_bytes(folder.path() / "inputs.bin", packed);
  const ProcessResult ran = run_process({(folder.path() / "program").string()}, {}, folder.path());
  if (ran.status != 0) fail("{}: {} {}", graph.name, harness_failure(ran.status), first_line_with(ran.err, "ERROR"));

  ExecuteResult result;
  result.outputs = unpack_outputs(graph, read_bytes(folder.path() / "outputs.bin"), inputs.size(), harness);
  if (options.trace && !inputs.empty()) result.trace = unpack_trace(read_bytes(folder.path() / "trace.bin"));
  return result;
}

}  // namespace thimble::emulate
