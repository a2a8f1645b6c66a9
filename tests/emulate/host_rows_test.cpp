// Programs whose caller supplies the input row by row, as C on this computer, against the reference interpreter.
#include <random>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "base/files.h"
#include "base/process.h"
#include "emit/emit.h"
#include "emulate/execute.h"
#include "emulate/seeded_inputs.h"
#include "plan/row_pipeline.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/kernel_choice.h"

namespace thimble::testing {
namespace {

constexpr int inferences = 2;

ChooseKernel kernels_of(bool dsp) {
  const target::Core core{dsp ? "cortex-m7" : "host", dsp, {}, {}, {}};
  return [core](const ir::Graph& graph, const ir::Op& op) { return target::choose_kernel(graph, op, core); };
}

/// Three convolutions with strides, and a pool, all of them streamed from the input's rows on.
ir::Graph camera_graph(const ir::Shape& input) {
  GraphBuilder g("camera", 5);
  TensorId x = g.conv(g.input(input), 8, {3, 2, 1}, "stem");
  x = g.depthwise(x, {5, 1, 2}, "depthwise");
  x = g.conv(x, 12, {1, 1, 0}, "project");
  return g.finish({g.max_pool(x, {2, 2, 0}, "pool")});
}

void expect_equals_reference(const ir::Graph& graph, const plan::Plan& plan) {
  plan::verify_plan(graph, plan);
  std::vector<emulate::TensorValues> inputs;
  for (unsigned n = 0; n < inferences; ++n) inputs.push_back(emulate::seeded_inputs(graph, graph.inputs, 77 * n));
  emulate::ExecuteOptions options;
  options.trace = true;
  options.optimize = "-O1";
  const emulate::ExecuteResult result = emulate::execute_on_host(graph, plan, inputs, options);
  std::map<ir::TensorId, std::uint32_t> crcs;
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const auto expected =
        reference::run(graph, inputs[n], [&](std::size_t op, std::span<const emulate::Bytes> outputs) {
          if (n == 0) crcs[graph.ops[op].outputs[0]] = crc32(outputs[0]);
        });
    EXPECT_EQ(result.outputs[n], expected) << "inference " << n;
  }
  EXPECT_EQ(result.trace, crcs);
}

TEST(HostRows, AnInputSuppliedRowByRowEqualsTheReference) {
  for (const bool dsp : {false, true}) {
    const ir::Graph graph = camera_graph({1, 19, 14, 3});
    const plan::Plan plan = row_pipeline(graph, kernels_of(dsp));
    EXPECT_LT(plan.find(graph.inputs[0])->ring_rows, 6) << "the frame is never there";
    expect_equals_reference(graph, plan);
  }
}

TEST(HostRows, UnsignedBytesToo) {
  GraphBuilder g("unsigned");
  const TensorId in = g.input({1, 7, 5, 2});
  ir::Graph graph = g.finish({g.pad(in, 1, "pad")});
  for (ir::Tensor& tensor : graph.tensors) tensor.type = ir::DataType::uint8;
  for (ir::Tensor& tensor : graph.tensors) tensor.quantization->zero_point = {130};
  expect_equals_reference(graph, row_pipeline(graph, kernels_of(false)));
}

/// Means and pools over the whole image, summed up as its rows appear; streamed from the input on, or from a plane.
TEST(HostRows, SumsOverRowsEqualTheReference) {
  for (const bool dsp : {false, true})
    for (const bool rows_input : {false, true})
      for (const bool is_mean : {false, true}) {
        GraphBuilder g("sums", 12);
        const TensorId x = g.conv(g.input({1, 11, 7, 3}), 10, {3, 1, 1}, "conv");
        ir::Graph graph = g.finish({is_mean ? g.mean(x, "sum") : g.max_pool(x, {13, 1, 1}, "sum")});
        if (!is_mean) std::get<ir::Pool2D>(graph.ops[1].kind).kind = ir::PoolKind::average;
        const target::Core core{dsp ? "cortex-m7" : "host", dsp, {}, {}, {}};
        const auto choose = [&](const ir::Graph& all, const ir::Op& op) {
          const auto candidates = target::kernel_candidates(all, op, core);
          return candidates.back().accumulates ? candidates.back() : candidates.front();
        };
        if (!is_mean) {  // One window over everything, padding included.
          auto& pool = std::get<ir::Pool2D>(graph.ops[1].kind);
          pool.filter_w = 9;
          graph.tensors[static_cast<std::size_t>(graph.outputs[0])].shape = {1, 1, 1, 10};
        }
        const plan::Plan plan = row_pipeline(graph, choose, {rows_input});
        EXPECT_TRUE(plan.stages.back().steps.back().kernel.accumulates);
        expect_equals_reference(graph, plan);
      }
}

/// The first input comes by rows and is of the model's own type float32; the second one is there.
TEST(HostRows, OneOfTwoInputsAndConversionsOfRows) {
  GraphBuilder g("two inputs", 9);
  const TensorId a = g.input({1, 6, 4, 3}, "a");
  const TensorId b = g.input({1, 6, 4, 3}, "b");
  ir::Graph graph = g.finish({g.add(a, b, "sum")});
  ir::Tensor own = graph.tensor(a);
  own.name = "own a";
  own.type = ir::DataType::float32;
  own.quantization.reset();
  graph.input_ends = {graph.add_tensor(own), ir::no_tensor};
  graph.output_ends = {ir::no_tensor};

  plan::Plan plan;
  for (const ir::TensorId id : {a, b, graph.outputs[0]}) {
    const int ring = id == a ? 1 : 6;
    plan.placements.push_back({id, streamed::stack_buffer(plan, graph.tensor(id).name, ring * 12), 0, 12, 6, ring});
  }
  plan::Step take, add;
  take.op = -1;
  take.input = a;
  add.kernel = kernels_of(false)(graph, graph.ops[0]);
  take.rows = add.rows = {0, 1, 1};
  plan.stages = {{6, {take, add}}};
  plan::verify_plan(graph, plan);

  const emulate::TensorValues real = emulate::seeded_inputs(graph, std::array{graph.input_ends[0], b});
  emulate::ExecuteOptions options;
  options.float_io = true;
  const emulate::ExecuteResult result = emulate::execute_on_host(graph, plan, std::array{real, real}, options);
  const ir::Op quantize{ir::Quantize{}, {graph.input_ends[0]}, {a}};
  const emulate::Bytes quantized = reference::evaluate(graph, quantize, std::array{real[0]}).at(0);
  const auto expected = reference::run(graph, std::array{quantized, real[1]});
  EXPECT_EQ(result.outputs[0], expected);
  EXPECT_EQ(result.outputs[1], expected);
}

/// A caller that runs out of rows gets its own number back, and no call after that.
TEST(HostRows, TheCallerMayEndAnInference) {
  const ir::Graph graph = camera_graph({1, 19, 14, 3});
  const TemporaryFolder folder;
  emit::write_files(emit::emit_program(graph, row_pipeline(graph, kernels_of(false)), {"camera", "host"}),
                    folder.path());
  write_text(folder.path() / "ends.c", R"(
#include <string.h>
#include "camera.h"
static int32_t arena[(camera_arena_bytes + 3) / 4];
static int rows;
static int read_row(void* ctx, int32_t row, int8_t* pixels) {
  if (row != rows++) return 99;
  memset(pixels, 0, camera_input_row_bytes);
  return row == *(const int*)ctx ? 42 : 0;
}
int main(void) {
  int last = 7;
  if (camera_invoke_rows(arena, read_row, &last) != 42 || rows != 8) return 1;
  rows = 0;
  last = 1000;
  return camera_invoke_rows(arena, read_row, &last) != 0 || rows != camera_input_rows;
}
)");
  const ProcessResult built = run_process({"cc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
                                           "-Werror", "ends.c", "camera.c", "-o", "ends"},
                                          {}, folder.path());
  ASSERT_EQ(built.status, 0) << built.err;
  EXPECT_EQ(run_process({(folder.path() / "ends").string()}).status, 0);
}

}  // namespace
}  // namespace thimble::testing
