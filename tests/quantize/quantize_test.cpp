#include "quantize/quantize.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "float_graphs.h"
#include "ir/verify.h"
#include "quantize/check_int8.h"
#include "reference/interpreter.h"

namespace thimble::quantize {
namespace {

using ir::Activation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A network with most kinds of operators: 8x8x3 -> 4 probabilities.
ir::Graph small_network() {
  testing::FloatGraph g;
  ir::TensorId x = g.conv(g.input({1, 8, 8, 3}), 8, 3, Activation::relu6);
  const ir::TensorId branch = g.depthwise(x, 3);
  x = g.op(ir::Add{Activation::relu}, {x, branch});
  ir::Pool2D pool;
  pool.kind = ir::PoolKind::max;
  pool.filter_h = pool.filter_w = pool.stride_h = pool.stride_w = 2;
  const ir::TensorId left = g.op(pool, {x});
  pool.kind = ir::PoolKind::average;
  const ir::TensorId right = g.op(pool, {g.conv(x, 4, 1)});
  x = g.op(ir::Concat{.axis = 3}, {left, right});
  x = g.op(ir::Pad{.amounts = {{0, 0}, {1, 1}, {1, 1}, {0, 0}}, .value = std::nullopt}, {x});
  const ir::TensorId gate = g.op(ir::Sigmoid{}, {g.conv(x, 12, 1)});
  x = g.op(ir::Mul{}, {x, gate});
  x = g.op(ir::Mean{.axes = {1, 2}}, {x});
  x = g.op(ir::FullyConnected{}, {x, g.noise({4, 12}), g.noise({4})});
  return g.finish(g.op(ir::Softmax{}, {x}));
}

ir::Graph quantized_by_random(const ir::Graph& graph, const QuantizeOptions& options = {}) {
  return quantize(graph, calibrate(graph, testing::random_samples(graph, 16)), options);
}

std::vector<float> dequantized_output(const ir::Graph& graph, const reference::Bytes& bytes) {
  const ir::Tensor& out = graph.tensor(graph.outputs.at(0));
  std::vector<float> reals;
  for (const std::int8_t value : testing::values_of<std::int8_t>(bytes)) {
    reals.push_back(out.scale() * static_cast<float>(value - out.zero_point()));
  }
  return reals;
}

/// int8 inputs for the same sample.
std::vector<reference::Bytes> quantized_inputs(const ir::Graph& graph, const std::vector<reference::Bytes>& inputs) {
  std::vector<reference::Bytes> out;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const ir::Tensor& tensor = graph.tensor(graph.inputs[i]);
    out.emplace_back();
    for (const float real : testing::values_of<float>(inputs[i])) {
      out.back().push_back(static_cast<std::byte>(quantized(real, {tensor.scale(), tensor.zero_point()})));
    }
  }
  return out;
}

/// The greatest difference between the float and the int8 graph's outputs over some samples, in units of the output's
/// own range.
float worst_error(const ir::Graph& original, const ir::Graph& int8) {
  float worst = 0;
  const LabelledInputs samples = testing::random_samples(original, 8);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto real = testing::values_of<float>(reference::run(original, samples.inputs(i)).at(0));
    const auto inputs = quantized_inputs(int8, samples.inputs(i));
    const auto found = dequantized_output(int8, reference::run(int8, inputs).at(0));
    for (std::size_t k = 0; k < real.size(); ++k) worst = std::max(worst, std::abs(real[k] - found[k]));
  }
  return worst / (255 * int8.tensor(int8.outputs[0]).scale());
}

TEST(Quantize, FollowsTheSpecificationAndStaysNearTheFloatGraph) {
  const ir::Graph original = small_network();
  const ir::Graph int8 = quantized_by_random(original);
  EXPECT_THAT(int8_violations(int8), IsEmpty());
  EXPECT_EQ(int8.ops.size(), original.ops.size());
  EXPECT_LT(worst_error(original, int8), 0.03F);
  EXPECT_THAT(int8_violations(quantized_by_random(original, {.per_channel_fully_connected = true})), IsEmpty());
}

