#include "emulate/calibrate.h"

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble::testing {
namespace {

using emulate::Cycles;
using emulate::PipelineModel;
using ::testing::HasSubstr;

constexpr int layers = 12;

/// Layers with other mixtures of instructions, branches and loads each.
Cycles modelled(int layer) { return {10000.0 + 7000.0 * layer, 300.0 * (layer % 5), 900.0 * (1 + layer % 4)}; }

/// What a self-test would print on a board whose memories wait as the model says.
std::string log_of(const PipelineModel& board) {
  std::string log = "Booting ...\n";
  log += fmt::format(R"({{"selftest": 1, "board": "b", "core": "{}", "clock_mhz": 216.0, "model": "m", "layers": {}}})",
                     board.core, layers);
  for (int i = 0; i < layers; ++i) {
    const Cycles cycles = modelled(i);
    log += fmt::format(
        "\n{{\"layer\": {}, \"op\": \"conv_2d\", \"macs\": 1, \"cycles\": {:.0f}, \"model_cycles\": {:.0f}, "
        "\"taken_branches\": {:.0f}, \"loaded_words\": {:.0f}}}",
        i, cycles.total(board), cycles.pipeline, cycles.taken_branches, cycles.loaded_words);
  }
  return log + "\n{\"total_cycles\": 100000, \"output_crc32\": 1, \"expected_crc32\": 1, \"pass\": true}\n";
}

class Calibrate : public ::testing::Test {
 protected:
  emulate::BoardLog read(const std::string& log) {
    write_text(file, log);
    return emulate::read_board_log(file);
  }
  std::string complaint_about(const std::string& log) {
    try {
      read(log);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Exit::bad_input);
      return error.what();
    }
    return "";
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "board.log";
};

TEST_F(Calibrate, RecoversTheWaitsOfABoardFromItsLog) {
  PipelineModel board = emulate::pipeline_model("cortex-m7");
  board.branch_wait = 4.5;
  board.load_wait = 0.75;
  board.memory_factor = 1.2;
  const emulate::BoardLog log = read(log_of(board));
  EXPECT_EQ(log.layers.size(), 12U);
  const emulate::Calibration calibration = emulate::calibrate(std::span(&log, 1));
  EXPECT_NEAR(calibration.model.branch_wait, 4.5, 0.01);
  EXPECT_NEAR(calibration.model.load_wait, 0.75, 0.01);
  EXPECT_NEAR(calibration.model.memory_factor, 1.2, 0.001);
  EXPECT_GT(calibration.before.mean_layer, 0.1);
  EXPECT_LT(calibration.after.worst_layer, 0.001);
}

TEST_F(Calibrate, ChangesNothingWhereTheModelIsRight) {
  const emulate::BoardLog log = read(log_of(emulate::pipeline_model("cortex-m4")));
  const emulate::Calibration calibration = emulate::calibrate(std::span(&log, 1));
  EXPECT_NEAR(calibration.model.memory_factor, 1, 0.001);
  EXPECT_NEAR(calibration.model.branch_wait, 0, 0.01);
  EXPECT_NEAR(calibration.model.load_wait, 0, 0.01);
  EXPECT_EQ(calibration.before.worst_layer < 0.001, calibration.after.worst_layer < 0.001);
}

TEST_F(Calibrate, SaysWhatIsWrongWithALog) {
  const std::string log = log_of(emulate::pipeline_model("cortex-m7"));
  EXPECT_THAT(complaint_about("nothing\n"), HasSubstr("holds no report"));
  EXPECT_THAT(complaint_about(""), HasSubstr("holds no report"));
  EXPECT_THAT(complaint_about(log.substr(0, log.size() / 2)), HasSubstr("board.log:"));
  EXPECT_THAT(complaint_about(replaced(log, "\"pass\": true", "\"pass\": false")), HasSubstr("outputs were wrong"));
  EXPECT_THAT(complaint_about(replaced(log, "100000", "0")), HasSubstr("counter stood still"));
  EXPECT_THAT(complaint_about(replaced(log, "\"cycles\": ", "\"cycles\": -")), HasSubstr("\"cycles\""));
  EXPECT_THAT(complaint_about(replaced(log, "\"layers\": 12", "\"layers\": 13")), HasSubstr("not complete"));
}

TEST_F(Calibrate, RefusesLogsOfSeveralCores) {
  const std::vector<emulate::BoardLog> logs = {read(log_of(emulate::pipeline_model("cortex-m7"))),
                                               read(log_of(emulate::pipeline_model("cortex-m4")))};
  EXPECT_THROW(emulate::calibrate(logs), Error);
}

}  // namespace
}  // namespace thimble::testing
