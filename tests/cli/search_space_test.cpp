// thimble search --stage space: the table, the files, and what is said where something is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/command.h"

namespace thimble {
namespace {

using testing::Command;
using ::testing::HasSubstr;

/// Quick: few samples of the small space.
std::vector<std::string> small_search(std::vector<std::string> more, const std::string& sram = "16kB") {
  std::vector<std::string> arguments = {"search",  "--stage",   "space",  "--space", "small",
                                        "--board", "stm32f412", "--sram", sram,      "--flash",
                                        "128kB",   "--samples", "40",     "--tries", "400"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(SearchSpace, RanksSpacesAndWritesThem) {
  const Command thimble;
  const ProcessResult result = thimble(small_search({"-o", "out", "--json", "numbers.json"}));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("best: resolution "));
  const Json json = read_json(thimble.file("out/spaces.json"));
  EXPECT_EQ(json, read_json(thimble.file("numbers.json")));
  ASSERT_EQ(json["spaces"].size(), 4U * 5U);
  EXPECT_EQ(json["limits"]["sram"], 16 * 1024 - 2048);
  EXPECT_EQ(json["spaces"][0]["deciles"].size(), 11U);
  EXPECT_THAT(read_text(thimble.file("out/spaces.svg")), HasSubstr("small, 16 kB SRAM, 128 kB flash"));
}

TEST(SearchSpace, DrawsTheBestSpaceOfEachMemory) {
  const Command thimble;
  const ProcessResult result =
      thimble(small_search({"--sensitivity", "--srams", "16kB,32kB", "--flashes", "64kB,128kB,256kB", "-o", "."}));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_json(thimble.file("sensitivity.json"))["best"].size(), 6U);
  EXPECT_THAT(read_text(thimble.file("sensitivity.svg")), HasSubstr("best resolution"));
}

TEST(SearchSpace, OfTheFullPlannerNeedsABoundOnTime) {
  const Command thimble;
  const ProcessResult unbounded = thimble(small_search({"--planner", "full"}));
  EXPECT_EQ(unbounded.status, 2);
  EXPECT_THAT(unbounded.err, HasSubstr("the largest resolution would always win"));
  EXPECT_EQ(thimble(small_search({"--planner", "full", "--fps", "20"})).status, 0);
}

TEST(SearchSpace, SaysWhatIsWrong) {
  const Command thimble;
  const ProcessResult planner = thimble(small_search({"--planner", "best"}));
  EXPECT_EQ(planner.status, 2);
  EXPECT_THAT(planner.err, HasSubstr("no planner is called \"best\""));
  const ProcessResult tiny = thimble(small_search({}, "3kB"));
  EXPECT_EQ(tiny.status, 1);
  EXPECT_THAT(tiny.err, HasSubstr("in no space of small do 5 % of the networks fit"));
  const ProcessResult resolution = thimble(small_search({"--max-resolution", "8"}));
  EXPECT_EQ(resolution.status, 2);
  EXPECT_THAT(resolution.err, HasSubstr("the design space small has only larger ones"));
}

TEST(SearchSpace, ExplainsItself) {
  const ProcessResult result = Command()({"search", "--stage", "space", "--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("--sensitivity"));
}

}  // namespace
}  // namespace thimble
