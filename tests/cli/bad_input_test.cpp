// Bad input gets one clear line, at most one hint and the right exit code; nothing is half-written.
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

/// "error: ..." on one line, and nothing else but a hint.
void expect_clear(const ProcessResult& result, int status, const std::string& says) {
  EXPECT_EQ(result.status, status) << result.err;
  EXPECT_THAT(result.err, StartsWith("error: "));
  EXPECT_THAT(result.err, HasSubstr(says));
  const auto lines = std::count(result.err.begin(), result.err.end(), '\n');
  EXPECT_TRUE(lines == 1 || (lines == 2 && result.err.find("\n  hint: ") != std::string::npos)) << result.err;
}

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override { exporting::write_tflite(int8_network(), thimble.file("model.tflite")); }
  Command thimble;
};

TEST_F(BadInput, ATruncatedModelIsRefused) {
  const std::string whole = read_text(thimble.file("model.tflite"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, whole.size() / 2, whole.size() - 1}) {
    write_text(thimble.file("cut.tflite"), std::string_view(whole).substr(0, size));
    const ProcessResult result = thimble({"compile", "cut.tflite", "-o", "out"});
    if (size + 1 == whole.size() && result.status == 0) continue;  // The last byte may be padding.
    expect_clear(result, 2, "cut.tflite");
    EXPECT_FALSE(std::filesystem::exists(thimble.file("out")));
  }
}

TEST_F(BadInput, AMissingModelIsRefused) {
  expect_clear(thimble({"bench", "none.tflite"}), 2, "none.tflite: cannot be read");
}

TEST_F(BadInput, AVerbThatIsNotThereIsNamed) {
  expect_clear(thimble({"compil", "model.tflite"}), 2, "there is no verb \"compil\", did you mean compile?");
  expect_clear(thimble({"zzz"}), 2, "there is no verb \"zzz\"");
}

TEST_F(BadInput, MemoryIsAPositiveNumberOfBytes) {
  for (const char* bytes : {"-5", "0", "0kB", "twelve", "1.5kB", "-100kB"}) {
    for (const char* option : {"--sram", "--flash"}) {
      expect_clear(thimble({"compile", "model.tflite", "-o", "out", fmt::format("{}={}", option, bytes)}), 2,
                   fmt::format("\"{}\" is no size", bytes));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(thimble.file("out")));
}

TEST_F(BadInput, AnArenaLeavesTheStackItsShare) {
  expect_clear(thimble({"compile", "model.tflite", "-o", "out", "--sram", "2050"}), 1, "and 2048 of stack exceed");
  EXPECT_FALSE(std::filesystem::exists(thimble.file("out")));
}

TEST_F(BadInput, AFloatModelIsNotCompiled) {
  exporting::write_tflite(float_network(), thimble.file("float.tflite"));
  expect_clear(thimble({"compile", "float.tflite", "-o", "out"}), 2, "float32");
  EXPECT_FALSE(std::filesystem::exists(thimble.file("out")));
}

TEST_F(BadInput, AnInt8ModelIsNotQuantized) {
  write_text(thimble.file("data/a/x.ppm"), "P6\n8 8\n255\n" + std::string(192, 'x'));
  write_text(thimble.file("data/b/x.ppm"), "P6\n8 8\n255\n" + std::string(192, 'y'));
  expect_clear(thimble({"quantize", "model.tflite", "--data", "data", "-o", "again.tflite"}), 2, "int8");
  EXPECT_FALSE(std::filesystem::exists(thimble.file("again.tflite")));
}

TEST_F(BadInput, AnUnknownBoardSuggestsTheNearest) {
  expect_clear(thimble({"bench", "model.tflite", "--board", "stm32f747"}), 2, "did you mean stm32f746?");
}

TEST_F(BadInput, PatchesThatCannotBeAreRefused) {
  expect_clear(thimble({"plan", "model.tflite", "--patches", "2by2"}), 2, "--patches 2by2: is not a number of patches");
  expect_clear(thimble({"plan", "model.tflite", "--patches", "2x2:99"}), 2, "there is no layer 99");
  expect_clear(thimble({"plan", "model.tflite", "--patches", "9x9:3"}), 2, "cannot be computed in 9 x 9 patches");
  expect_clear(thimble({"plan", "model.tflite", "--patches", "2x2:10"}), 2,
               "(resize_nearest) cannot be computed in patches");
}

TEST_F(BadInput, AModelThatDoesNotFitSaysByHowMuchWhereAndAtWhichLayer) {
  const ProcessResult sram = thimble({"compile", "model.tflite", "--sram", "200", "-o", "out"});
  expect_clear(sram, 1, "SRAM of 200 bytes by ");
  EXPECT_THAT(sram.err, HasSubstr("at layer "));
  const ProcessResult flash = thimble({"compile", "model.tflite", "--flash", "10", "-o", "out"});
  expect_clear(flash, 1, "bytes of flash");
  EXPECT_THAT(flash.err, HasSubstr("largest layer"));
  EXPECT_FALSE(std::filesystem::exists(thimble.file("out")));
}

TEST_F(BadInput, AFolderThatCannotBeWrittenIsNamed) {
  write_text(thimble.file("taken"), "a file");
  expect_clear(thimble({"compile", "model.tflite", "-o", "taken/out"}), 2, "taken");
  expect_clear(thimble({"compile", "model.tflite", "-o", "taken"}), 2, "taken");
  EXPECT_EQ(read_text(thimble.file("taken")), "a file");
  EXPECT_THAT(thimble.files(), UnorderedElementsAre("model.tflite", "taken"));
}

TEST_F(BadInput, ADamagedPictureIsNamed) {
  write_text(thimble.file("data/cat/1.png"), "not a picture");
  write_text(thimble.file("data/dog/1.png"), "neither");
  expect_clear(thimble({"eval", "model.tflite", "--data", "data"}), 2, "1.png");
}

TEST_F(BadInput, AMissingDatasetSaysWhereToGetIt) {
  expect_clear(thimble({"eval", "model.tflite", "--data", "no-such-data"}), 2, "no-such-data");
}

TEST_F(BadInput, WrongUsageIsExitCodeTwo) {
  expect_clear(thimble({"compile", "model.tflite"}), 2, "--output");
  expect_clear(thimble({"bench", "model.tflite", "--no-such-option"}), 2, "--no-such-option");
  expect_clear(thimble({"run", "model.tflite", "--input", "none.npy"}), 2, "none.npy");
  EXPECT_THAT(thimble({"run", "model.tflite", "--input", "none.npy"}).out, IsEmpty());
}

TEST_F(BadInput, AnUnknownPassIsNamed) {
  expect_clear(thimble({"inspect", "model.tflite", "--passes", "fold_constant"}), 2, "fold_constant");
}

}  // namespace
}  // namespace thimble::testing
