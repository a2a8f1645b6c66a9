#include <cstdlib>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crc32.h"
#include "base/error.h"
#include "emulate/execute.h"
#include "emulate/firmware.h"
#include "plan/planner.h"
#include "plan/sample_graphs.h"
#include "plan/streamed_plan.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

using emulate::TensorValues;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<TensorValues> random_inputs(const ir::Graph& graph, std::size_t inferences) {
  std::mt19937 random(17);
  std::vector<TensorValues> inputs(inferences);
  for (TensorValues& values : inputs) {
    for (const ir::TensorId id : graph.inputs) {
      emulate::Bytes& bytes = values.emplace_back(static_cast<std::size_t>(graph.tensor(id).bytes()));
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    }
  }
  return inputs;
}

/// Runs three inferences in one boot and compares every output and every traced tensor with the reference.
void expect_equals_reference(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  SCOPED_TRACE(graph.name);
  const std::vector<TensorValues> inputs = random_inputs(graph, 3);
  emulate::ExecuteOptions options;
  options.trace = true;
  const emulate::ExecuteResult result = emulate::execute_on_emulator(graph, plan, board, inputs, options);
  std::map<ir::TensorId, std::uint32_t> first_inference;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto observe = [&](std::size_t op, std::span<const reference::Bytes> outputs) {
      for (std::size_t o = 0; o < outputs.size() && i == 0; ++o)
        first_inference[graph.ops[op].outputs[o]] = crc32(std::span(outputs[o]));
    };
    EXPECT_EQ(result.outputs.at(i), reference::run(graph, inputs[i], observe)) << "inference " << i;
  }
  EXPECT_FALSE(result.trace.empty());
  for (const auto& [tensor, crc] : result.trace) EXPECT_EQ(crc, first_inference[tensor]) << graph.tensor(tensor).name;
}

class EmulatedBoard : public ::testing::TestWithParam<const char*> {};

TEST_P(EmulatedBoard, BootsAndEqualsTheReference) {
  const target::Board board = target::board(GetParam());
  for (const ir::Graph& graph : {chain_graph(), branching_graph(), two_ended_graph()})
    expect_equals_reference(graph, plan::make_plan(graph, board.core), board);
}

/// One board for each core, one whose FPU is double, and the emulator's own memory.
INSTANTIATE_TEST_SUITE_P(Boards, EmulatedBoard,
                         ::testing::Values("stm32f412", "stm32f746", "stm32h743", "pico", "emulator"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Emulator, StreamsTwoConvolutionsThroughARingOfRows) {
  const target::Board board = target::board("stm32f746");
  const PlannedGraph streamed = streamed_convolutions(
      {}, [&](const ir::Graph& graph, const ir::Op& op) { return target::choose_kernel(graph, op, board.core); });
  plan::verify_plan(streamed.graph, streamed.plan);
  expect_equals_reference(streamed.graph, streamed.plan, board);
}

/// The error of building `graph` for `board`.
Error build_error(const ir::Graph& graph, const target::Board& board) {
  try {
    emulate::execute_on_emulator(graph, plan::make_plan(graph, board.core), board, random_inputs(graph, 1));
  } catch (const Error& error) {
    return error;
  }
  return Error("nothing was wrong", {}, Exit::done);
}

TEST(Emulator, SaysWhichMemoryOfTheBoardOverflowsAndByHowMuch) {
  target::Board small = target::board("stm32f412");
  small.flash_bytes = 4096;
  const Error flash = build_error(chain_graph(), small);
  EXPECT_EQ(flash.code(), Exit::answer_is_no);
  EXPECT_THAT(flash.what(), AllOf(HasSubstr("does not fit stm32f412: its flash of 4096 bytes is exceeded by "),
                                  HasSubstr(" bytes"), Not(HasSubstr("SRAM"))));
  EXPECT_THAT(flash.hint(), HasSubstr("--ignore-budget"));
  small.sram_bytes = 2048;
  EXPECT_THAT(build_error(chain_graph(), small).what(),
              AllOf(HasSubstr("its flash of 4096 bytes is exceeded by "), HasSubstr("its SRAM of 2048 bytes is")));
}

TEST(Emulator, RunsWithoutBudgetWhatDoesNotFitTheBoard) {
  target::Board small = target::board("stm32f412");
  small.flash_bytes = 4096;
  small.sram_bytes = 1024;
  const ir::Graph graph = chain_graph();
  expect_equals_reference(graph, plan::make_plan(graph, small.core), target::without_budget(small));
}

/// The plan puts what is written after the first stage at `offset` in the arena: outside of it.
std::string error_beyond_the_arena(const target::Board& board, std::int64_t offset) {
  const ir::Graph graph = chain_graph();
  plan::Plan plan = plan::make_plan(graph, board.core);
  for (plan::Buffer& buffer : plan.buffers) {
    if (buffer.first_stage > 0) buffer.offset = offset;
  }
  try {
    emulate::execute_on_emulator(graph, plan, board, random_inputs(graph, 1));
  } catch (const Error& error) {
    return error.what();
  }
  return "it did not fault";
}

TEST(Emulator, FaultsWhereTheBoardHasNoMemory) {
  for (const char* name : {"stm32f746", "pico"}) {
    const target::Board board = target::board(name);
    const std::string expected = "the firmware faulted on the emulated " + board.core.qemu_core;
    EXPECT_EQ(error_beyond_the_arena(board, 0x10000000), expected) << name;
    // The emulated machine has memory here, the board has not.
    EXPECT_EQ(error_beyond_the_arena(board, board.sram_bytes), expected) << name;
  }
}

TEST(Emulator, RefusesABoardWithoutAnEmulatedCore) {
  EXPECT_THAT(build_error(chain_graph(), target::board("host")).what(), HasSubstr("host"));
}

TEST(Emulator, NamesThePackageOfAMissingCompiler) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const Error error = build_error(chain_graph(), target::board("stm32f746"));
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(error.code(), Exit::missing_tool);
  EXPECT_THAT(error.hint(), HasSubstr("gcc-arm-none-eabi"));
}

}  // namespace
}  // namespace thimble::testing