TEST(Quantize, GivesFusedActivationsTheWholeRangeOfIntegers) {
  testing::FloatGraph g;
  const ir::Graph graph = g.finish(g.conv(g.input({1, 4, 4, 2}), 3, 1, Activation::relu));
  const ir::Graph int8 = quantized_by_random(graph);
  EXPECT_EQ(int8.tensor(int8.outputs[0]).zero_point(), -128);
  EXPECT_LT(worst_error(graph, int8), 0.02F);
}

TEST(Quantize, RequantizesProbabilitiesBeforeAConcatenationWithOtherValues) {
  testing::FloatGraph g;
  const ir::TensorId in = g.input({1, 4, 4, 2});
  const ir::TensorId wide = g.conv(in, 3, 1);
  const ir::TensorId gate = g.op(ir::Sigmoid{}, {wide});
  const ir::Graph graph = g.finish(g.op(ir::Concat{.axis = 3}, {wide, gate}));
  const ir::Graph int8 = quantized_by_random(graph);
  EXPECT_THAT(int8_violations(int8), IsEmpty());
  EXPECT_EQ(int8.ops.size(), graph.ops.size() + 1);
  EXPECT_LT(worst_error(graph, int8), 0.02F);
}

TEST(Quantize, GivesHardSwishScalesOfItsOwn) {
  testing::FloatGraph g;
  const ir::Graph graph = g.finish(g.conv(g.op(ir::HardSwish{}, {g.conv(g.input({1, 6, 6, 3}), 8, 3)}), 4, 1));
  const ir::Graph int8 = quantized_by_random(graph);
  EXPECT_THAT(int8_violations(int8), IsEmpty());
  EXPECT_NE(int8.tensor(int8.ops[1].inputs[0]).scale(), int8.tensor(int8.ops[1].outputs[0]).scale());
  EXPECT_LT(worst_error(graph, int8), 0.02F);
}

// TensorFlow Lite refuses an output whose steps are finer than 1/128 of the input's.
TEST(Quantize, KeepsHardSwishRunnableWhereAlmostNothingPasses) {
  testing::FloatGraph g;
  const ir::TensorId in = g.input({1, 1, 1, 4});
  const ir::Graph graph = g.finish(g.op(ir::HardSwish{}, {in}));
  const ir::Graph int8 = quantize(graph, {.ranges = {Range{-400, 0.01F}, Range{-0.1F, 0.01F}}});
  const std::vector<reference::Bytes> input{reference::Bytes(4, std::byte{127})};
  EXPECT_NO_THROW(reference::run(int8, input));
}

TEST(Quantize, WritesPaddingValuesInTheTensorsIntegers) {
  testing::FloatGraph g;
  const ir::TensorId in = g.input({1, 2, 2, 1});
  const ir::Graph graph = g.finish(g.op(ir::Pad{.amounts = {{0, 0}, {1, 0}, {0, 0}, {0, 0}}, .value = 3.0}, {in}));
  const ir::Graph int8 = quantized_by_random(graph);
  EXPECT_THAT(int8_violations(int8), IsEmpty());
  EXPECT_LT(worst_error(graph, int8), 0.01F);
  EXPECT_EQ(std::get<ir::Pad>(int8.ops[0].kind).value, 127.0);
}

TEST(Quantize, PutsConversionsAtTheEndsWhereAsked) {
  const ir::Graph original = small_network();
  const ir::Graph with_float =
      quantized_by_random(original, {.input_type = ir::DataType::float32, .output_type = ir::DataType::float32});
  EXPECT_THAT(int8_violations(with_float), IsEmpty());
  const auto input = testing::random_samples(original, 1).inputs(0);
  const ir::Graph int8 = quantized_by_random(original);
  EXPECT_EQ(testing::values_of<float>(reference::run(with_float, input).at(0)),
            dequantized_output(int8, reference::run(int8, quantized_inputs(int8, input)).at(0)));

  const ir::Graph with_uint8 =
      quantized_by_random(original, {.input_type = ir::DataType::uint8, .output_type = ir::DataType::uint8});
  EXPECT_THAT(int8_violations(with_uint8), IsEmpty());
  std::vector<reference::Bytes> shifted = quantized_inputs(int8, input);
  for (std::byte& value : shifted[0]) value ^= std::byte{0x80};
  reference::Bytes out = reference::run(with_uint8, shifted).at(0);
  for (std::byte& value : out) value ^= std::byte{0x80};
  EXPECT_EQ(out, reference::run(int8, quantized_inputs(int8, input)).at(0));
  EXPECT_THAT(testing::message_of([&] { quantized_by_random(original, {.input_type = ir::DataType::int16}); }),
              HasSubstr("input can be int8, uint8 or float32, not int16"));
}

