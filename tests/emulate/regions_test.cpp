// Programs whose arena lies in several memories of a board: on this computer and as firmware.
#include "plan/regions.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "emulate/execute.h"
#include "emulate/firmware.h"
#include "emulate/measure.h"
#include "emulate/measurement_report.h"
#include "emulate/qemu.h"
#include "emulate/seeded_inputs.h"
#include "emulate/selftest.h"
#include "emulate/selftest_readme.h"
#include "emulate/unicorn.h"
#include "plan/graph_builder.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

/// A core of a board that we know, with two or three small memories.
target::Board small_board(const std::string& name, std::vector<target::MemoryRegion> regions) {
  target::Board board = target::board(name);
  board.sram_region = regions.at(0).name;
  board.sram_bytes = regions.at(0).bytes;
  board.regions = std::move(regions);
  return board;
}

/// Planes of 6,144 bytes, of which three are live together, and two outputs.
ir::Graph wide_graph() {
  GraphBuilder g("wide", 9);
  const TensorId in = g.input({1, 16, 16, 24});
  const TensorId first = g.conv(in, 24, {3, 1, 1}, "first");
  const TensorId second = g.depthwise(first, {3, 1, 1}, "second");
  const TensorId third = g.conv(second, 24, {1, 1, 0}, "third");
  const TensorId sum = g.add(g.add(third, in, "sum"), first, "all");
  return g.finish({g.mean(sum, "mean"), g.max_pool(sum, {2, 2, 0}, "pool")});
}

plan::Plan plan_of(const ir::Graph& graph, const target::Board& board,
                   plan::InputMode mode = plan::InputMode::resident) {
  plan::PlanOptions options;
  options.stream = options.recompute = options.channel_split = options.patches = false;
  options.input_mode = mode;
  options.arena_bytes = board.sram_bytes - plan::stack_bytes;
  plan::NetworkPlan network = plan::plan_in_memories(graph, board.core, options, plan::arena_memories(board));
  plan::verify_plan(graph, network.plan);
  return network.plan;
}

std::vector<emulate::TensorValues> two_inputs(const ir::Graph& graph) {
  return {emulate::seeded_inputs(graph, graph.inputs), emulate::seeded_inputs(graph, graph.inputs, 9)};
}

void expect_reference(const ir::Graph& graph, const std::vector<emulate::TensorValues>& inputs,
                      const emulate::ExecuteResult& result) {
  for (std::size_t n = 0; n < inputs.size(); ++n)
    EXPECT_EQ(result.outputs.at(n), reference::run(graph, inputs[n])) << n;
}

TEST(Regions, ComputeTheReferenceOnThisComputer) {
  const ir::Graph graph = wide_graph();
  const auto inputs = two_inputs(graph);
  emulate::ExecuteOptions options;
  options.optimize = "-O1";
  for (const auto mode : {plan::InputMode::resident, plan::InputMode::rows})
    for (const std::int64_t first : {10 * 1024, 14 * 1024}) {
      const target::Board board = small_board("stm32f746", {{"SRAM", first}, {"DTCM", 7 * 1024}, {"SRAM2", 7 * 1024}});
      const plan::Plan plan = plan_of(graph, board, mode);
      EXPECT_EQ(plan.regions.size(), first < 14 * 1024 ? 3U : 2U);
      expect_reference(graph, inputs, emulate::execute_on_host(graph, plan, inputs, options));
    }
}

TEST(Regions, ComputeTheReferenceAsFirmware) {
  const ir::Graph graph = wide_graph();
  const auto inputs = two_inputs(graph);
  for (const char* name : {"stm32f412", "stm32f746", "pico"}) {
    const target::Board board =
        small_board(name, {{"SRAM", 10 * 1024}, {"CCM", 7 * 1024}, {"SRAM2", 7 * 1024}, {"SRAM3", 1024}});
    const plan::Plan plan = plan_of(graph, board);
    ASSERT_EQ(plan.regions.size(), 3U) << name;
    expect_reference(graph, inputs, emulate::execute_on_emulator(graph, plan, board, inputs));
    if (board.name == "stm32f746")
      expect_reference(graph, inputs, emulate::execute_on_emulator(graph, plan, target::without_budget(board), inputs));
  }
}

