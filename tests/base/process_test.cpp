#include "base/process.h"

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "base/error.h"
#include "base/suggest.h"

namespace thimble {
namespace {

TEST(Process, GivesBothStreamsAndTheStatus) {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST(Process, DoesNotBlockOnMuchOutput) {
  EXPECT_EQ(run_process({"sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"}).out.size(), 1000000U);
}

TEST(Process, AMissingProgramNamesItsPackage) {
  try {
    run_process({"no-such-program-here"}, "some-package");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::missing_tool);
    EXPECT_NE(error.hint().find("some-package"), std::string::npos);
  }
}

TEST(Process, ASignalIsAStatusAbove128) { EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}).status, 137); }

TEST(Crc32, IsZlibs) {
  const std::string text = "123456789";
  EXPECT_EQ(crc32(std::as_bytes(std::span(text))), 0xCBF43926U);
}

TEST(Nearest, FindsWhatWasMeantAndNothingElse) {
  const std::vector<std::string> boards = {"stm32f412", "stm32f746", "stm32h743", "pico"};
  EXPECT_EQ(nearest("stm32f747", boards), "stm32f746");
  EXPECT_EQ(nearest("f746", boards), "stm32f746");
  EXPECT_EQ(nearest("picco", boards), "pico");
  EXPECT_EQ(nearest("esp8266-wroom", boards), "");
}

}  // namespace
}  // namespace thimble
