#include "train/schedule.h"

#include <gtest/gtest.h>

namespace thimble::train {
namespace {

TEST(Schedule, WarmsUpLinearlyThenFollowsACosine) {
  const Schedule schedule{.kind = Schedule::Kind::cosine, .peak = 0.2, .warmup = 0.2, .final = 0};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0), 0.02);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0.1), 0.2 * 0.55);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0.2), 0.2);
  EXPECT_NEAR(learning_rate(schedule, 0.6), 0.1, 1e-12);
  EXPECT_NEAR(learning_rate(schedule, 1), 0, 1e-12);
}

TEST(Schedule, EndsAtItsFinalShare) {
  EXPECT_NEAR(learning_rate({.kind = Schedule::Kind::cosine, .peak = 0.2, .warmup = 0, .final = 0.05}, 1), 0.01, 1e-12);
}

TEST(Schedule, AConstantRateStaysAfterTheWarmUp) {
  const Schedule schedule{.kind = Schedule::Kind::constant, .peak = 0.01, .warmup = 0, .final = 0};
  EXPECT_EQ(learning_rate(schedule, 0), 0.01);
  EXPECT_EQ(learning_rate(schedule, 1), 0.01);
}

TEST(Progress, IsByStepsOrByTheClockWhicheverIsFurther) {
  EXPECT_EQ(progress_of(25, 100, 1000, 0), 0.25);  // No limit.
  EXPECT_EQ(progress_of(25, 100, 30, 60), 0.5);    // A slow machine.
  EXPECT_EQ(progress_of(75, 100, 30, 60), 0.75);   // A fast one.
  EXPECT_EQ(progress_of(25, 100, 90, 60), 1.0);
  EXPECT_EQ(progress_of(50, 100, 30.6, 60), 0.5);  // Hardly ahead.
}

}  // namespace
}  // namespace thimble::train
