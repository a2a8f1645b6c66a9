#include "emulate/measure.h"

#include <array>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "emulate/firmware.h"
#include "emulate/golden_inferences.h"
#include "emulate/measurement_report.h"
#include "emulate/qemu.h"
#include "emulate/unicorn.h"
#include "golden.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/planner.h"
#include "plan/sample_graphs.h"

namespace thimble::testing {
namespace {

using emulate::Measurement;
using ::testing::HasSubstr;

emulate::TensorValues zeros(const ir::Graph& graph) {
  emulate::TensorValues values;
  for (const ir::TensorId id : graph.inputs) values.emplace_back(static_cast<std::size_t>(graph.tensor(id).bytes()));
  return values;
}

Measurement measured(const ir::Graph& graph, const char* board_name) {
  const target::Board board = target::board(board_name);
  return emulate::measure(graph, plan::make_plan(graph, board.core), board, zeros(graph));
}

std::int64_t sum_of(const std::vector<emulate::LayerCount>& layers) {
  std::int64_t sum = 0;
  for (const emulate::LayerCount& layer : layers) sum += layer.instructions;
  return sum;
}

TEST(Measure, RepeatsExactly) {
  const ir::Graph graph = residual_graph();
  const Measurement once = measured(graph, "stm32f746");
  const Measurement again = measured(graph, "stm32f746");
  EXPECT_EQ(once.instructions, again.instructions);
  EXPECT_EQ(once.sram.stack, again.sram.stack);
  ASSERT_EQ(once.layers.size(), again.layers.size());
  for (std::size_t i = 0; i < once.layers.size(); ++i)
    EXPECT_EQ(once.layers[i].instructions, again.layers[i].instructions);
}

TEST(Measure, AccountsForEveryLayerAndEveryByte) {
  const ir::Graph graph = residual_graph();
  const target::Board board = target::board("stm32f412");
  const plan::Plan plan = plan::make_plan(graph, board.core);
  const Measurement m = emulate::measure(graph, plan, board, zeros(graph));
  ASSERT_EQ(m.layers.size(), graph.ops.size());
  for (std::size_t op = 0; op < graph.ops.size(); ++op) {
    EXPECT_EQ(m.layers[op].op, static_cast<int>(op));
    EXPECT_GT(m.layers[op].instructions, 0);
  }
  // The marks keep the compiler from moving code across layers: a little more than without.
  EXPECT_NEAR(static_cast<double>(sum_of(m.layers)), static_cast<double>(m.instructions),
              0.02 * static_cast<double>(m.instructions));

  EXPECT_EQ(m.sram.arena, plan.arena_bytes);
  EXPECT_EQ(m.sram.io, 0);
  EXPECT_EQ(m.sram.static_, 0) << "generated code has no globals but constants";
  EXPECT_GT(m.sram.stack, 0);
  std::int64_t constants = 0;
  for (const ir::Tensor& tensor : graph.tensors) constants += tensor.is_constant() ? tensor.bytes() : 0;
  EXPECT_GE(m.flash.weights, constants);
  EXPECT_GT(m.flash.code, 0);
  EXPECT_GT(m.flash.firmware, m.flash.total());
  EXPECT_THAT(m.flags, HasSubstr("-mcpu=cortex-m4"));
  EXPECT_EQ(m.machine, "mps2-an386, cortex-m4");
}

TEST(Measure, SaysThatCortexM0CodeRunsOnAnotherCore) {
  const Measurement m = measured(chain_graph(), "pico");
  EXPECT_EQ(m.machine, "mps2-an385, cortex-m3 running cortex-m0plus code");
  EXPECT_GT(m.instructions, measured(chain_graph(), "stm32f412").instructions) << "it has no SIMD";
}

TEST(Measure, ReportsUnderTheDocumentedNames) {
  const ir::Graph graph = chain_graph();
  const target::Board board = target::board("stm32f746");
  const plan::Plan plan = plan::make_plan(graph, board.core);
  const Measurement m = emulate::measure(graph, plan, board, zeros(graph));
  const Json json = emulate::to_json(m, graph, graph, plan, board);
  const Json& sram = json.at("sram");
  EXPECT_EQ(sram.at("total"), sram.at("arena").get<int>() + sram.at("io").get<int>() + sram.at("static").get<int>() +
                                  sram.at("state").get<int>() + sram.at("stack").get<int>());
  EXPECT_EQ(json.at("flash").at("total"), m.flash.weights + m.flash.code);
  EXPECT_EQ(json.at("flash").at("firmware"), m.flash.firmware);
  EXPECT_EQ(json.at("instructions"), m.instructions);
  EXPECT_EQ(json.at("macs").at("model"), ir::macs_of(graph));
  EXPECT_EQ(json.at("macs").at("executed"), ir::macs_of(graph)) << "layer-wise: nothing is computed twice";
  EXPECT_EQ(json.at("layers").at(0).at("op"), "conv_2d");
  EXPECT_EQ(json.at("layers").at(0).at("name"), "conv");
  EXPECT_EQ(json.at("layers").at(0).at("kernel"), plan.stages[0].steps[0].kernel.kernel);
  EXPECT_EQ(json.at("machine"), "mps2-an500, cortex-m7");
  EXPECT_EQ(json.at("input_mode"), "resident");
  const std::string text = emulate::text_of(m, graph, graph, plan, board);
  EXPECT_THAT(text, HasSubstr("peak SRAM"));
  EXPECT_THAT(text, HasSubstr("input resident"));
}

TEST(Measure, CountsTheRealEndsOfAModelWithFloatEnds) {
  THIMBLE_NEEDS_SHARED(golden_file("mltk__tflite_micro_magic_wand"));
  const Golden golden = read_golden("mltk__tflite_micro_magic_wand");
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const target::Board board = target::board("stm32f746");
  const plan::Plan plan = plan::make_plan(graph, board.core);
  emulate::MeasureOptions options;
  options.layers = false;
  const Measurement inner = emulate::measure(graph, plan, board, zeros(graph), options);
  options.float_io = true;
  const Measurement own = emulate::measure(graph, plan, board, golden_inputs(golden, 0), options);
  EXPECT_EQ(inner.sram.io, 0);
  EXPECT_EQ(own.sram.io, 4 * (graph.tensor(graph.inputs[0]).bytes() + graph.tensor(graph.outputs[0]).bytes()));
  EXPECT_GT(own.instructions, inner.instructions);
  EXPECT_EQ(crc32(own.outputs.at(0)), golden.cases.at(0).output_crc32.at(0));
}

class MeasureModel : public ::testing::TestWithParam<std::string_view> {};

TEST_P(MeasureModel, CountsTheSameInQemuAndInUnicorn) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const target::Board board = target::board("stm32f746");
  const plan::Plan plan = plan::make_plan(graph, board.core);
  const std::array inference = {golden_inputs(golden, 0)};

