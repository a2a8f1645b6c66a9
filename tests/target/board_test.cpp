#include "target/board.h"

#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kB = 1024;

TEST(Board, HasTheMemorySizesOfTheRealOne) {
  const auto sizes = [](const char* name) {
    const target::Board board = target::board(name);
    return std::pair(board.sram_bytes / kB, board.flash_bytes / kB);
  };
  EXPECT_EQ(sizes("stm32f412"), std::pair(std::int64_t{256}, std::int64_t{1024}));
  EXPECT_EQ(sizes("stm32f429"), std::pair(std::int64_t{192}, std::int64_t{2048}));
  EXPECT_EQ(sizes("stm32f746"), std::pair(std::int64_t{320}, std::int64_t{1024}));
  EXPECT_EQ(sizes("stm32f765"), std::pair(std::int64_t{512}, std::int64_t{2048}));
  EXPECT_EQ(sizes("stm32h743"), std::pair(std::int64_t{512}, std::int64_t{2048}));
  EXPECT_EQ(sizes("nano33ble"), std::pair(std::int64_t{256}, std::int64_t{1024}));
  EXPECT_EQ(sizes("pico"), std::pair(std::int64_t{264}, std::int64_t{2048}));
  EXPECT_EQ(sizes("pico2"), std::pair(std::int64_t{520}, std::int64_t{4096}));
}

TEST(Board, IsListedByName) {
  std::vector<std::string> names;
  for (const target::Board& board : target::boards()) {
    names.push_back(board.name);
    EXPECT_FALSE(board.description.empty()) << board.name;
    EXPECT_EQ(board.is_host, board.name == "host");
    EXPECT_EQ(board.large_memory, board.name == "emulator");
    EXPECT_EQ(board.is_host, board.core.qemu_machine.empty()) << board.name;
  }
  EXPECT_THAT(names, ::testing::ElementsAre("emulator", "host", "nano33ble", "pico", "pico2", "stm32f412", "stm32f429",
                                            "stm32f746", "stm32f765", "stm32h743"));
}

TEST(Board, KnowsItsCoreAndTheMachineThatEmulatesIt) {
  EXPECT_TRUE(target::board("stm32f412").core.dsp);
  EXPECT_EQ(target::board("stm32h743").core.qemu_machine, "mps2-an500");
  const target::Core pico = target::board("pico").core;
  EXPECT_FALSE(pico.dsp);
  EXPECT_EQ(pico.name, "cortex-m0plus");
  EXPECT_EQ(pico.qemu_core, "cortex-m3") << "which executes all that a Cortex-M0+ does";
  const target::Core pico2 = target::board("pico2").core;
  EXPECT_TRUE(pico2.dsp);
  EXPECT_EQ(pico2.name, "cortex-m33");
  EXPECT_EQ(pico2.qemu_core, "cortex-m7") << "which executes all that compilers emit for a Cortex-M33";
}

TEST(Board, WithoutBudgetKeepsItsCoreAndHasTheEmulatorsMemory) {
  const target::Board board = target::without_budget(target::board("stm32f412"));
  EXPECT_EQ(board.name, "stm32f412");
  EXPECT_EQ(board.core.name, "cortex-m4");
  EXPECT_TRUE(board.large_memory);
  EXPECT_EQ(board.sram_bytes, target::board("emulator").sram_bytes);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "";
}

TEST(Board, SuggestsTheNearestName) {
  EXPECT_THAT(message_of([] { target::board("stm32f764"); }), HasSubstr("did you mean stm32f765"));
  EXPECT_THAT(message_of([] { target::board("zzz"); }), HasSubstr("`thimble boards` lists them"));
}

/// A data folder with one board in it.
class OwnBoard : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("THIMBLE_DATA", folder_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("THIMBLE_DATA"); }
  std::string error_of(const std::string& json) {
    write_text(folder_.path() / "boards" / "mine.json", json);
    return message_of([] { target::board("mine"); });
  }
  TemporaryFolder folder_;
};

TEST_F(OwnBoard, NeedsNoMoreThanAFile) {
  EXPECT_EQ(error_of(R"({"description": "d", "core": "cortex-m3", "clock_mhz": 72, "flash": 65536, "sram": "SRAM",
                         "regions": {"SRAM": 20480}})"),
            "");
  const target::Board mine = target::board("mine");
  EXPECT_EQ(mine.sram_bytes, 20480);
  EXPECT_THAT(mine.core.compile_flags, ::testing::ElementsAre("-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft"));
}

TEST_F(OwnBoard, IsRefusedWithTheFieldThatIsWrong) {
  EXPECT_THAT(error_of("{"), HasSubstr("mine.json"));
  EXPECT_THAT(error_of("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("\"description\" is missing"));
  EXPECT_THAT(error_of(R"({"description": 1})"), HasSubstr("\"description\" must be"));
  EXPECT_THAT(error_of(R"({"description": "d", "core": "cortex-m8"})"), HasSubstr("did you mean cortex-m"));
  EXPECT_THAT(error_of(R"({"description": "d", "core": "cortex-m4", "fpu": "vfp"})"), HasSubstr("\"fpu\""));
  const std::string start = R"({"description": "d", "core": "cortex-m4", "clock_mhz": 72, "flash": )";
  EXPECT_THAT(error_of(start + R"(-1, "sram": "S", "regions": {"S": 20480}})"), HasSubstr("\"flash\""));
  EXPECT_THAT(error_of(start + R"(1e30, "sram": "S", "regions": {"S": 20480}})"), HasSubstr("\"flash\""));
  EXPECT_THAT(error_of(start + R"(65536, "sram": "T", "regions": {"S": 20480}})"), HasSubstr("\"sram\""));
  EXPECT_THAT(error_of(start + R"(65536, "sram": "S", "regions": {"S": "much"}})"), HasSubstr("\"S\""));
  EXPECT_THAT(error_of(start + R"(65536, "sram": "S", "regions": {"S": 20480}, "clock": 1})"),
              HasSubstr("did you mean \"clock_mhz\"?"));
}

TEST(Core, AreListedWithTheirFlags) {
  EXPECT_THAT(target::board("stm32f746").core.compile_flags,
              ::testing::ElementsAre("-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"));
}

}  // namespace
}  // namespace thimble::testing