TEST(Regions, AreMeasuredTogether) {
  const ir::Graph graph = wide_graph();
  const target::Board board = small_board("stm32f746", {{"SRAM", 14 * 1024}, {"DTCM", 12 * 1024}});
  const plan::Plan plan = plan_of(graph, board);
  ASSERT_EQ(plan.regions.size(), 2U);
  const emulate::TensorValues input = emulate::seeded_inputs(graph, graph.inputs);
  const emulate::Measurement m = emulate::measure(graph, plan, board, input);
  EXPECT_EQ(m.outputs, reference::run(graph, input));
  EXPECT_EQ(m.sram.arena, plan.regions[0].bytes + plan.regions[1].bytes);
  EXPECT_EQ(m.sram.static_, 0);
  const Json json = emulate::to_json(m, graph, graph, plan, board);
  EXPECT_EQ(json.at("sram").at("regions").at("DTCM"), plan.regions[1].bytes);
  const std::string text = emulate::text_of(m, graph, graph, plan, board);
  EXPECT_THAT(text,
              HasSubstr(fmt::format("arena in      SRAM {}, DTCM {}", plan.regions[0].bytes, plan.regions[1].bytes)));

  // The pieces cost next to nothing: each layer takes their addresses from an array.
  const target::Board whole = target::board("stm32f746");
  const emulate::Measurement one = emulate::measure(graph, plan_of(graph, whole), whole, input);
  EXPECT_LT(m.instructions, one.instructions + 8 * static_cast<std::int64_t>(graph.ops.size()));
}

TEST(Regions, AreCountedTheSameInQemuAndInUnicorn) {
  const ir::Graph graph = wide_graph();
  const target::Board board = small_board("stm32f746", {{"SRAM", 14 * 1024}, {"DTCM", 12 * 1024}});
  emulate::FirmwareOptions options;
  options.measure = true;
  const TemporaryFolder folder;
  const auto elf = emulate::build_firmware(graph, plan_of(graph, board), board, folder.path(), options);
  const std::vector<std::byte> inputs = emulate::pack_inputs(graph, two_inputs(graph), options.harness);
  write_bytes(folder.path() / "inputs.bin", inputs);
  const emulate::InstructionCounts qemu = emulate::boot_and_count(elf, board, folder.path());
  const emulate::UnicornRun unicorn = emulate::run_in_unicorn(elf, board, {{"inputs.bin", inputs}});
  EXPECT_EQ(unicorn.counts, qemu);
  EXPECT_EQ(unicorn.files.at("outputs.bin"), read_bytes(folder.path() / "outputs.bin"));
}

/// The last region with fewer bytes than its buffers need: what no verified plan has.
plan::Plan too_short(plan::Plan plan) {
  plan.regions.back().bytes -= 512;
  return plan;
}

std::string failure(const auto& action) {
  try {
    action();
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Regions, FindAProgramThatWritesBesideOne) {
  const ir::Graph graph = wide_graph();
  const auto inputs = two_inputs(graph);
  target::Board board = small_board("stm32f746", {{"SRAM", 14 * 1024}, {"DTCM", 12 * 1024}});
  const plan::Plan plan = too_short(plan_of(graph, board));
  emulate::ExecuteOptions options;
  options.optimize = "-O1";
  EXPECT_THAT(failure([&] { emulate::execute_on_host(graph, plan, inputs, options); }),
              HasSubstr("the program wrote beside its arena"));
  // The emulated machine has more memory there, which the board has not.
  board.regions[1].bytes = plan.regions[1].bytes / 1024 * 1024;
  plan::Plan to_the_end = plan;
  to_the_end.regions[1].bytes = board.regions[1].bytes;
  EXPECT_THAT(failure([&] { emulate::execute_on_emulator(graph, to_the_end, board, inputs); }), HasSubstr("faulted"));
  // What does not fit does not link.
  EXPECT_THAT(failure([&] { emulate::execute_on_emulator(graph, plan, board, inputs); }),
              HasSubstr(fmt::format("its DTCM of {} bytes is exceeded", board.regions[1].bytes)));
}

TEST(Regions, OfABoardThatCannotBeEmulatedAreRefused) {
  const ir::Graph graph = wide_graph();
  const target::Board board = small_board("stm32f746", {{"SRAM", 14 * 1024}, {"DTCM", 12 * 1024}});
  plan::Plan plan = plan_of(graph, board);
  const target::Board other = target::board("stm32f746");
  EXPECT_THAT(failure([&] { emulate::execute_on_emulator(graph, plan, other, {}); }),
              HasSubstr("a firmware has the stack in DTCM+SRAM1+SRAM2, where the plan has nothing"));
  plan.regions[1].name = "SRAM9";
  EXPECT_THAT(failure([&] { emulate::execute_on_emulator(graph, plan, board, {}); }),
              HasSubstr("has no memory \"SRAM9\""));
}

TEST(Regions, PassTheSelfTest) {
  const ir::Graph graph = wide_graph();
  const target::Board board = small_board("stm32f746", {{"SRAM", 16 * 1024}, {"DTCM", 12 * 1024}});
  const TemporaryFolder folder;
  emit::write_files(emulate::selftest_files(graph, plan_of(graph, board), board), folder.path());
  EXPECT_THAT(read_text(folder.path() / "README.md"), HasSubstr("HARNESS_ARENA_1_ATTRIBUTE for DTCM"));
  const ProcessResult result = run_emulator_commands(folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("\"pass\": true"));
}

}  // namespace
}  // namespace thimble::testing