  for (const bool layers : {false, true}) {
    emulate::FirmwareOptions options;
    options.measure = true;
    options.layers = layers;
    const TemporaryFolder folder;
    const auto elf = emulate::build_firmware(graph, plan, board, folder.path(), options);
    const std::vector<std::byte> inputs = emulate::pack_inputs(graph, inference, options.harness);
    write_bytes(folder.path() / "inputs.bin", inputs);
    const emulate::InstructionCounts qemu = emulate::boot_and_count(elf, board, folder.path());
    const emulate::UnicornRun unicorn = emulate::run_in_unicorn(elf, board, {{"inputs.bin", inputs}});
    EXPECT_GT(qemu.total, 1'000'000);
    EXPECT_EQ(unicorn.counts.total, qemu.total);
    EXPECT_EQ(unicorn.counts.layers, qemu.layers);
    EXPECT_EQ(qemu.layers.empty(), !layers);
    for (const char* file : {"outputs.bin", "stack.bin"})
      EXPECT_EQ(unicorn.files.at(file), read_bytes(folder.path() / file)) << file;
  }
}

TEST_P(MeasureModel, NeedsLittleStack) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  for (const char* board : {"stm32f746", "pico"}) EXPECT_LE(measured(graph, board).sram.stack, 1536) << board;
}

INSTANTIATE_TEST_SUITE_P(Models, MeasureModel,
                         ::testing::Values("mlperf-tiny__kws_ref_model", "mlperf-tiny__pretrainedResnet_quant",
                                           "tflite-micro__person_detect"),
                         golden_test_name);

}  // namespace
}  // namespace thimble::testing
