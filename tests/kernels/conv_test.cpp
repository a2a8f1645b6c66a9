// Convolutions, depthwise convolutions and fully connected layers: every variant equals the reference interpreter.
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "run_kernel.h"
#include "target/kernel_variants.h"

namespace thimble {

namespace {

using testing::any_of;
using testing::ConvCase;
using testing::Execution;
using testing::one_of;
using testing::Random;
using testing::SingleOp;

target::Core core_with(bool dsp) {
  target::Core core;
  core.dsp = dsp;
  return core;
}

std::string text_of(const ConvCase& c) {
  return fmt::format("in {}x{}x{} out_ch {} kernel {}x{} stride {}x{} dilation {}x{} padding {} {} {} {} {}{}{}",
                     c.in_h, c.in_w, c.in_ch, c.out_ch, c.kernel_h, c.kernel_w, c.stride_h, c.stride_w, c.dilation_h,
                     c.dilation_w, c.padding.top, c.padding.bottom, c.padding.left, c.padding.right,
                     c.depthwise ? "depthwise " : "", c.connected ? "connected " : "", c.bias ? "" : "without bias");
}

/// The kernels for a case, the one for a few rows at a time, the one with little scratch, and those that gather columns
/// with tiles of more than four, up to more than a row.
std::vector<target::KernelChoice> choices_for(const SingleOp& single, bool dsp) {
  std::vector<target::KernelChoice> choices = target::kernel_candidates(single.graph, single.op(), core_with(dsp));
  const target::KernelChoice by_rows =
      target::choose_row_kernel(single.graph, single.op(), core_with(dsp), {.dsp = dsp}, choices.front());
  if (by_rows.kernel != choices.front().kernel) choices.push_back(by_rows);
  const auto lean = target::kernel_candidates(single.graph, single.op(), core_with(dsp), {.dsp = dsp, .lean = true});
  if (lean.front().kernel != choices.front().kernel) choices.push_back(lean.front());
  const std::size_t without_tiles = choices.size();
  for (std::size_t i = 0; testing::kernels_have_tiles && i < without_tiles; ++i) {
    for (int blocks = 2; choices[i].column_bytes > 0 && blocks <= 4; ++blocks) {
      target::KernelChoice tiled = choices[i];
      tiled.tile_pixels = 4 * blocks;
      tiled.scratch_bytes += (blocks - 1) * tiled.column_bytes;
      choices.push_back(std::move(tiled));
    }
  }
  return choices;
}

/// Runs a case in every way there is, and says which kernels it used.
std::set<std::string> check(Random& random, const ConvCase& c) {
  const SingleOp single = testing::conv_op(random, c);
  const auto expected = single.expected();
  std::set<std::string> used;
  for (const bool dsp : {false, true}) {
    for (const auto& choice : choices_for(single, dsp)) {
      used.insert(choice.kernel);
      for (const Execution& execution :
           {Execution{}, Execution{2, false, false}, Execution{1, true, false}, Execution{3, true, false}}) {
        EXPECT_EQ(testing::run_kernel(single, choice, execution), expected)
            << choice.kernel << ", " << text_of(c) << ", rows a call " << execution.rows_a_call
            << (execution.rings ? ", rings" : "");
        if (c.connected) break;  // One row.
      }
      for (const int rows_a_call : {0, 1, 2}) {
        if (choice.driver != "thimble_conv_rows" || c.connected) continue;
        EXPECT_EQ(testing::run_kernel(single, choice, {rows_a_call, false, false, true}), expected)
            << choice.kernel << ", " << text_of(c) << ", into its input, rows a call " << rows_a_call;
      }
      if (choice.in_place) {
        EXPECT_EQ(testing::run_kernel(single, choice, {0, false, true}), expected)
            << choice.kernel << ", " << text_of(c) << ", in place";
      }
    }
  }
  return used;
}

/// Padding up to the kernel's reach, and such that an output remains.
ir::Padding any_padding(Random& random, const ConvCase& c) {
  const int reach_h = (c.kernel_h - 1) * c.dilation_h;
  const int reach_w = (c.kernel_w - 1) * c.dilation_w;
  ir::Padding padding{any_of(random, 0, reach_h), any_of(random, 0, reach_h), any_of(random, 0, reach_w),
                      any_of(random, 0, reach_w)};
  padding.bottom = std::max(padding.bottom, reach_h + 1 - c.in_h - padding.top);
  padding.right = std::max(padding.right, reach_w + 1 - c.in_w - padding.left);
  return padding;
}

ConvCase any_case(Random& random) {
  ConvCase c;
  c.in_h = any_of(random, 1, 9);
  c.in_w = any_of(random, 1, 14);
  c.in_ch = one_of(random, {1, 2, 3, 4, 5, 8, 12, 16, 20, any_of(random, 1, 40)});
  c.out_ch = any_of(random, 1, 9);
  c.bias = any_of(random, 0, 4) > 0;
  c.strange_channels = any_of(random, 0, 3) == 0;
  c.spread = one_of(random, {1, 1, 1, 1, 20});
  c.activation = static_cast<ir::Activation>(one_of(random, {0, 0, 1, 2, 3}));
  return c;
}

TEST(Convolution, EqualsTheReferenceForAnyShape) {
  Random random(1);
  for (int i = 0; i < 400; ++i) {
    ConvCase c = any_case(random);
    c.kernel_h = any_of(random, 1, 5);
    c.kernel_w = any_of(random, 1, 5);
    c.stride_h = any_of(random, 1, 3);
    c.stride_w = any_of(random, 1, 3);
    c.dilation_h = one_of(random, {1, 1, 1, 2, 3});
    c.dilation_w = one_of(random, {1, 1, 1, 2, 3});
    c.padding = any_padding(random, c);
    check(random, c);
    if (HasFailure()) return;
  }
}

TEST(Convolution, OfManyChannelsEqualsTheReference) {
  Random random(10);
  for (int i = 0; i < 30; ++i) {
    ConvCase c = any_case(random);
    c.in_ch = 4 * any_of(random, 8, 40);
    c.out_ch = any_of(random, 14, 36);
    c.kernel_h = c.kernel_w = one_of(random, {2, 3});
    c.stride_h = c.stride_w = one_of(random, {1, 2});
    c.padding = any_padding(random, c);
    check(random, c);
    if (HasFailure()) return;
  }
}

TEST(PointwiseConvolution, EqualsTheReferenceForAnyShape) {
  Random random(2);
  for (int i = 0; i < 300; ++i) {
    ConvCase c = any_case(random);
    c.kernel_h = c.kernel_w = 1;
    c.stride_h = c.stride_w = one_of(random, {1, 1, 2});
    check(random, c);
    if (HasFailure()) return;
  }
}

TEST(FullyConnected, EqualsTheReferenceForAnyShape) {
  Random random(3);
  for (int i = 0; i < 150; ++i) {
    ConvCase c = any_case(random);
    c.connected = true;
    c.kernel_h = c.kernel_w = 1;
    c.in_h = 1;
    c.in_w = one_of(random, {1, 1, 2, 3, 7});
    c.in_ch = any_of(random, 1, 200);
    check(random, c);
    if (HasFailure()) return;
  }
}

TEST(DepthwiseConvolution, EqualsTheReferenceForAnyShape) {
  Random random(4);
  for (int i = 0; i < 400; ++i) {
    ConvCase c = any_case(random);
    c.depthwise = true;
    c.out_ch = one_of(random, {1, 1, 2, 3, 8});  // The multiplier.
    c.kernel_h = any_of(random, 1, 7);
    c.kernel_w = any_of(random, 1, 7);
    c.stride_h = any_of(random, 1, 3);
    c.stride_w = any_of(random, 1, 3);
    c.dilation_h = one_of(random, {1, 1, 1, 2});
    c.dilation_w = one_of(random, {1, 1, 1, 2});
    c.padding = any_padding(random, c);
    check(random, c);
    if (HasFailure()) return;
  }
}

TEST(DepthwiseConvolution, OfSquareKernelsEqualsTheReferenceForEveryWidth) {
  Random random(5);
  for (const int size : {3, 5, 7}) {
    for (const int stride : {1, 2}) {
      for (int width = 1; width <= 18; ++width) {
        ConvCase c = any_case(random);
        c.depthwise = true;
        c.out_ch = 1;
        c.in_w = width;
        c.kernel_h = c.kernel_w = size;
        c.stride_h = c.stride_w = stride;
        c.padding = any_padding(random, c);
        check(random, c);
        if (HasFailure()) return;
      }
    }
  }
}

TEST(DepthwiseConvolution, OfTallImagesEqualsTheReference) {
  Random random(9);
  for (int i = 0; i < 150; ++i) {
    ConvCase c = any_case(random);
    c.depthwise = true;
    c.in_h = any_of(random, 5, 30);
    c.in_w = any_of(random, 1, 6);
    c.out_ch = 1;
    c.padding = any_padding(random, c);
    check(random, c);
    if (HasFailure()) return;
  }
}

/// Images of one column, as audio models have.
TEST(DepthwiseConvolution, OfOneColumnEqualsTheReference) {
  Random random(8);
  for (int i = 0; i < 200; ++i) {
    ConvCase c = any_case(random);
    c.depthwise = true;
    c.in_h = any_of(random, 1, 30);
    c.in_w = c.kernel_w = 1;
    c.out_ch = one_of(random, {1, 1, 2});
    c.kernel_h = any_of(random, 1, 11);
    c.stride_h = any_of(random, 1, 3);
    c.dilation_h = one_of(random, {1, 1, 2});
    c.padding = any_padding(random, c);
    check(random, c);
    if (HasFailure()) return;
  }
}

TEST(Convolution, SumsWithoutOverflowWhereDepthIsGreatest) {
  Random random(6);
  ConvCase c;
  c.in_h = c.in_w = 3;
  c.in_ch = 1024;
  c.out_ch = 3;
  check(random, c);
}

/// Kernels with weights are tested here, those of groups of channels in partial_test.cpp, all others in
/// operators_test.cpp.
TEST(Convolution, CasesReachEveryVariant) {
  Random random(7);
  std::set<std::string> used;
  const auto add = [&](ConvCase c) { used.merge(check(random, c)); };
  for (const int in_ch : {3, 4, 16}) {
    ConvCase c;
    c.in_ch = in_ch;
    add(c);
    c.kernel_h = c.kernel_w = 1;
    add(c);
    c.in_h = c.in_w = 1;
    add(c);
  }
  ConvCase tall;
  tall.in_h = 8;
  tall.depthwise = true;
  tall.kernel_w = 1;
  add(tall);
  tall.in_h = 25;
  tall.kernel_w = 3;
  tall.out_ch = 1;
  add(tall);
  for (const int size : {3, 5, 7}) {
    for (const int stride : {1, 2}) {
      ConvCase c;
      c.in_h = c.in_w = 8;
      c.depthwise = true;
      c.out_ch = 1;
      c.kernel_h = c.kernel_w = size;
      c.stride_h = c.stride_w = stride;
      add(c);
    }
  }
  for (const auto& variant : target::all_kernels()) {
    if (!variant.weight_layout.empty() && variant.driver != "thimble_sums_rows") {
      EXPECT_TRUE(used.contains(std::string(variant.name))) << variant.name;
    }
  }
}

}  // namespace

}  // namespace thimble
