// The tables of what was measured before: `report` of a folder of bench and eval, `search --stage measure` of a search.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/command.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Json bench_of(const std::string& model) {
  return {{"model", model},
          {"board", "stm32f412"},
          {"sram", {{"arena", 14208}, {"io", 0}, {"static", 0}, {"state", 0}, {"stack", 904}, {"total", 15112}}},
          {"flash", {{"weights", 95064}, {"code", 26344}, {"total", 121408}, {"firmware", 130000}}},
          {"macs", {{"model", 1000000}, {"executed", 1250000}}},
          {"instructions", 1500000},
          {"cycles", nullptr}};
}

Json eval_of(const std::string& model) {
  return {{"model", model}, {"samples", 1000}, {"accuracy", 0.931}, {"differ_from_reference", 0}};
}

TEST(Report, IsOneTableOfTheFolder) {
  const Command thimble;
  write_json(thimble.file("bench.json"), bench_of("winner"));
  write_json(thimble.file("eval_core.json"), eval_of("winner"));
  const ProcessResult result = thimble({"report", "."});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("winner on stm32f412"));
  EXPECT_THAT(result.out, HasSubstr("93.10 %"));
  EXPECT_THAT(result.out, HasSubstr("15,112 B"));
  EXPECT_THAT(result.out, HasSubstr("1,250,000"));
  EXPECT_THAT(result.out, HasSubstr("1.50"));
  EXPECT_THAT(result.out, Not(HasSubstr("cycles")));
}

TEST(Report, DoesNotMixTwoModels) {
  const Command thimble;
  write_json(thimble.file("bench.json"), bench_of("winner"));
  write_json(thimble.file("eval_core.json"), eval_of("loser"));
  const ProcessResult result = thimble({"report", "."});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("bench.json is of \"winner\" and eval_core.json of \"loser\""));
  EXPECT_EQ(result.out, "");
}

Json target_of(const std::string& planner, double int8) {
  return {{"name", "board-16kB-128kB-" + planner},
          {"board", "stm32f412"},
          {"clock_mhz", 100},
          {"planner", planner},
          {"limits", {{"sram", 16384}, {"flash", 131072}}},
          {"folder", planner},
          {"network", "28 x1 | 5e4"},
          {"accuracy", {{"held_back", 0.9}, {"float", 0.92}, {"int8_simulated", int8}}},
          {"predicted",
           {{"sram", 14208}, {"flash", 116810}, {"macs", 5560448}, {"cycles", 15797771}, {"ms", 157.9}, {"fps", 6.3}}},
          {"on_front", planner == "patch"}};
}

Json baseline_of(const Json& accuracy) {
  return {{"name", "mobilenetv2"},           {"planner", "tflm"},   {"resolution", 28}, {"width", 0.1},
          {"predicted", {{"macs", 373984}}}, {"accuracy", accuracy}};
}

/// A search whose planners are not ours: nothing is measured, so nothing is built.
class SearchTables : public ::testing::Test {
 protected:
  ProcessResult tables_of(Json targets, Json baselines) {
    write_json(thimble.file("result.json"),
               {{"data", "none"}, {"targets", std::move(targets)}, {"baselines", std::move(baselines)}});
    return thimble({"search", "--stage", "measure", "-o", "."});
  }
  Command thimble;
};

TEST_F(SearchTables, GiveMeanAndRangeOfSeveralTrainings) {
  Json target = target_of("patch", 0.93);
  target["accuracy"]["trainings"] = {{{"int8_simulated", 0.93}}, {{"int8_simulated", 0.9}}, {{"int8_simulated", 0.96}}};
  Json accuracy = {{"float", 0.8}, {"int8_simulated", 0.79}};
  accuracy["trainings"] = {{{"int8_simulated", 0.79}}, {{"int8_simulated", 0.8}}};
  const ProcessResult result = tables_of({target}, {baseline_of(accuracy)});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("int8 simulated, mean of 3 trainings"));
  EXPECT_THAT(result.out, HasSubstr("93.00 %  90.00 % to 96.00 %"));
  EXPECT_THAT(result.out, HasSubstr("int8 simulated, mean of 2 trainings"));
  EXPECT_THAT(result.out, HasSubstr("79.50 %  79.00 % to 80.00 %"));
}

TEST_F(SearchTables, OfSeveralTargetsHaveALineEachAndAPicture) {
  const ProcessResult result = tables_of({target_of("patch", 0.93), target_of("tflm", 0.92)},
                                         {baseline_of({{"float", 0.8}, {"int8_simulated", 0.79}})});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("* board-16kB-128kB-patch"));
  EXPECT_THAT(result.out, HasSubstr("  board-16kB-128kB-tflm"));
  EXPECT_THAT(result.out, HasSubstr("int8 (float 80.00 %), 28 x 0.1, 0.37 MMAC"));
  EXPECT_THAT(result.out, Not(HasSubstr("trainings")));
  EXPECT_THAT(read_text(thimble.file("targets.svg")), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace thimble::testing
