// Generated C compiles without a warning, everywhere, and as the package that it is.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.h"
#include "emit/op_graphs.h"
#include "emit/programs.h"

namespace thimble::testing {
namespace {

struct Compiler {
  const char* name;
  std::vector<std::string> command;
};

/// The host's compilers, and the cores that Thimble generates for; those that are installed are used.
std::vector<Compiler> compilers() {
  return {{"gcc", {"gcc", "-O2"}},
          {"clang", {"clang", "-O1"}},
          {"Cortex-M0+", {"arm-none-eabi-gcc", "-O2", "-mcpu=cortex-m0plus"}},
          {"Cortex-M4", {"arm-none-eabi-gcc", "-O2", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"}},
          {"Cortex-M7", {"arm-none-eabi-gcc", "-O2", "-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"}}};
}

/// Every graph's program in one folder, their sources in `sources`.
void write_programs(const std::filesystem::path& folder, const target::Core& core, std::vector<std::string>& sources) {
  for (const ir::Graph& graph : op_graphs()) {
    const std::string name = emit::c_identifier(graph.name);
    emit::write_files(program_of(graph, name, core), folder);
    std::filesystem::rename(folder / "main.c", folder / (name + "_main.c"));
    sources.push_back(name + ".c");
    sources.push_back(name + "_main.c");
  }
}

void expect_no_warnings(const target::Core& core, bool has_dsp) {
  const TemporaryFolder folder;
  std::vector<std::string> sources;
  write_programs(folder.path(), core, sources);
  for (const Compiler& compiler : compilers()) {
    if (!program_exists(compiler.command[0])) continue;
    if (has_dsp && std::string(compiler.name) == "Cortex-M0+") continue;
    std::vector<std::string> arguments = strict_flags;
    arguments.insert(arguments.end(), {"-fsyntax-only", "-I."});
    arguments.insert(arguments.end(), sources.begin(), sources.end());
    const ProcessResult result = run_in(folder.path(), compiler.command, arguments);
    EXPECT_EQ(result.status, 0) << compiler.name << ":\n" << result.err;
  }
}

TEST(GeneratedC, CompilesWithoutAWarningForAnyCore) { expect_no_warnings(portable_core(), false); }

TEST(GeneratedC, CompilesWithoutAWarningWithSimdKernels) { expect_no_warnings(dsp_core(), true); }

TEST(GeneratedC, OptimizesWithoutAWarning) {
  const TemporaryFolder folder;
  std::vector<std::string> sources;
  write_programs(folder.path(), dsp_core(), sources);
  std::vector<std::string> arguments = strict_flags;
  arguments.insert(arguments.end(), {"-O2", "-c", "-I.", "chain.c", "branching.c", "layout.c"});
  const ProcessResult result = run_in(folder.path(), {"gcc"}, arguments);
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST(GeneratedC, BuildsAsACmakeProjectByItself) {
  if (!program_exists("cmake")) GTEST_SKIP() << "skipped: no cmake";
  const TemporaryFolder folder;
  emit::write_files(program_of(chain_graph(), "chain", portable_core()), folder.path());
  const ProcessResult configured = run_process({"cmake", "-S", ".", "-B", "build"}, {}, folder.path());
  ASSERT_EQ(configured.status, 0) << configured.err;
  const ProcessResult built = run_process({"cmake", "--build", "build"}, {}, folder.path());
  ASSERT_EQ(built.status, 0) << built.out << built.err;
  const ProcessResult ran = run_process({(folder.path() / "build" / "chain_example").string()}, {}, folder.path());
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 7) << "one line for each of the 7 classes:\n" << ran.out;
}

/// Two models with layers of the same names, in one C++ program, one after the other in one arena.
TEST(GeneratedC, SharesAProgramAndAnArenaWithAnotherModel) {
  const TemporaryFolder folder;
  emit::write_files(program_of(chain_graph(), "first", portable_core()), folder.path());
  emit::write_files(program_of(residual_graph(), "second", portable_core()), folder.path());
  write_text(folder.path() / "both.cpp", R"(
#include <string.h>
#include "first.h"
#include "second.h"
enum { bytes = int(first_arena_bytes) > int(second_arena_bytes) ? int(first_arena_bytes) : int(second_arena_bytes) };
static int32_t arena[(bytes + 3) / 4];
static void run_first(int8_t* out) {
  memset(first_input(arena), 5, first_input_bytes);
  first_invoke(arena);
  memcpy(out, first_output(arena), first_output_bytes);
}
int main() {
  int8_t alone[first_output_bytes], again[first_output_bytes];
  run_first(alone);
  memset(second_input(arena), 9, second_input_bytes);
  second_invoke(arena);
  run_first(again);
  return memcmp(alone, again, sizeof alone) != 0;
}
)");
  const ProcessResult first = run_in(folder.path(), {"gcc"}, {"-std=c99", "-c", "first.c", "second.c"});
  ASSERT_EQ(first.status, 0) << first.err;
  const ProcessResult linked =
      run_in(folder.path(), {"g++"}, {"-Wall", "-Wextra", "-Werror", "both.cpp", "first.o", "second.o", "-o", "both"});
  ASSERT_EQ(linked.status, 0) << linked.err;
  EXPECT_EQ(run_process({(folder.path() / "both").string()}).status, 0);
}

}  // namespace
}  // namespace thimble::testing
