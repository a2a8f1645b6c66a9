#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "import/sample_models.h"
#include "import/tflite_import.h"
#include "ir/dump.h"
#include "passes/passes.h"
#include "reference/interpreter.h"
#include "shared_files.h"

namespace thimble::passes {
namespace {

using namespace thimble::testing;
using Values = std::map<ir::TensorId, reference::Bytes>;

/// The values of every tensor that a graph reads or computes.
Values all_values(const ir::Graph& graph, const std::vector<reference::Bytes>& inputs) {
  Values values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[graph.inputs[i]] = inputs[i];
  reference::run(graph, inputs, [&](std::size_t op, std::span<const reference::Bytes> outputs) {
    values[graph.ops[op].outputs[0]] = outputs[0];
  });
  return values;
}

/// Every tensor that is still there has the values that it had. The simplified graph gets what the other one computed
/// for its inputs: behind a QUANTIZE that was taken off, too.
void expect_same_values(const ir::Graph& graph) {
  const ir::Graph simple = simplify(graph);
  const Values before = all_values(graph, random_inputs(graph, 11));
  std::vector<reference::Bytes> inputs;
  for (const ir::TensorId id : simple.inputs) inputs.push_back(before.at(id));
  for (const auto& [id, value] : all_values(simple, inputs)) {
    EXPECT_EQ(value, before.at(id)) << graph.name << " " << graph.tensor(id).name;
  }
  EXPECT_LE(simple.ops.size(), graph.ops.size());
  EXPECT_EQ(simple.tensors.size(), graph.tensors.size());
}

TEST(Simplify, KeepsTheValuesOfEveryTensor) {
  expect_same_values(float_network());
  expect_same_values(int8_network());
}

TEST(Simplify, KeepsTheValuesOfEveryTensorOfPublishedModels) {
  // Together they hold explicit padding, computed shapes, both kinds of ends, transposes and stand-alone operators.
  for (const char* model :
       {"mltk/anomaly_detection", "mltk/keyword_spotting_mobilenetv2", "mlperf-tiny/ad01_int8", "mlperf-tiny/ad01_fp32",
        "wake-vision/wv_quality_mcunet-10fps_vww", "wake-vision/wv_quality_micronets_vww2_50_50_INT8",
        "wake-vision/wv_quality_k_2_c_3", "colabnas/resulting_architecture_k_2_c_3", "tflite-micro/simple_add_model",
        "stm32-model-zoo/miniresnet__esc10__miniresnet_1stacks_64x50_int8", "mcunet-release/mcunet-10fps_vww"}) {
    const std::string file = std::string("models/") + model + ".tflite";
    THIMBLE_NEEDS_SHARED(file);
    expect_same_values(import::read_tflite(shared_folder() / file));
  }
}

TEST(Simplify, LeavesOnlyComputation) {
  EXPECT_EQ(ir::dump(simplify(int8_network())), R"(graph int8_network
input %1 int8[1x8x8x3](scale 0.0078125 zero -1)
%6 = conv_2d stride 2x2 pad 1,0,1,0 relu6(%1, %3:const int8[4x3x3x3](4 scales), %4:const int32[4]) int8[1x4x4x4](scale 0.05 zero 3)
%9 = depthwise_conv_2d multiplier 2 dilation 2x2 pad 2,2,2,2 relu(%6, %7:const int8[1x3x3x8](8 scales), %8:const int32[8]) int8[1x4x4x8](scale 0.04 zero -128)
%10 = average_pool_2d 2x2 stride 2x2(%9) int8[1x2x2x8](scale 0.04 zero -128)
%11 = resize_nearest(%10) int8[1x4x4x8](scale 0.04 zero -128)
%12 = concat axis 3(%9, %11) int8[1x4x4x16](scale 0.04 zero -128)
%13 = sigmoid(%12) int8[1x4x4x16](scale 0.00390625 zero -128)
%14 = mul(%12, %13) int8[1x4x4x16](scale 0.03 zero -128)
%15 = mean axes 1,2 keep_dims(%14) int8[1x1x1x16](scale 0.02 zero -128)
%22 = reshape(%15) int8[1x16](scale 0.02 zero -128)
%25 = fully_connected(%22, %23:const int8[3x16](3 scales), %24:const int32[3]) int8[1x3](scale 0.06 zero 5)
%26 = softmax(%25) int8[1x3](scale 0.00390625 zero -128)
output %26
)");
}

TEST(Simplify, LeavesNoPaddingOrShapeArithmeticInMcunet) {
  THIMBLE_NEEDS_SHARED("models/wake-vision/wv_quality_mcunet-10fps_vww.tflite");
  const ir::Graph graph =
      import::read_tflite(shared_folder() / "models/wake-vision/wv_quality_mcunet-10fps_vww.tflite");
  const ir::Graph simple = simplify(graph);
  for (const ir::Op& op : simple.ops) {
    EXPECT_THAT(std::string(ir::name_of(op.kind)),
                ::testing::AnyOf("conv_2d", "depthwise_conv_2d", "add", "average_pool_2d", "reshape"));
  }
  EXPECT_EQ(simple.tensor(simple.inputs[0]).type, ir::DataType::int8);
  EXPECT_EQ(simple.tensor(simple.output_ends.at(0)).type, ir::DataType::uint8);
}

TEST(Simplify, RunsNamedPassesOnly) {
  const ir::Graph graph = int8_network();
  EXPECT_EQ(ir::dump(simplify(graph, {"none"})), ir::dump(graph));
  EXPECT_TRUE(simplify(graph, {"fold_constants"}).input_ends.empty());
  try {
    simplify(graph, {"fuse_paddings"});
    ADD_FAILURE() << "an unknown pass ran";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "there is no pass \"fuse_paddings\"");
    EXPECT_EQ(error.hint(), "did you mean \"fuse_padding\"?");
  }
}

TEST(Simplify, IsDoneAfterOneRound) {
  for (const ir::Graph& graph : {float_network(), int8_network()}) {
    const ir::Graph once = simplify(graph);
    EXPECT_EQ(ir::dump(simplify(once)), ir::dump(once));
  }
}

}  // namespace
}  // namespace thimble::passes
