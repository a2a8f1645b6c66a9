// Arenas in several memories of a board, as a user sees them.
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/command.h"

namespace thimble {
namespace {

using testing::Command;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// A data folder with a board of our own: 90 kB, and 64 kB that are coupled to the core.
class Regions : public ::testing::Test {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    const fs::path source = THIMBLE_SOURCE_DIR;
    fs::create_directory_symlink(source / "kernels", data_.path() / "kernels");
    fs::create_directory(data_.path() / "boards");
    for (const char* folder : {"costs", "pipelines", "firmware", "harness", "selftest"})
      fs::create_directory_symlink(source / "boards" / folder, data_.path() / "boards" / folder);
    write_text(data_.path() / "boards" / "stm32f746.json", read_text(source / "boards" / "stm32f746.json"));
    write_text(data_.path() / "boards" / "pieces.json",
               R"({"description": "two memories", "core": "cortex-m7", "fpu": "fpv5-sp-d16", "clock_mhz": 100,
                   "sram": "SRAM", "regions": {"SRAM": 92160, "DTCM": 65536, "SRAM2": 4096}, "flash": 1048576})");
    setenv("THIMBLE_DATA", data_.path().c_str(), 1);
  }
  void TearDown() override { unsetenv("THIMBLE_DATA"); }

  TemporaryFolder data_;
};

/// Layer by layer, mcunet-vww1 needs more than either memory.
const std::vector<std::string> layer_by_layer = {"--board",
                                                 "pieces",
                                                 "--no-stream",
                                                 "--no-tiles",
                                                 "--no-patches",
                                                 "--no-channel-split",
                                                 "--no-lean-kernels",
                                                 "--no-overlap",
                                                 "--no-in-place-depthwise",
                                                 "--only-plan"};

std::vector<std::string> plan_of(const std::string& model, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"plan", model};
  arguments.insert(arguments.end(), layer_by_layer.begin(), layer_by_layer.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_F(Regions, AreNamedWithTheirBytes) {
  const Command thimble;
  const ProcessResult result = thimble(plan_of("mcunet-vww1", {"--json", "plan.json", "--svg", "plan.svg"}));
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, ContainsRegex("arena [0-9]+ bytes: [0-9]+ in SRAM, [0-9]+ in DTCM; most live at"));
  EXPECT_THAT(result.out, Not(HasSubstr("it should lie in")));
  const Json plan = read_json(thimble.file("plan.json"));
  ASSERT_EQ(plan["regions"].size(), 2U);
  EXPECT_EQ(plan["regions"][0]["name"], "SRAM");
  EXPECT_LE(plan["regions"][0]["bytes"], 92160 - 2048);
  EXPECT_EQ(plan["regions"][0]["bytes"].get<int>() + plan["regions"][1]["bytes"].get<int>(), plan["arena_bytes"]);
  EXPECT_THAT(read_text(thimble.file("plan.svg")), HasSubstr("SRAM to here"));
}

TEST_F(Regions, AreOneWhereTheUserSaysSo) {
  const Command thimble;
  const ProcessResult switched_off = thimble(plan_of("mcunet-vww1", {"--no-regions"}));
  EXPECT_EQ(switched_off.status, 1);
  EXPECT_THAT(switched_off.err, HasSubstr("exceed the SRAM of 92160 bytes"));
  EXPECT_EQ(thimble(plan_of("mcunet-vww1", {"--sram", "90kB"})).status, 1) << "a number of bytes is of one range";
}

TEST_F(Regions, AreNotUsedWhereTheArenaFitsOne) {
  const ProcessResult result = Command()({"plan", "mcunet-vww1", "--board", "pieces", "--only-plan"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr(" in DTCM;")));
}

}  // namespace
}  // namespace thimble
