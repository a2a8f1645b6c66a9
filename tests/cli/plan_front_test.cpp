// thimble plan --pareto: the front, the chosen plan in it, and what would lower the peak.
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

}  // namespace
}  // namespace thimble::testing
