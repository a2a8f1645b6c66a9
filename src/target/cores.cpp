#include "target/cores.h"

#include <array>

#include "base/error.h"
#include "base/suggest.h"

namespace thimble::target {

namespace {

/// Cores and the QEMU machines that have them: Arm's MPS2 boards, which differ in the core and in where their 16 MB of
/// extra memory lie. No machine of QEMU has a Cortex-M0+ and enough memory; a Cortex-M3 executes all its instructions.
/// The machine with a Cortex-M33 divides its memory into secure and other; a Cortex-M7 executes what compilers emit for
/// an M33 (Armv8-M adds atomic loads and security instructions to Armv7E-M, which neither kernels nor start-up use).
struct CoreFacts {
  const char* name;
  bool dsp;
  const char* machine;
  const char* machine_core;
  std::uint32_t large_memory_origin;
};

constexpr std::array<CoreFacts, 7> facts = {{
    {"cortex-m0plus", false, "mps2-an385", "cortex-m3", 0x21000000},
    {"cortex-m3", false, "mps2-an385", "cortex-m3", 0x21000000},
    {"cortex-m4", true, "mps2-an386", "cortex-m4", 0x21000000},
    {"cortex-m7", true, "mps2-an500", "cortex-m7", 0x60000000},
    {"cortex-m33", true, "mps2-an500", "cortex-m7", 0x60000000},
    {"host", false, "", "", 0},
    {"host-dsp", true, "", "", 0},
}};

}  // namespace

std::vector<std::string> core_names() {
  std::vector<std::string> names;
  for (const CoreFacts& fact : facts) names.emplace_back(fact.name);
  return names;
}

bool issues_singly(const Core& core) { return core.name == "cortex-m4" || core.name == "cortex-m33"; }

Core core(const std::string& name, const std::string& fpu) {
  for (const CoreFacts& fact : facts) {
    if (name != fact.name) continue;
    Core core;
    core.name = name;
    core.dsp = fact.dsp;
    core.qemu_machine = fact.machine;
    core.qemu_core = fact.machine_core;
    core.large_memory_origin = fact.large_memory_origin;
    if (!core.qemu_machine.empty()) {
      core.compile_flags = {"-mcpu=" + name, "-mthumb"};
      if (fpu.empty()) {
        core.compile_flags.emplace_back("-mfloat-abi=soft");
      } else {
        core.compile_flags.push_back("-mfpu=" + fpu);
        core.compile_flags.emplace_back("-mfloat-abi=hard");
      }
    }
    return core;
  }
  const std::string meant = nearest(name, core_names());
  throw Error(fmt::format("no core is called \"{}\"", name),
              meant.empty() ? "" : fmt::format("did you mean {}?", meant));
}

}  // namespace thimble::target
