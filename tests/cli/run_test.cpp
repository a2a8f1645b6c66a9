// The verbs on a model, as a user calls them: the three backends agree, files hold what they say.
#include <algorithm>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/npy.h"
#include "cli/command.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

/// Inferences of int8_network's float32 input, 8x8x3.
Array inputs_of(std::size_t inferences) {
  std::vector<float> values(inferences * 8 * 8 * 3);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 37) % 251) / 125.5F - 1.0F;
  const auto bytes = std::as_bytes(std::span(values));
  Array array{"<f4", {inferences, 8, 8, 3}, {bytes.begin(), bytes.end()}};
  return array;
}

class Verbs : public ::testing::Test {
 protected:
  void SetUp() override {
    exporting::write_tflite(int8_network(), thimble.file("model.tflite"));
    write_npy(thimble.file("x.npy"), inputs_of(3));
  }
  ProcessResult run(const std::string& backend, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"run",      "model.tflite",   "--input",   "x.npy",
                                      "--output", backend + ".npy", "--backend", backend,
                                      "--trace",  backend + ".json"};
    words.insert(words.end(), more.begin(), more.end());
    return thimble(words);
  }
  Command thimble;
};

TEST_F(Verbs, EveryBackendGivesTheSameOutputsAndTheSameTrace) {
  for (const char* backend : {"reference", "host"}) {
    const ProcessResult result = run(backend);
    ASSERT_EQ(result.status, 0) << result.err;
  }
  EXPECT_EQ(read_text(thimble.file("reference.npy")), read_text(thimble.file("host.npy")));
  EXPECT_EQ(read_npy(thimble.file("host.npy")).shape.at(0), 3U);
  const Json reference = read_json(thimble.file("reference.json"));
  EXPECT_GT(reference.size(), 5U);
  // The host runs no code for reshapes, so its trace may be shorter, but never different.
  for (const Json& entry : read_json(thimble.file("host.json"))) {
    EXPECT_NE(std::find(reference.begin(), reference.end(), entry), reference.end()) << entry;
  }
}

TEST_F(Verbs, ManyInferencesKeepTheirOrder) {
  write_npy(thimble.file("x.npy"), inputs_of(77));
  for (const char* backend : {"reference", "host"}) ASSERT_EQ(run(backend).status, 0);
  EXPECT_EQ(read_npy(thimble.file("host.npy")).shape.at(0), 77U);
  EXPECT_EQ(read_text(thimble.file("reference.npy")), read_text(thimble.file("host.npy")));
}

TEST_F(Verbs, TheEmulatedCoreGivesTheReferencesOutputs) {
  if (!program_exists("qemu-system-arm") || !program_exists("arm-none-eabi-gcc")) {
    GTEST_SKIP() << "skipped: qemu-system-arm and gcc-arm-none-eabi are not installed";
  }
  ASSERT_EQ(run("reference").status, 0);
  const ProcessResult result = run("emulator");
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_text(thimble.file("reference.npy")), read_text(thimble.file("emulator.npy")));
}

TEST_F(Verbs, PassesNoneRunsTheModelAsItsFileSays) {
  ASSERT_EQ(run("reference").status, 0);
  const std::string simplified = read_text(thimble.file("reference.npy"));
  ASSERT_EQ(run("reference", {"--passes", "none"}).status, 0);
  EXPECT_EQ(read_text(thimble.file("reference.npy")), simplified);
}

TEST_F(Verbs, CompileNamesTheFunctionThatTakesRows) {
  const ProcessResult result = thimble({"compile", "model.tflite", "-o", "out", "--input-mode", "rows"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("call model_invoke_rows(arena, ...)"));
  EXPECT_THAT(read_text(thimble.file("out/model.h")), HasSubstr("model_invoke_rows"));
}

TEST_F(Verbs, CompileWritesAProgramThatNamesItsModel) {
  const ProcessResult result = thimble({"compile", "model.tflite", "-o", "out", "--json", "c.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("call model_invoke(arena)"));
  EXPECT_THAT(read_text(thimble.file("out/model.h")), HasSubstr("model_invoke"));
  EXPECT_GT(read_json(thimble.file("c.json")).at("sram").at("arena").get<int>(), 0);
}

TEST_F(Verbs, InspectAndPlanAndBoardsPrintTables) {
  EXPECT_THAT(thimble({"inspect", "model.tflite"}).out, HasSubstr("depthwise_conv_2d"));
  EXPECT_THAT(thimble({"plan", "model.tflite"}).out, HasSubstr("depthwise_conv_2d"));
  EXPECT_THAT(thimble({"boards"}).out, HasSubstr("stm32f746"));
  EXPECT_THAT(thimble({"datasets"}).out, HasSubstr("fashion-mnist"));
}

TEST_F(Verbs, EveryVerbHasHelpWithAnExample) {
  for (const char* verb :
       {"compile", "run", "bench", "plan", "inspect", "quantize", "eval", "boards", "datasets", "report"}) {
    const ProcessResult result = thimble({verb, "--help"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("Example: thimble")) << verb;
  }
}

}  // namespace
}  // namespace thimble::testing
