// What a user bounds, as what a network may need.
#include "search/limits.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/planner.h"

namespace thimble::search {
namespace {

target::Board board() {
  target::Board board;
  board.name = "some";
  board.clock_mhz = 100;
  board.active_power_mw = 40;
  board.sram_bytes = 1 << 14;
  board.flash_bytes = 1 << 17;
  return board;
}

NetworkCost cost_of(std::int64_t sram, std::int64_t flash, std::int64_t macs, double cycles) {
  NetworkCost cost;
  cost.sram_bytes = sram;
  cost.flash_bytes = flash;
  cost.macs = macs;
  cost.cycles = cycles;
  return cost;
}

TEST(Limits, OfABoardAreItsMemoriesLessTheStack) {
  const Limits limits = limits_on(board(), {});
  const std::int64_t arena = (1 << 14) - plan::stack_bytes;
  EXPECT_TRUE(fits(cost_of(arena, 1 << 17, 1'000'000'000, 1e12), limits));
  EXPECT_FALSE(fits(cost_of(arena + 1, 1 << 17, 1, 1), limits));
  EXPECT_FALSE(fits(cost_of(arena, (1 << 17) + 1, 1, 1), limits));
}

TEST(Limits, OfTimeAreOfMacsAndOfCycles) {
  const Limits limits = limits_on(board(), {.max_mmacs = 2.5, .fps = 10});
  EXPECT_TRUE(fits(cost_of(1, 1, 2'500'000, 1e7), limits));
  EXPECT_FALSE(fits(cost_of(1, 1, 2'500'001, 1e7), limits));
  EXPECT_FALSE(fits(cost_of(1, 1, 2'500'000, 1.01e7), limits)) << "100 MHz are 10 pictures of 10 million cycles";
}

TEST(Limits, OfEnergyAreOfCyclesAtTheActivePower) {
  // 40 mW for 50 ms are 2,000 uJ, and 50 ms at 100 MHz are 5 million cycles.
  EXPECT_DOUBLE_EQ(limits_on(board(), {.max_uj = 2000}).cycles, 5e6);
  EXPECT_DOUBLE_EQ(limits_on(board(), {.fps = 10, .max_uj = 2000}).cycles, 5e6);
  EXPECT_DOUBLE_EQ(limits_on(board(), {.fps = 50, .max_uj = 2000}).cycles, 2e6);
}

TEST(Limits, AreRefusedWhereTheBoardDoesNotSayWhatTheyNeed) {
  target::Board unknown = board();
  unknown.active_power_mw = 0;
  EXPECT_NO_THROW(limits_on(unknown, {.fps = 10}));
  EXPECT_THROW(limits_on(unknown, {.max_uj = 1}), Error);
  unknown.clock_mhz = 0;
  EXPECT_NO_THROW(limits_on(unknown, {.max_mmacs = 1}));
  EXPECT_THROW(limits_on(unknown, {.fps = 10}), Error);
}

}  // namespace
}  // namespace thimble::search
