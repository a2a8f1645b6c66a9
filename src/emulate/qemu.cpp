#include "emulate/qemu.h"

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "emulate/harness.h"

namespace thimble::emulate {

namespace fs = std::filesystem;

namespace {

constexpr const char* program = "qemu-system-arm";
/// An emulated core runs about 1,000 million instructions a second; a firmware that needs longer than this hangs.
constexpr const char* time_limit_seconds = "3600";
constexpr int timed_out = 124;
constexpr int faulted = 99;  // boards/firmware/startup.c

void run_machine(const fs::path& elf, const target::Board& board, const fs::path& folder,
                 const std::vector<std::string>& more) {
  if (!program_exists(program)) {
    throw Error(fmt::format("{}: this program is needed and is not installed", program),
                "apt-get install qemu-system-arm", Exit::missing_tool);
  }
  std::vector<std::string> command = {"timeout",
                                      time_limit_seconds,
                                      program,
                                      "-M",
                                      board.core.qemu_machine,
                                      "-display",
                                      "none",
                                      "-monitor",
                                      "none",
                                      "-serial",
                                      "none",
                                      "-semihosting-config",
                                      "enable=on,target=native",
                                      "-kernel",
                                      elf.string()};
  command.insert(command.end(), more.begin(), more.end());
  const ProcessResult result = run_process(command, "coreutils", folder);
  if (result.status == 0) return;
  if (result.status == timed_out) fail("the firmware did not end within {} seconds", time_limit_seconds);
  if (result.status == faulted) fail("the firmware faulted on the emulated {}", board.core.qemu_core);
  const std::string said = result.err.substr(0, result.err.find('\n'));
  fail("on the emulated {}: {}{}{}", board.core.qemu_core, harness_failure(result.status), said.empty() ? "" : ": ",
       said);
}

}  // namespace

void boot(const fs::path& elf, const target::Board& board, const fs::path& folder) {
  run_machine(elf, board, folder, {});
}

InstructionCounts boot_and_count(const fs::path& elf, const target::Board& board, const fs::path& folder) {
  const fs::path plugin = counting_plugin();
  if (!fs::exists(plugin))
    fail("{}: the instruction counter is not there; build or install Thimble again", plugin.string());
  const fs::path counts_file = folder / "counts.txt";
  run_machine(elf, board, folder, {"-plugin", fmt::format("{},out={}", plugin.string(), counts_file.string())});
  InstructionCounts counts;
  std::istringstream lines(read_text(counts_file));
  for (std::string word; lines >> word;) {
    if (word == "total") {
      lines >> counts.total;
    } else {
      lines >> counts.layers.emplace_back().first >> counts.layers.back().second;
    }
  }
  if (counts.total <= 0) fail("{}: the firmware ran no marked inference", elf.string());
  return counts;
}

fs::path counting_plugin() {
  std::error_code ignored;
  const fs::path self = fs::read_symlink("/proc/self/exe", ignored);
  return self.parent_path().parent_path() / "lib" / "thimble" / "count.so";
}

}  // namespace thimble::emulate
