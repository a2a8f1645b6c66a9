// thimble patches and study patches: the published figures, as a user sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/command.h"

namespace thimble {
namespace {

using testing::Command;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(Patches, PrintTheFiguresOfMobileNetV2InBothConventions) {
  const Command thimble;
  const ProcessResult result =
      thimble({"patches", "mobilenetv2", "--blocks", "4", "--redistribute", "-o", "rd.json", "--json", "counts.json"});
  EXPECT_EQ(result.status, 0) << result.err;
  for (const char* published :
       {"75 x 75", "\\+41.9 %", "\\+9.3 %", "63 x 63", "\\+17.4 %", "\\+3.6 %", "171.5 +1372.0"}) {
    EXPECT_THAT(result.out, ContainsRegex(published));
  }
  const Json counts = read_json(thimble.file("counts.json"));
  EXPECT_EQ(counts["peak"]["layer"]["patches"], 175616);
  EXPECT_EQ(counts["redistributed"]["changes"].size(), 3U);
  // What it wrote is an arch.json.
  const ProcessResult again = thimble({"patches", "rd.json", "--until", "block3/project"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("63 x 63"));
}

TEST(Patches, ListTheEndsThatNoOtherOneBeats) {
  const ProcessResult result = Command()({"patches", "mcunet-vww1", "--grid", "3x3"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("block1/depthwise"));
}

TEST(Patches, SayWhatIsWrong) {
  const Command thimble;
  EXPECT_EQ(thimble({"patches", "mobilenetv2", "--grid", "4by4"}).status, 2);
  EXPECT_THAT(thimble({"patches", "mobilenetv2", "--grid", "4by4"}).err, HasSubstr("hint: write it as 4x4"));
  EXPECT_THAT(thimble({"patches", "mobilenetv3"}).err, HasSubstr("did you mean mobilenetv2?"));
  EXPECT_THAT(thimble({"patches", "mobilenetv2", "--blocks", "99"}).err, HasSubstr("has 17 blocks"));
  EXPECT_THAT(thimble({"patches", "mobilenetv2", "--until", "nowhere"}).err, HasSubstr("no tensor \"nowhere\""));
}

TEST(Study, OfPatchesIsATable) {
  const ProcessResult result = Command()({"study", "patches"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("| mnasnet | 4 x 4 | 91 x 91 |"));
  EXPECT_THAT(result.out, HasSubstr("| fbnet-a-rd | 3 x 3 | 87 x 87 |"));
}

}  // namespace
}  // namespace thimble
