#include "emulate/fit_costs.h"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cost/loops.h"
#include "emulate/least_squares.h"
#include "emulate/micronets_study.h"
#include "emulate/sweep_graphs.h"
#include "target/cores.h"
#include "target/kernel_variants.h"

namespace thimble::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(LeastSquares, FindsTheCoefficientsOfAnExactSum) {
  const std::vector<std::vector<double>> rows = {{1, 0, 2}, {1, 3, 0}, {1, 1, 5}, {1, 7, 1}};
  std::vector<double> values;
  for (const auto& row : rows) values.push_back(4 * row[0] + 2.5 * row[1] + 0.5 * row[2]);
  EXPECT_THAT(emulate::non_negative_least_squares(rows, values),
              ElementsAre(DoubleNear(4, 1e-9), DoubleNear(2.5, 1e-9), DoubleNear(0.5, 1e-9)));
}

TEST(LeastSquares, GivesZeroToWhatWouldBeNegativeAndToWhatNeverHappens) {
  const std::vector<std::vector<double>> rows = {{1, 1, 0}, {1, 2, 0}, {1, 3, 0}};
  const std::vector<double> falling = {3, 2, 1};
  EXPECT_THAT(emulate::non_negative_least_squares(rows, falling), ElementsAre(DoubleNear(2, 1e-9), 0, 0));
}

TEST(LeastSquares, CopesWithColumnsThatAreTheSame) {
  const std::vector<std::vector<double>> rows = {{1, 1}, {2, 2}, {3, 3}};
  const std::vector<double> values = {2, 4, 6};
  const std::vector<double> x = emulate::non_negative_least_squares(rows, values);
  EXPECT_NEAR(x[0] + x[1], 2, 1e-9);
}

TEST(Line, IsTheOneThroughItsPoints) {
  const emulate::Line line = emulate::fitted_line({1, 2, 3}, {5, 7, 9});
  EXPECT_NEAR(line.slope, 2, 1e-12);
  EXPECT_NEAR(line.intercept, 3, 1e-12);
  EXPECT_NEAR(line.r2, 1, 1e-12);
}

TEST(Sweep, ReachesEveryKernelAndEveryLoopOfIt) {
  std::set<std::string> kernels;
  std::set<std::string> reached;
  std::set<std::string> all;
  for (const emulate::SweepSample& sample : emulate::sweep_samples(target::core("cortex-m7", ""))) {
    const std::string& kernel = sample.kernel.kernel;
    kernels.insert(kernel);
    for (const cost::Loop& loop : cost::loops_of(sample.graph, sample.swept(), sample.kernel)) {
      EXPECT_GE(loop.times, 0) << kernel << ": " << loop.name;
      all.insert(kernel + ": " + std::string(loop.name));
      if (loop.times > 0) reached.insert(kernel + ": " + std::string(loop.name));
    }
  }
  for (const target::KernelVariant& kernel : target::all_kernels()) {
    EXPECT_TRUE(kernels.contains(std::string(kernel.name))) << kernel.name;
  }
  std::vector<std::string> missed;
  std::ranges::set_difference(all, reached, std::back_inserter(missed));
  // Pointwise kernels share the driver of the others, and never see a row of zero points.
  std::erase_if(missed, [](const std::string& loop) { return loop.find("zero points") != std::string::npos; });
  EXPECT_THAT(missed, ::testing::IsEmpty());
}

TEST(Sweep, HasOneSetOfLoopsForAKernelWhateverTheShape) {
  std::map<std::string, std::vector<std::string>> names;
  for (const emulate::SweepSample& sample : emulate::sweep_samples(target::core("cortex-m7", ""))) {
    std::vector<std::string> now;
    for (const cost::Loop& loop : cost::loops_of(sample.graph, sample.swept(), sample.kernel)) {
      now.emplace_back(loop.name);
    }
    const auto& first = names.try_emplace(sample.kernel.kernel, now).first->second;
    EXPECT_EQ(now, first) << sample.kernel.kernel;
    EXPECT_EQ(std::set(now.begin(), now.end()).size(), now.size()) << sample.kernel.kernel;
  }
}

}  // namespace
}  // namespace thimble::testing
