// Programs whose arena lies in several memories: their text (see text_test.cpp for how to write it anew), and that it
// compiles everywhere and runs.
#include "plan/regions.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "emit/programs.h"
#include "plan/graph_builder.h"
#include "plan/verify_plan.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

/// A plane and what is computed of it, of 512 bytes each, which share none.
ir::Graph two_planes() {
  GraphBuilder g("two planes");
  const TensorId in = g.input({1, 8, 8, 8}, "picture");
  const TensorId first = g.conv(in, 8, {3, 1, 1}, "first");
  return g.finish({g.concat({g.max_pool(first, {2, 2, 0}, "pool"), g.max_pool(in, {2, 2, 0}, "small")}, "joined")});
}

std::vector<emit::File> program_in_regions(plan::InputMode mode = plan::InputMode::resident) {
  const ir::Graph graph = two_planes();
  plan::PlanOptions options;
  options.stream = options.patches = options.channel_split = options.lean_kernels = false;
  options.input_mode = mode;
  options.arena_bytes = 800;
  const std::vector<target::MemoryRegion> memories{{"AXI", 800}, {"DTCM", 720}, {"SRAM4", 64}};
  const plan::NetworkPlan network = plan::plan_in_memories(graph, portable_core(), options, memories);
  plan::verify_plan(network.graph, network.plan);
  EXPECT_GE(network.plan.regions.size(), 2U);
  return emit::emit_program(network.graph, network.plan, {"regions", "stm32h743"});
}

TEST(GeneratedRegions, AreReadable) {
  const auto files = program_in_regions();
  for (const char* path : {"regions.h", "regions.c", "main.c"}) {
    const std::filesystem::path expected =
        std::filesystem::path(THIMBLE_SOURCE_DIR) / "tests" / "cases" / "emit" / "regions" / path;
    if (std::getenv("THIMBLE_UPDATE_EXPECTED") != nullptr) write_text(expected, text_of(files, path));
    EXPECT_TRUE(text_of(files, path) == read_text(expected)) << "differs from " << expected;
  }
}

TEST(GeneratedRegions, AreAnArrayInEveryFunction) {
  const std::string header = text_of(program_in_regions(), "regions.h");
  for (const char* declaration : {"int8_t* regions_input(void* const arena[regions_arenas]);",
                                  "const int8_t* regions_output(void* const arena[regions_arenas]);",
                                  "void regions_invoke(void* const arena[regions_arenas]);", "regions_arenas = 2"})
    EXPECT_THAT(header, HasSubstr(declaration));
  EXPECT_THAT(text_of(program_in_regions(plan::InputMode::rows), "regions.h"),
              HasSubstr("int regions_invoke_rows(void* const arena[regions_arenas], regions_read_row read_row, "
                        "void* ctx);"));
}

TEST(GeneratedRegions, CompileWithoutAWarningAndRun) {
  for (const auto mode : {plan::InputMode::resident, plan::InputMode::rows}) {
    const TemporaryFolder folder;
    emit::write_files(program_in_regions(mode), folder.path());
    std::vector<std::string> arguments = strict_flags;
    arguments.insert(arguments.end(), {"-I.", "regions.c", "main.c"});
    for (const char* compiler : {"gcc", "clang", "arm-none-eabi-gcc"}) {
      if (!program_exists(compiler)) continue;
      const ProcessResult checked = run_in(folder.path(), {compiler, "-fsyntax-only"}, arguments);
      EXPECT_EQ(checked.status, 0) << checked.err;
    }
    write_text(folder.path() / "check.cpp", "#include \"regions.h\"\n");
    const ProcessResult as_cpp =
        run_in(folder.path(), {"g++", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "check.cpp"}, {});
    EXPECT_EQ(as_cpp.status, 0) << as_cpp.err;
    ASSERT_EQ(run_in(folder.path(), {"gcc", "-O2", "-o", "program"}, arguments).status, 0);
    const ProcessResult ran = run_in(folder.path(), {(folder.path() / "program").string()}, {});
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 4 * 4 * 16) << "one line for each value";
  }
}

}  // namespace
}  // namespace thimble::testing
