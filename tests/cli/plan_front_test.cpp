// thimble plan: the front, the chosen plan in it, and what would lower the peak.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/command.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

TEST(PlanFront, ListsPlansFromTheFastestToTheSmallest) {
  const Command thimble;
  exporting::write_tflite(int8_network(), thimble.file("model.tflite"));
  const ProcessResult result = thimble({"plan", "model.tflite", "--pareto", "front.json", "--json", "plan.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const Json front = read_json(thimble.file("front.json"));
  ASSERT_FALSE(front.empty());
  const auto arena = [](const Json& point) { return point.at("sram").at("arena").get<std::int64_t>(); };
  EXPECT_EQ(arena(front.front()), read_json(thimble.file("plan.json")).at("arena_bytes").get<std::int64_t>());
  for (std::size_t i = 1; i < front.size(); ++i) EXPECT_LT(arena(front[i]), arena(front[i - 1]));
  EXPECT_THAT(result.out, HasSubstr("> "));
  EXPECT_THAT(result.out, HasSubstr("would lower the peak"));
}

TEST(PlanFront, RanksWhatWouldLowerThePeakAndWhatNeedsTraining) {
  const Command thimble;
  const ProcessResult result = thimble({"plan", "mcunet-vww1", "--ignore-budget", "--json", "plan.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("keep every bit"));
  EXPECT_THAT(result.out, HasSubstr("64 x 64 pixels"));
  const Json plan = read_json(thimble.file("plan.json"));
  bool retrains = false;
  std::int64_t arena = 0;
  for (const Json& change : plan.at("changes")) {
    if (change.contains("why_not")) continue;
    if (change.at("retrains").get<bool>() != retrains) arena = 0;
    EXPECT_GE(change.at("retrains").get<bool>(), retrains) << "what keeps every bit comes first";
    EXPECT_GE(change.at("sram").at("arena").get<std::int64_t>(), arena) << "by what it saves";
    EXPECT_LT(change.at("sram").at("arena").get<std::int64_t>(), plan.at("arena_bytes").get<std::int64_t>());
    retrains = change.at("retrains").get<bool>();
    arena = change.at("sram").at("arena").get<std::int64_t>();
  }
  EXPECT_TRUE(retrains);
}

TEST(PlanFront, IsLeftOutOnRequest) {
  const Command thimble;
  const ProcessResult result = thimble({"plan", "mcunet-in0", "--only-plan"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, ::testing::Not(HasSubstr("would lower the peak")));
}

}  // namespace
}  // namespace thimble::testing
