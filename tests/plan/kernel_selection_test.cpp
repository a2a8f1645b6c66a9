// Which kernels get larger weights: those that save most, as far as the flash goes.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/planner.h"
#include "shared_files.h"
#include "target/board.h"
#include "target/weight_layout.h"

namespace thimble::plan {
namespace {

std::vector<int> all_ops(const ir::Graph& graph) {
  std::vector<int> ops(graph.ops.size());
  std::iota(ops.begin(), ops.end(), 0);
  return ops;
}

ir::Graph published_model() {
  return passes::simplify(
      import::read_tflite(testing::shared_folder() / "models/mlperf-tiny/pretrainedResnet_quant.tflite"));
}

/// What a selection takes beyond the default variants.
std::int64_t extra_bytes(const std::vector<target::KernelChoice>& selected,
                         const std::vector<target::KernelChoice>& standard) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < selected.size(); ++i) bytes += selected[i].weight_bytes - standard[i].weight_bytes;
  return bytes;
}

TEST(KernelSelection, SpendsWhatItMayAndNoMore) {
  THIMBLE_NEEDS_SHARED("models/mlperf-tiny/pretrainedResnet_quant.tflite");
  const ir::Graph graph = published_model();
  const target::Core core = target::board("stm32f412").core;  // Issues one instruction a cycle: each one saved counts.
  const auto ops = all_ops(graph);
  const auto standard = select_kernels(graph, ops, core, {}, 0);
  EXPECT_TRUE(std::ranges::none_of(standard, [](const auto& k) { return target::is_wide(k.weight_layout); }));

  std::int64_t last = 0;
  for (const std::int64_t budget : {1'000, 10'000, 20'000, 200'000}) {
    const std::int64_t spent = extra_bytes(select_kernels(graph, ops, core, {}, budget), standard);
    EXPECT_LE(spent, budget);
    EXPECT_GE(spent, last);
    last = spent;
  }
  EXPECT_GT(last, 40'000) << "most of the 78 kB of weights save cycles when they are wide";
}

TEST(KernelSelection, SaysWhatAWideLayerSaves) {
  THIMBLE_NEEDS_SHARED("models/mlperf-tiny/pretrainedResnet_quant.tflite");
  const ir::Graph graph = published_model();
  PlanOptions options;
  options.optimize = Optimize::speed;
  int wide = 0;
  for (const Stage& stage : make_plan(graph, target::board("stm32f412").core, options).stages) {
    const target::KernelChoice& kernel = stage.steps.at(0).kernel;
    if (!target::is_wide(kernel.weight_layout)) continue;
    ++wide;
    EXPECT_NE(kernel.reason.find("cycles saved for"), std::string::npos) << kernel.reason;
  }
  EXPECT_GT(wide, 0);
}

TEST(KernelSelection, SpendsNothingOnACoreWithoutSimd) {
  THIMBLE_NEEDS_SHARED("models/mlperf-tiny/pretrainedResnet_quant.tflite");
  const ir::Graph graph = published_model();
  const target::Core core = target::board("pico").core;
  const auto ops = all_ops(graph);
  EXPECT_EQ(extra_bytes(select_kernels(graph, ops, core, {}, 1 << 20), select_kernels(graph, ops, core, {}, 0)), 0);
}

}  // namespace
}  // namespace thimble::plan
