// Operators without weights: every kernel equals the reference interpreter.
#include <algorithm>

#include <gtest/gtest.h>

#include "ir/slice_region.h"
#include "run_kernel.h"

namespace thimble {

namespace {

using testing::add_activation;
using testing::add_op;
using testing::any_of;
using testing::any_scale;
using testing::any_zero_point;
using testing::Execution;
using testing::one_of;
using testing::Random;
using testing::SingleOp;

/// Runs an operator on both kinds of core, in rows and in rings where `by_rows`, and over its input where it may.
void check(const SingleOp& single, bool by_rows) {
  const auto expected = single.expected();
  for (const bool dsp : {false, true}) {
    target::Core core;
    core.dsp = dsp;
    const auto choice = target::choose_kernel(single.graph, single.op(), core);
    std::vector<Execution> executions{Execution{}};
    if (by_rows) executions = {Execution{}, {2, false, false}, {1, true, false}, {3, true, false}};
    if (by_rows && single.inputs.size() == 1) {
      executions.push_back({0, false, false, true});
      executions.push_back({2, false, false, true});
    }
    if (choice.in_place) executions.push_back({0, false, true});
    for (const Execution& execution : executions) {
      EXPECT_EQ(testing::run_kernel(single, choice, execution), expected)
          << choice.kernel << " of " << ir::text_of(single.graph.tensor(0).shape) << ", rows a call "
          << execution.rows_a_call << (execution.rings ? ", rings" : "") << (execution.in_place ? ", in place" : "")
          << (execution.into_input ? ", into its input" : "");
    }
  }
}

/// Sums up the rows of an operator that can be summed up, all at once and a few at a time.
void check_sums(const SingleOp& single) {
  const auto expected = single.expected();
  for (const bool dsp : {false, true}) {
    target::Core core;
    core.dsp = dsp;
    const auto candidates = target::kernel_candidates(single.graph, single.op(), core);
    ASSERT_EQ(candidates.size(), 2U);
    ASSERT_TRUE(candidates[1].accumulates);
    EXPECT_FALSE(candidates[0].accumulates);
    for (const int rows_a_call : {0, 1, 2, 3})
      EXPECT_EQ(testing::run_kernel(single, candidates[1], {rows_a_call, false, false}), expected)
          << candidates[1].kernel << " of " << ir::text_of(single.graph.tensor(0).shape) << ", rows a call "
          << rows_a_call;
  }
}

ir::Shape any_image(Random& random) { return {1, any_of(random, 1, 7), any_of(random, 1, 7), any_of(random, 1, 9)}; }

ir::Activation any_activation(Random& random) { return static_cast<ir::Activation>(one_of(random, {0, 0, 1, 2, 3})); }

template <typename Operator>
void check_binary(Random& random, ir::Shape a, ir::Shape b, bool by_rows) {
  SingleOp single;
  const float a_scale = any_scale(random);
  const float b_scale = one_of(random, {0, 1}) != 0 ? a_scale : any_scale(random);
  const ir::TensorId first = add_activation(single, random, std::move(a), a_scale, any_zero_point(random));
  const ir::TensorId second = add_activation(single, random, std::move(b), b_scale, any_zero_point(random));
  const bool is_product = std::is_same_v<Operator, ir::Mul>;
  const float out_scale = is_product ? a_scale * b_scale * static_cast<float>(one_of(random, {1, 3, 64, 500}))
                                     : std::max(a_scale, b_scale) * any_scale(random) * 4;
  add_op(single, Operator{any_activation(random)}, {first, second}, out_scale, any_zero_point(random));
  check(single, by_rows);
}

template <typename Operator>
void check_broadcasts(unsigned seed) {
  Random random(seed);
  for (int i = 0; i < 60; ++i) {
    const ir::Shape image = any_image(random);
    check_binary<Operator>(random, image, image, true);
    for (const int mask : {1, 2, 3, 4, 5, 6, 7}) {
      ir::Shape other = image;
      for (std::size_t d = 0; d < 3; ++d) {
        if ((mask >> d & 1) != 0) other[d + 1] = 1;
      }
      check_binary<Operator>(random, image, other, true);
      check_binary<Operator>(random, other, image, false);
    }
    check_binary<Operator>(random, image, {image[3]}, true);
    check_binary<Operator>(random, image, {image[1], 1, image[3]}, true);
    check_binary<Operator>(random, {image[1], image[2]}, {image[2]}, false);
    check_binary<Operator>(random, {2, image[1], 3, image[3]}, {image[1], 1, image[3]}, false);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(AddKernels, EqualTheReferenceForAnyScalesAndBroadcasting) { check_broadcasts<ir::Add>(1); }
TEST(SubKernels, EqualTheReferenceForAnyScalesAndBroadcasting) { check_broadcasts<ir::Sub>(2); }
TEST(MulKernels, EqualTheReferenceForAnyScalesAndBroadcasting) { check_broadcasts<ir::Mul>(3); }

TEST(AddKernels, EqualTheReferenceForEveryPairOfValues) {
  Random random(4);
  for (int i = 0; i < 24; ++i) {
    SingleOp single;
    const float a_scale = i % 4 == 0 ? 0.5F : any_scale(random);
    const float b_scale = i % 4 == 0 ? 0.5F : any_scale(random);
    add_activation(single, random, {1, 256, 256, 1}, a_scale, any_zero_point(random));
    add_activation(single, random, {1, 256, 256, 1}, b_scale, any_zero_point(random));
    for (std::size_t v = 0; v < 65536; ++v) {
      single.inputs[0][v] = static_cast<std::byte>(v);
      single.inputs[1][v] = static_cast<std::byte>(v >> 8);
    }
    add_op(single, ir::Add{}, {0, 1}, std::max(a_scale, b_scale) * any_scale(random) * 3, any_zero_point(random));
    check(single, false);
    if (HasFailure()) return;
  }
}

TEST(MulKernels, EqualTheReferenceForEveryPairOfValues) {
  Random random(14);
  for (int i = 0; i < 24; ++i) {
    SingleOp single;
    add_activation(single, random, {1, 256, 256, 1}, 0.5F, any_zero_point(random));
    add_activation(single, random, {1, 256, 256, 1}, 0.5F, any_zero_point(random));
    for (std::size_t v = 0; v < 65536; ++v) {
      single.inputs[0][v] = static_cast<std::byte>(v);
      single.inputs[1][v] = static_cast<std::byte>(v >> 8);
    }
    const auto scale = static_cast<float>(one_of(random, {1, 20, 120, 2000}));
    add_op(single, ir::Mul{}, {0, 1}, scale * any_scale(random), any_zero_point(random));
    check(single, false);
    if (HasFailure()) return;
  }
}

/// More pixels than sums of int16 hold, all of them extreme.
TEST(PoolAndMeanKernels, SumLargeWindowsOfExtremes) {
  for (const int value : {-128, 127}) {
    for (const ir::Shape& image : {ir::Shape{1, 40, 23, 5}, ir::Shape{1, 3, 300, 8}}) {
      Random random(15);
      SingleOp pooled;
      add_activation(pooled, random, image, 0.5F, 3);
      std::ranges::fill(pooled.inputs[0], static_cast<std::byte>(value));
      SingleOp mean = pooled;
      ir::Pool2D pool;
      pool.filter_h = image[1];
      pool.filter_w = image[2];
      add_op(pooled, pool, {0}, 0.5F, 3);
      check(pooled, true);
      check_sums(pooled);
      add_op(mean, ir::Mean{{1, 2}, true}, {0}, 0.6F, -7);
      check(mean, false);
      check_sums(mean);
    }
  }
}

TEST(PoolAndMeanKernels, SumUpRowsAsTheyAppear) {
  Random random(16);
  for (int i = 0; i < 60; ++i) {
    const ir::Shape image{1, any_of(random, 2, 9), any_of(random, 1, 9), any_of(random, 1, 11)};
    SingleOp mean;
    const float scale = any_scale(random);
    add_activation(mean, random, image, scale, any_zero_point(random));
    SingleOp pooled = mean;
    add_op(mean, ir::Mean{{1, 2}, i % 2 == 0}, {0}, scale * 0.7F, any_zero_point(random));
    check_sums(mean);
    ir::Pool2D pool;
    pool.activation = any_activation(random);
    pool.padding = {i % 3, i % 3, i % 2, i % 2};
    pool.filter_h = image[1] + 2 * pool.padding.top;
    pool.filter_w = image[2] + 2 * pool.padding.left;
    add_op(pooled, pool, {0}, scale, pooled.graph.tensor(0).zero_point());
    check_sums(pooled);
    if (HasFailure()) return;
  }
}

TEST(PoolKernels, EqualTheReferenceForAnyWindow) {
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    SingleOp single;
    const ir::Shape image = any_image(random);
    const float scale = any_scale(random);
    const int zero_point = any_zero_point(random);
    add_activation(single, random, image, scale, zero_point);
    ir::Pool2D pool;
    pool.kind = i % 2 == 0 ? ir::PoolKind::average : ir::PoolKind::max;
    pool.filter_h = any_of(random, 1, 4);
    pool.filter_w = any_of(random, 1, 4);
    pool.stride_h = any_of(random, 1, 3);
    pool.stride_w = any_of(random, 1, 3);
    pool.padding = {any_of(random, 0, pool.filter_h - 1), any_of(random, 0, pool.filter_h - 1),
                    any_of(random, 0, pool.filter_w - 1), any_of(random, 0, pool.filter_w - 1)};
    pool.activation = any_activation(random);
    if (image[1] + pool.padding.top + pool.padding.bottom < pool.filter_h ||
        image[2] + pool.padding.left + pool.padding.right < pool.filter_w) {
      continue;
    }
    add_op(single, pool, {0}, scale, zero_point);
    // A last window that lies in the padding alone has no average.
    const ir::Shape& out = single.output().shape;
    if ((out[1] - 1) * pool.stride_h - pool.padding.top >= image[1] ||
        (out[2] - 1) * pool.stride_w - pool.padding.left >= image[2]) {
      continue;
    }
    check(single, true);
    if (HasFailure()) return;
  }
}

TEST(TableKernel, EqualsTheReferenceForSigmoidHardSwishClampsAndRequantization) {
  Random random(6);
  for (int i = 0; i < 80; ++i) {
    SingleOp single;
    const float in_scale = any_scale(random);
    add_activation(single, random, any_image(random), in_scale, any_zero_point(random));
    const float scale = any_scale(random);
    if (i % 4 == 0) add_op(single, ir::Sigmoid{}, {0}, 1.0F / 256, -128);
    if (i % 4 == 1) add_op(single, ir::Clamp{ir::Activation::relu6}, {0}, scale, any_zero_point(random));
    if (i % 4 == 2) add_op(single, ir::Quantize{}, {0}, scale, any_zero_point(random));
    if (i % 4 == 3) add_op(single, ir::HardSwish{}, {0}, std::max(scale, in_scale / 100), any_zero_point(random));
    check(single, true);
    if (HasFailure()) return;
  }
}

TEST(PadKernel, EqualsTheReferenceForAnyAmounts) {
  Random random(7);
  for (int i = 0; i < 100; ++i) {
    SingleOp single;
    add_activation(single, random, any_image(random), 0.5F, 7);
    ir::Pad pad;
    pad.amounts.push_back({0, 0});
    for (int d = 0; d < 3; ++d) pad.amounts.push_back({any_of(random, 0, 3), any_of(random, 0, 3)});
    if (any_of(random, 0, 1) != 0) pad.amounts[3] = {0, 0};
    if (any_of(random, 0, 1) != 0) pad.value = -100;
    add_op(single, pad, {0}, 0.5F, 7);
    check(single, true);
    if (HasFailure()) return;
  }
}

TEST(PadKernel, TakesTensorsThatAreNotImages) {
  Random random(8);
  SingleOp matrix;
  add_activation(matrix, random, {5, 3}, 0.5F, 7);
  add_op(matrix, ir::Pad{{{2, 1}, {1, 2}}, std::nullopt}, {0}, 0.5F, 7);
  check(matrix, false);
  SingleOp cube;
  add_activation(cube, random, {4, 5, 3}, 0.5F, 7);
  add_op(cube, ir::Pad{{{1, 2}, {2, 1}, {0, 0}}, std::nullopt}, {0}, 0.5F, 7);
  check(cube, false);
}

TEST(ResizeKernel, EqualsTheReferenceForAnySize) {
  Random random(9);
  for (int i = 0; i < 60; ++i) {
    SingleOp single;
    const ir::Shape image = any_image(random);
    add_activation(single, random, image, 0.5F, 7);
    const ir::ResizeNearest resize{any_of(random, 0, 1) != 0, any_of(random, 0, 1) != 0};
    add_op(single, resize, {0}, 0.5F, 7, {1, any_of(random, 1, 12), any_of(random, 1, 12), image[3]});
    check(single, false);
    if (HasFailure()) return;
  }
}

TEST(MeanKernel, EqualsTheReferenceForAnyAxes) {
  Random random(10);
  for (int i = 0; i < 20; ++i) {
    const ir::Shape image = any_image(random);
    for (int mask = 1; mask < 8; ++mask) {
      SingleOp single;
      const float scale = any_scale(random);
      add_activation(single, random, image, scale, any_zero_point(random));
      ir::Mean mean;
      for (int axis = 1; axis < 4; ++axis) {
        if ((mask >> (axis - 1) & 1) != 0) mean.axes.push_back(axis);
      }
      mean.keep_dims = i % 2 == 0;
      add_op(single, mean, {0}, scale * 0.7F, any_zero_point(random));
      check(single, mean.keep_dims && mean.axes.front() != 1);
      if (HasFailure()) return;
    }
  }
}

TEST(TransposeKernel, EqualsTheReferenceForEveryPermutation) {
  Random random(11);
  std::vector<int> permutation{0, 1, 2, 3};
  do {
    SingleOp single;
    add_activation(single, random, {2, 3, 4, 5}, 0.5F, 7);
    add_op(single, ir::Transpose{permutation}, {0}, 0.5F, 7);
    check(single, false);
  } while (std::next_permutation(permutation.begin(), permutation.end()));
  SingleOp matrix;
  add_activation(matrix, random, {6, 5}, 0.5F, 7);
  add_op(matrix, ir::Transpose{{1, 0}}, {0}, 0.5F, 7);
  check(matrix, false);
}

TEST(SoftmaxKernel, EqualsTheReferenceForAnyScale) {
  Random random(12);
  for (int i = 0; i < 300; ++i) {
    SingleOp single;
    add_activation(single, random, {any_of(random, 1, 3), any_of(random, 1, 30)}, any_scale(random),
                   any_zero_point(random));
    add_op(single, ir::Softmax{any_scale(random) * 4}, {0}, 1.0F / 256, -128);
    check(single, false);
    if (HasFailure()) return;
  }
}

TEST(ConcatenationByCopies, EqualsTheReferenceAlongEveryAxis) {
  Random random(13);
  for (int axis = 1; axis < 4; ++axis) {
    SingleOp single;
    std::vector<ir::TensorId> inputs;
    for (int i = 1; i <= 3; ++i) {
      ir::Shape shape{1, 2, 3, 4};
      shape[static_cast<std::size_t>(axis)] = i;
      inputs.push_back(add_activation(single, random, shape, 0.5F, 7));
    }
    add_op(single, ir::Concat{axis, ir::Activation::none}, inputs, 0.5F, 7);
    check(single, false);
  }
}

TEST(SliceByCopies, TakesAnyRectangle) {
  Random random(15);
  for (int i = 0; i < 40; ++i) {
    SingleOp single;
    const ir::Shape image = any_image(random);
    add_activation(single, random, image, 0.5F, 7);
    const int top = any_of(random, 0, image[1] - 1);
    const int left = any_of(random, 0, image[2] - 1);
    const ir::Region region{{top, any_of(random, top + 1, image[1])}, {left, any_of(random, left + 1, image[2])}};
    ir::append_slice(single.graph, single.graph.ops, 0, region, "slice");
    for (std::size_t k = 1; k < 4; ++k) single.inputs.push_back(*single.graph.tensor(single.op().inputs[k]).data);
    check(single, true);
    if (HasFailure()) return;
  }
}

TEST(ReshapeByCopy, KeepsTheBytes) {
  Random random(14);
  SingleOp single;
  add_activation(single, random, {1, 2, 3, 4}, 0.5F, 7);
  add_op(single, ir::Reshape{}, {0}, 0.5F, 7, {6, 4});
  check(single, false);
}

}  // namespace

}  // namespace thimble
