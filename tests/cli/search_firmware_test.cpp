// `search --stage measure`: the winner as firmware on the emulated core, within its budget.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/command.h"
#include "data/normalization.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

/// A search that found a network by our planner, and the pictures that it is for.
class SearchFirmware : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!program_exists("qemu-system-arm") || !program_exists("arm-none-eabi-gcc"))
      GTEST_SKIP() << "skipped: qemu-system-arm and gcc-arm-none-eabi are not installed";
    exporting::write_tflite(int8_network(), thimble.file("out/int8.tflite"));
    write_json(thimble.file("out/normalization.json"), data::to_json(data::normalization_named("symmetric")));
    for (const char* part : {"train", "test"})
      for (const char* label : {"cat", "dog", "neither"})
        write_text(thimble.file(fmt::format("data/{}/{}/1.ppm", part, label)),
                   "P6\n8 8\n255\n" + std::string(192, 'x'));
  }

  /// The measurement with so much flash; null where the search has answered no.
  Json measured_with(std::int64_t flash) {
    std::filesystem::remove(thimble.file("out/measured.json"));
    const Json target{{"name", "some"},
                      {"board", "stm32f412"},
                      {"clock_mhz", 100},
                      {"planner", "full"},
                      {"input_mode", "resident"},
                      {"limits", {{"sram", 16384}, {"flash", flash}}},
                      {"folder", "."},
                      {"network", "28 x1"},
                      {"accuracy", {{"held_back", 0.9}, {"float", 0.9}, {"int8_simulated", 0.9}}}};
    write_json(thimble.file("out/result.json"),
               {{"data", thimble.file("data").string()}, {"targets", {target}}, {"baselines", Json::array()}});
    last = thimble({"search", "--stage", "measure", "-o", "out", "--on-core", "2"});
    return last.status == 0 ? read_json(thimble.file("out/measured.json")) : Json();
  }
  /// `thimble bench` of the winner with so much flash, built in one of the ways.
  ProcessResult bench(std::int64_t flash, const Json& build) {
    return thimble({"bench", "out/int8.tflite", "--board", "stm32f412", "--sram", "16kB", "--flash",
                    std::to_string(flash), "--optimize", build["optimize"], "--compiler-level", build["compiler_level"],
                    "--json", "bench.json"});
  }
  Command thimble;
  ProcessResult last;
};

/// In the order in which a search tries them.
const Json builds = {{{"optimize", "balanced"}, {"compiler_level", "O3"}},
                     {{"optimize", "speed"}, {"compiler_level", "O3"}},
                     {{"optimize", "speed"}, {"compiler_level", "Os"}},
                     {{"optimize", "size"}, {"compiler_level", "Os"}}};

TEST_F(SearchFirmware, IsTheFirstBuildThatFitsAndBenchRepeatsIt) {
  std::int64_t flash = 128 << 10;
  for (int budget = 0; budget < 2; ++budget) {
    const Json measured = measured_with(flash);
    ASSERT_FALSE(measured.is_null()) << last.err;
    EXPECT_EQ(measured["core"]["differ_from_reference"], 0);
    const Json& chosen = measured["bench"];
    EXPECT_THAT(last.out, HasSubstr(fmt::format("One inference (--optimize {} --compiler-level {})",
                                                chosen["optimize"].get<std::string>(),
                                                chosen["compiler_level"].get<std::string>())));
    bool found = false;
    for (std::size_t i = 0; i < builds.size() && !found; ++i) {
      SCOPED_TRACE(fmt::format("{} bytes, {}", flash, builds[i].dump()));
      found = builds[i]["optimize"] == chosen["optimize"] && builds[i]["compiler_level"] == chosen["compiler_level"];
      const ProcessResult again = bench(flash, builds[i]);
      ASSERT_EQ(again.status, found ? 0 : 1) << again.err;
      const Json repeated = read_json(thimble.file("bench.json"));
      if (!found) continue;
      for (const char* number : {"sram", "flash", "instructions"})
        EXPECT_EQ(repeated[number], chosen[number]) << number;
    }
    EXPECT_TRUE(found);
    flash = chosen["flash"]["total"].get<std::int64_t>() - 1;
  }
}

TEST_F(SearchFirmware, AnswersNoWhereTheFirmwareExceedsTheBudget) {
  const Json ample = measured_with(128 << 10);
  ASSERT_FALSE(ample.is_null()) << last.err;
  EXPECT_TRUE(measured_with(ample["bench"]["flash"]["weights"].get<std::int64_t>() + 100).is_null());
  EXPECT_EQ(last.status, 1);
  EXPECT_THAT(last.err, HasSubstr("the linked firmware needs more than its budget"));
}

}  // namespace
}  // namespace thimble::testing