TEST(Quantize, SaysWhatCannotBeQuantized) {
  const ir::Graph original = small_network();
  const Calibration calibration = calibrate(original, testing::random_samples(original, 2));
  const ir::Graph int8 = quantize(original, calibration);
  EXPECT_THAT(testing::message_of([&] { quantize(int8, calibration); }),
              HasSubstr("only a float32 model can be quantized"));
  EXPECT_THAT(testing::message_of([&] { quantize(original, {}); }), HasSubstr("\"input0\" has no calibrated range"));
  ir::Graph damaged = original;
  const ir::TensorId weights = damaged.ops[0].inputs[1];
  std::vector<float> values = damaged.tensor(weights).values<float>();
  values[3] = NAN;
  damaged.tensor(weights).data = ir::constant_data(std::span<const float>(values));
  EXPECT_THAT(testing::message_of([&] { quantize(damaged, calibration); }), HasSubstr("of \"op0\" is not finite"));
}

TEST(CheckInt8, FindsEachBrokenRule) {
  const ir::Graph good = quantized_by_random(small_network());
  const auto broken = [&](const auto& change) {
    ir::Graph graph = good;
    change(graph);
    const std::vector<std::string> found = int8_violations(graph);
    return found.empty() ? std::string() : found[0];
  };
  const auto output_of = [](ir::Graph& graph, std::size_t op) -> ir::Tensor& {
    return graph.tensor(graph.ops[op].outputs[0]);
  };
  const auto op_index = [&](std::string_view kind) {
    const auto found =
        std::find_if(good.ops.begin(), good.ops.end(), [&](const ir::Op& op) { return ir::name_of(op.kind) == kind; });
    return static_cast<std::size_t>(found - good.ops.begin());
  };
  const ir::Op& conv = good.ops[0];

  EXPECT_THAT(broken([&](ir::Graph& g) { output_of(g, 0).type = ir::DataType::float32; }),
              HasSubstr("is float32, not int8"));
  EXPECT_THAT(broken([&](ir::Graph& g) { output_of(g, 0).quantization.reset(); }),
              HasSubstr("does not have one scale"));
  EXPECT_THAT(broken([&](ir::Graph& g) { output_of(g, 0).quantization->zero_point[0] = 200; }),
              HasSubstr("zero point 200"));
  EXPECT_THAT(broken([&](ir::Graph& g) { g.tensor(conv.inputs[1]).quantization->zero_point[2] = 1; }),
              HasSubstr("weights have a zero point other than 0"));
  EXPECT_THAT(broken([&](ir::Graph& g) { g.tensor(conv.inputs[1]).quantization->axis = 3; }),
              HasSubstr("along dimension 3"));
  EXPECT_THAT(broken([&](ir::Graph& g) {
                auto values = g.tensor(conv.inputs[1]).values<std::int8_t>();
                values[0] = -128;
                g.tensor(conv.inputs[1]).data = ir::constant_data(std::span<const std::int8_t>(values));
              }),
              HasSubstr("a weight is -128"));
  EXPECT_THAT(broken([&](ir::Graph& g) { g.tensor(conv.inputs[2]).quantization->scale[1] *= 1.01F; }),
              HasSubstr("is not input scale * weight scale"));
  EXPECT_THAT(broken([&](ir::Graph& g) { output_of(g, op_index("softmax")).quantization->scale[0] = 0.01F; }),
              HasSubstr("not 1/256 and -128"));
  const ir::TensorId padded = good.ops[op_index("pad")].outputs[0];
  EXPECT_THAT(broken([&](ir::Graph& g) { g.tensor(padded).quantization->zero_point[0] += 1; }),
              HasSubstr("has other parameters"));
}

}  // namespace
}  // namespace thimble::quantize
