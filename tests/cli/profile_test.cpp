// Costs on the command line: predicted, counted, and studied.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/command.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

class Profile : public ::testing::Test {
 protected:
  void SetUp() override { exporting::write_tflite(int8_network(), thimble.file("model.tflite")); }
  static bool lacks_tools() { return !program_exists("qemu-system-arm") || !program_exists("arm-none-eabi-gcc"); }
  Command thimble;
};

TEST_F(Profile, PredictsEveryLayerAndTheirSum) {
  const ProcessResult result =
      thimble({"profile", "model.tflite", "--board", "stm32f412", "--predict", "--json", "p.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("not run"));
  const Json report = read_json(thimble.file("p.json"));
  EXPECT_EQ(report.at("source"), "predicted");
  double sum = 0;
  for (const Json& layer : report.at("layers")) sum += layer.at("instructions").get<double>();
  EXPECT_NEAR(report.at("instructions").get<double>(), sum, 0.01);
  EXPECT_GT(sum, 1000);
}

TEST_F(Profile, CountsWhatItPredicted) {
  if (lacks_tools()) GTEST_SKIP() << "skipped: no cross-compiler or emulator here";
  const ProcessResult result = thimble({"profile", "model.tflite", "--check", "--json", "c.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const Json report = read_json(thimble.file("c.json"));
  EXPECT_EQ(report.at("source"), "counted");
  EXPECT_NEAR(report.at("check").at("instructions").at("error").get<double>(), 0, 0.1) << "a tiny network";
}

TEST_F(Profile, EitherPredictsOrChecks) {
  EXPECT_EQ(thimble({"profile", "model.tflite", "--check", "--predict"}).status, 2);
}

TEST(Fit, NamesTheNearestCore) {
  const Command thimble;
  const ProcessResult result = thimble({"fit", "--core", "cortex-m8"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean cortex-m"));
  EXPECT_THAT(thimble({"fit", "--core", "host"}).err, HasSubstr("nothing to count on"));
}

TEST(Study, DrawsNetworksAndLayers) {
  if (!program_exists("arm-none-eabi-gcc")) GTEST_SKIP() << "skipped: no cross-compiler here";
  const Command thimble;
  const ProcessResult result = thimble({"study", "micronets", "--networks", "3", "-o", "plots", "--json", "s.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const std::string plot = read_text(thimble.file("plots/micronets-cortex-m7-instructions.svg"));
  EXPECT_THAT(plot, HasSubstr("<svg xmlns"));
  EXPECT_THAT(plot, HasSubstr("image: "));
  EXPECT_THAT(read_text(thimble.file("plots/micronets-cortex-m7-instructions-layers.svg")), HasSubstr("depthwise"));
  const Json study = read_json(thimble.file("s.json"));
  EXPECT_GT(study.at("instructions").at("image").at("networks").at("r2").get<double>(), 0.9);
}

}  // namespace
}  // namespace thimble::testing
