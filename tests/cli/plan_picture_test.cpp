// thimble plan --svg: every buffer is drawn, and the sizes are in kB.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/command.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(PlanPicture, DrawsEveryBufferAndTheLayersBars) {
  const Command thimble;
  exporting::write_tflite(int8_network(), thimble.file("model.tflite"));
  const ProcessResult result = thimble({"plan", "model.tflite", "--svg", "plan.svg", "--json", "plan.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const std::string picture = read_text(thimble.file("plan.svg"));
  EXPECT_THAT(picture, HasSubstr("<svg xmlns"));
  EXPECT_THAT(picture, HasSubstr("depthwise"));
  for (const char* const series : {"layer by layer", "patches", "streams of rows", "this plan"})
    EXPECT_THAT(picture, HasSubstr(series));
  EXPECT_EQ(count_of(picture, " bytes at "), read_json(thimble.file("plan.json")).at("buffers").size());
  EXPECT_EQ(count_of(picture, "<svg"), count_of(picture, "</svg>"));
}

}  // namespace
}  // namespace thimble::testing
