#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference/parameters.h"
#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(Pad, AddsTheZeroPointUnlessAValueIsGiven) {
  const Operand input = int8s({1, 1, 2}, {1, 2}, 1.0F, -7);
  const ir::Tensor out = int8_tensor({1, 2, 4}, 1.0F, -7);
  ir::Pad pad{{{0, 0}, {1, 0}, {1, 1}}, std::nullopt};
  EXPECT_THAT(int8_result(pad, {input}, out), ElementsAre(-7, -7, -7, -7, -7, 1, 2, -7));
  pad.value = 9;
  EXPECT_THAT(int8_result(pad, {input}, out), ElementsAre(9, 9, 9, 9, 9, 1, 2, 9));
}

TEST(Pad, AddsFloatZeros) {
  EXPECT_THAT(result<float>(ir::Pad{{{1, 0}}, std::nullopt}, {floats({2}, {1.5F, 2.5F})}, float_tensor({3})),
              ElementsAre(0.0F, 1.5F, 2.5F));
}

TEST(Reshape, KeepsTheBytes) {
  EXPECT_THAT(result<float>(ir::Reshape{}, {floats({2, 1}, {3.0F, 4.0F})}, float_tensor({2})), ElementsAre(3.0F, 4.0F));
}

TEST(Transpose, MovesDimensionPermutationOfDToD) {
  const Operand input = int32s({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(result<std::int32_t>(ir::Transpose{{2, 0, 1}}, {input}, tensor_of(ir::DataType::int32, {3, 1, 2})),
              ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Concat, JoinsAlongAnyAxis) {
  const Operand a = int8s({1, 2, 1}, {1, 2});
  const Operand b = int8s({1, 2, 2}, {3, 4, 5, 6});
  EXPECT_THAT(int8_result(ir::Concat{2, ir::Activation::none}, {a, b}, int8_tensor({1, 2, 3})),
              ElementsAre(1, 3, 4, 2, 5, 6));
  EXPECT_THAT(int8_result(ir::Concat{1, ir::Activation::none}, {a, a}, int8_tensor({1, 4, 1})),
              ElementsAre(1, 2, 1, 2));
}

TEST(ResizeNearest, CopiesWholePixels) {
  const Operand input = int8s({1, 1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(int8_result(ir::ResizeNearest{}, {input}, int8_tensor({1, 2, 4, 2})),
              ElementsAreArray({1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(ResizeNearest, PicksItsSourcesAsEachModeSays) {
  EXPECT_THAT(reference::nearest_sources(4, 3, false, false), ElementsAre(0, 1, 2));      // floor(i * 4/3)
  EXPECT_THAT(reference::nearest_sources(4, 3, false, true), ElementsAre(0, 2, 3));       // floor((i + 0.5) * 4/3)
  EXPECT_THAT(reference::nearest_sources(4, 3, true, false), ElementsAre(0, 2, 3));       // round(i * 3/2)
  EXPECT_THAT(reference::nearest_sources(3, 5, true, true), ElementsAre(0, 1, 1, 2, 2));  // round((i + 0.5) / 2)
}

TEST(ShapeOf, IsTheInputsShape) {
  EXPECT_THAT(result<std::int32_t>(ir::ShapeOf{}, {floats({1, 3}, {0, 0, 0})}, tensor_of(ir::DataType::int32, {2})),
              ElementsAre(1, 3));
}

TEST(StridedSlice, HonoursMasksNegativeBoundsAndSteps) {
  const Operand input = int32s({5}, {10, 11, 12, 13, 14});
  const auto slice = [&](ir::StridedSlice kind, int begin, int end, int stride, ir::Shape out) {
    return result<std::int32_t>(kind, {input, int32s({1}, {begin}), int32s({1}, {end}), int32s({1}, {stride})},
                                tensor_of(ir::DataType::int32, std::move(out)));
  };
  EXPECT_THAT(slice({}, 1, 4, 2, {2}), ElementsAre(11, 13));
  EXPECT_THAT(slice({}, -2, 100, 1, {2}), ElementsAre(13, 14));
  EXPECT_THAT(slice({.begin_mask = 1}, 3, -2, 1, {3}), ElementsAre(10, 11, 12));
  EXPECT_THAT(slice({.end_mask = 1}, 1, 0, -1, {2}), ElementsAre(11, 10));
  EXPECT_THAT(slice({.shrink_axis_mask = 1}, -1, 0, 1, {}), ElementsAre(14));
}

TEST(Pack, StacksScalars) {
  EXPECT_THAT(
      result<std::int32_t>(ir::Pack{0}, {int32s({}, {7}), int32s({}, {8})}, tensor_of(ir::DataType::int32, {2})),
      ElementsAre(7, 8));
}

}  // namespace
}  // namespace thimble::testing
