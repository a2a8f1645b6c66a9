#include <array>

#include "ir/builders/families.h"

namespace thimble::ir::builders {

namespace {

// Rows: input, middle and output channels, kernel, stride, shortcut. Each table equals the released .tflite file.

NetConfig in0() {
  static constexpr std::array<InvertedRow, 15> rows{{
      {24, 24, 16, 3, 1, false},
      {16, 64, 16, 5, 2, false},
      {16, 48, 16, 3, 1, true},
      {16, 64, 16, 3, 1, true},
      {16, 80, 24, 7, 2, false},
      {24, 96, 24, 5, 1, true},
      {24, 120, 24, 5, 1, true},
      {24, 120, 48, 7, 2, false},
      {48, 192, 48, 5, 1, true},
      {48, 240, 56, 3, 1, false},
      {56, 224, 56, 5, 1, true},
      {56, 280, 56, 3, 1, true},
      {56, 336, 112, 3, 2, false},
      {112, 448, 112, 5, 1, true},
      {112, 672, 192, 3, 1, false},
  }};
  return inverted_network("mcunet-in0", 48, 24, rows, 0, 1000);
}

NetConfig in1() {
  static constexpr std::array<InvertedRow, 14> rows{{
      {16, 16, 8, 3, 1, false},
      {8, 32, 16, 3, 2, false},
      {16, 48, 16, 3, 1, true},
      {16, 48, 24, 7, 2, false},
      {24, 120, 24, 3, 1, true},
      {24, 120, 40, 3, 2, false},
      {40, 160, 40, 7, 1, true},
      {40, 160, 48, 5, 1, false},
      {48, 144, 48, 3, 1, true},
      {48, 192, 48, 3, 1, true},
      {48, 240, 96, 7, 2, false},
      {96, 384, 96, 5, 1, true},
      {96, 384, 96, 5, 1, true},
      {96, 576, 160, 3, 1, false},
  }};
  return inverted_network("mcunet-in1", 96, 16, rows, 0, 1000);
}

NetConfig in3() {
  static constexpr std::array<InvertedRow, 18> rows{{
      {16, 16, 8, 3, 1, false},
      {8, 24, 16, 7, 2, false},
      {16, 80, 16, 3, 1, true},
      {16, 80, 16, 7, 1, true},
      {16, 64, 16, 5, 1, true},
      {16, 80, 24, 5, 2, false},
      {24, 120, 24, 5, 1, true},
      {24, 120, 24, 5, 1, true},
      {24, 120, 40, 3, 2, false},
      {40, 240, 40, 7, 1, true},
      {40, 160, 40, 5, 1, true},
      {40, 200, 48, 5, 1, false},
      {48, 240, 48, 7, 1, true},
      {48, 240, 48, 3, 1, true},
      {48, 288, 96, 3, 2, false},
      {96, 480, 96, 7, 1, true},
      {96, 384, 96, 3, 1, true},
      {96, 480, 160, 7, 1, false},
  }};
  return inverted_network("mcunet-in3", 176, 16, rows, 0, 1000);
}

NetConfig vww0() {
  static constexpr std::array<InvertedRow, 14> rows{{
      {16, 16, 8, 3, 1, false},
      {8, 48, 16, 5, 2, false},
      {16, 64, 16, 3, 1, true},
      {16, 80, 24, 3, 2, false},
      {24, 96, 24, 3, 1, true},
      {24, 96, 24, 3, 1, true},
      {24, 120, 40, 3, 2, false},
      {40, 160, 40, 3, 1, true},
      {40, 120, 40, 7, 1, true},
      {40, 120, 48, 3, 1, false},
      {48, 192, 48, 3, 1, true},
      {48, 240, 96, 7, 2, false},
      {96, 480, 96, 5, 1, true},
      {96, 384, 160, 7, 1, false},
  }};
  return inverted_network("mcunet-vww0", 64, 16, rows, 0, 2);
}

NetConfig vww1() {
  static constexpr std::array<InvertedRow, 15> rows{{
      {16, 16, 8, 3, 1, false},
      {8, 48, 16, 3, 2, false},
      {16, 48, 16, 3, 1, true},
      {16, 48, 16, 3, 1, true},
      {16, 48, 24, 7, 2, false},
      {24, 144, 24, 3, 1, true},
      {24, 120, 24, 5, 1, true},
      {24, 144, 40, 7, 2, false},
      {40, 240, 40, 7, 1, true},
      {40, 240, 48, 3, 1, false},
      {48, 192, 48, 3, 1, true},
      {48, 240, 96, 5, 2, false},
      {96, 480, 96, 3, 1, true},
      {96, 384, 96, 3, 1, true},
      {96, 288, 160, 7, 1, false},
  }};
  return inverted_network("mcunet-vww1", 80, 16, rows, 0, 2);
}

NetConfig vww2() {
  static constexpr std::array<InvertedRow, 22> rows{{
      {16, 16, 8, 3, 1, false},  {8, 24, 16, 3, 2, false},    {16, 80, 16, 3, 1, true},  {16, 96, 16, 5, 1, true},
      {16, 48, 16, 3, 1, true},  {16, 80, 24, 7, 2, false},   {24, 96, 24, 5, 1, true},  {24, 96, 24, 3, 1, true},
      {24, 144, 24, 7, 1, true}, {24, 144, 40, 3, 2, false},  {40, 240, 40, 7, 1, true}, {40, 160, 40, 5, 1, true},
      {40, 200, 40, 3, 1, true}, {40, 200, 48, 5, 1, false},  {48, 144, 48, 5, 1, true}, {48, 192, 48, 3, 1, true},
      {48, 144, 48, 5, 1, true}, {48, 192, 96, 3, 2, false},  {96, 480, 96, 5, 1, true}, {96, 384, 96, 5, 1, true},
      {96, 384, 96, 3, 1, true}, {96, 480, 160, 3, 1, false},
  }};
  return inverted_network("mcunet-vww2", 144, 16, rows, 0, 2);
}

constexpr std::array<Published, 6> mcunet_networks{{
    {"mcunet-in0", "MCUNet, ImageNet at 10 frames/s: 48x48, 6.4 MMAC", in0},
    {"mcunet-in1", "MCUNet, ImageNet at 5 frames/s: 96x96, 12.8 MMAC", in1},
    {"mcunet-in3", "MCUNet, ImageNet in 320 kB and 1 MB: 176x176, 81.8 MMAC", in3},
    {"mcunet-vww0", "MCUNet, Visual Wake Words at 10 frames/s: 64x64, 6.0 MMAC", vww0},
    {"mcunet-vww1", "MCUNet, Visual Wake Words at 5 frames/s: 80x80, 11.6 MMAC", vww1},
    {"mcunet-vww2", "MCUNet, Visual Wake Words in 320 kB and 1 MB: 144x144, 55.8 MMAC", vww2},
}};

}  // namespace

std::span<const Published> mcunet() { return mcunet_networks; }

}  // namespace thimble::ir::builders
