// Programs whose caller supplies the input row by row, as firmware: what they compute, and what is counted.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "emulate/execute.h"
#include "emulate/firmware.h"
#include "emulate/measure.h"
#include "emulate/measurement_report.h"
#include "emulate/qemu.h"
#include "emulate/seeded_inputs.h"
#include "emulate/selftest.h"
#include "emulate/selftest_readme.h"
#include "emulate/unicorn.h"
#include "plan/row_pipeline.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/kernel_choice.h"

namespace thimble::testing {
namespace {

constexpr int input_rows = 20;

ir::Graph camera_graph() {
  GraphBuilder g("camera", 5);
  TensorId x = g.conv(g.input({1, input_rows, 16, 3}), 8, {3, 2, 1}, "stem");
  x = g.conv(x, 12, {1, 1, 0}, "expand");
  return g.finish({g.mean(g.max_pool(x, {2, 2, 0}, "pool"), "mean")});
}

plan::Plan plan_of(const ir::Graph& graph, const target::Board& board, bool rows_input) {
  const auto choose = [&](const ir::Graph& g, const ir::Op& op) {
    const auto candidates = target::kernel_candidates(g, op, board.core);
    return candidates.back().accumulates ? candidates.back() : candidates.front();
  };
  plan::Plan plan = row_pipeline(graph, choose, {rows_input});
  plan::verify_plan(graph, plan);
  return plan;
}

TEST(FirmwareRows, ComputeTheReferenceWithoutAFrameInMemory) {
  const target::Board board = target::board("stm32f746");
  const ir::Graph graph = camera_graph();
  const emulate::TensorValues input = emulate::seeded_inputs(graph, graph.inputs);
  const plan::Plan rows = plan_of(graph, board, true);
  const emulate::Measurement m = emulate::measure(graph, rows, board, input);
  EXPECT_EQ(m.outputs, reference::run(graph, input));
  EXPECT_EQ(m.sram.io, 0);
  EXPECT_EQ(m.sram.static_, 0);
  EXPECT_EQ(m.sram.arena, rows.arena_bytes);
  EXPECT_EQ(emulate::to_json(m, graph, graph, rows, board).at("input_mode"), "rows");
  EXPECT_EQ(m.layers.size(), graph.ops.size());
  // What the harness does to supply rows is not counted: some instructions around each call are left.
  const emulate::Measurement resident = emulate::measure(graph, plan_of(graph, board, false), board, input);
  EXPECT_LT(rows.arena_bytes, resident.sram.arena);
  EXPECT_GT(m.instructions, resident.instructions);
  EXPECT_LT(m.instructions, resident.instructions + 60 * input_rows);
}

TEST(FirmwareRows, AreCountedTheSameInQemuAndInUnicorn) {
  const target::Board board = target::board("stm32f746");
  const ir::Graph graph = camera_graph();
  const std::array inferences{emulate::seeded_inputs(graph, graph.inputs),
                              emulate::seeded_inputs(graph, graph.inputs, 9)};
  for (const bool layers : {false, true}) {
    emulate::FirmwareOptions options;
    options.measure = true;
    options.layers = layers;
    const TemporaryFolder folder;
    const auto elf = emulate::build_firmware(graph, plan_of(graph, board, true), board, folder.path(), options);
    const std::vector<std::byte> inputs = emulate::pack_inputs(graph, inferences, options.harness);
    write_bytes(folder.path() / "inputs.bin", inputs);
    const emulate::InstructionCounts qemu = emulate::boot_and_count(elf, board, folder.path());
    const emulate::UnicornRun unicorn = emulate::run_in_unicorn(elf, board, {{"inputs.bin", inputs}});
    EXPECT_EQ(unicorn.counts, qemu);
    for (const char* file : {"outputs.bin", "stack.bin"})
      EXPECT_EQ(unicorn.files.at(file), read_bytes(folder.path() / file)) << file;
  }
}

TEST(FirmwareRows, ExecuteOnTheEmulator) {
  const target::Board board = target::board("stm32f412");
  const ir::Graph graph = camera_graph();
  const std::array inferences{emulate::seeded_inputs(graph, graph.inputs),
                              emulate::seeded_inputs(graph, graph.inputs, 9)};
  const auto result = emulate::execute_on_emulator(graph, plan_of(graph, board, true), board, inferences);
  for (std::size_t n = 0; n < inferences.size(); ++n)
    EXPECT_EQ(result.outputs.at(n), reference::run(graph, inferences[n])) << n;
}

TEST(FirmwareRows, PassTheSelfTest) {
  const target::Board board = target::board("stm32f746");
  const ir::Graph graph = camera_graph();
  const TemporaryFolder folder;
  emit::write_files(emulate::selftest_files(graph, plan_of(graph, board, true), board), folder.path());
  const ProcessResult result = run_emulator_commands(folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, ::testing::HasSubstr("\"pass\": true"));
}

}  // namespace
}  // namespace thimble::testing
