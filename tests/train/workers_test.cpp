#include "train/workers.h"

#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>

namespace thimble::train {
namespace {

TEST(Workers, EachRunsOnceAStep) {
  std::atomic<int> started = 0;
  Workers workers(3, [&] { ++started; });
  std::vector<int> runs(3);
  for (int step = 0; step < 100; ++step) workers.run([&](std::size_t worker) { ++runs[worker]; });
  EXPECT_EQ(runs, (std::vector<int>{100, 100, 100}));
  EXPECT_EQ(started, 3);
}

TEST(Workers, AnExceptionReachesTheCallerAndTheNextStepRuns) {
  Workers workers(2, [] {});
  EXPECT_THROW(workers.run([](std::size_t worker) {
    if (worker == 1) throw std::runtime_error("worker 1");
  }),
               std::runtime_error);
  int runs = 0;
  workers.run([&](std::size_t worker) { runs += worker == 0 ? 1 : 0; });
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace thimble::train
