#include "emulate/selftest.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "emulate/selftest_readme.h"
#include "plan/planner.h"
#include "plan/sample_graphs.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> objects;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) objects.push_back(Json::parse(line));
  return objects;
}

class SelfTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SelfTest, ReportsItsLayersAndTheRightOutputs) {
  const target::Board board = target::board(GetParam());
  const ir::Graph graph = chain_graph();
  const TemporaryFolder folder;
  emit::write_files(emulate::selftest_files(graph, plan::make_plan(graph, board.core), board), folder.path());
  const ProcessResult result = run_emulator_commands(folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const std::vector<Json> report = json_lines(result.err);  // QEMU's semihosting console
  ASSERT_EQ(report.size(), graph.ops.size() + 2);
  EXPECT_EQ(report.front()["board"], board.name);
  EXPECT_EQ(report.front()["layers"], graph.ops.size());
  EXPECT_EQ(report.back()["pass"], true);
  EXPECT_EQ(report.back()["output_crc32"], report.back()["expected_crc32"]);
  EXPECT_EQ(report[1]["layer"], 0);
  EXPECT_GT(report[1]["model_cycles"], 0);
}

INSTANTIATE_TEST_SUITE_P(Boards, SelfTest, ::testing::Values("stm32f746", "stm32f412"));

TEST(SelfTestExport, RefusesBoardsWithoutACycleCounter) {
  const ir::Graph graph = chain_graph();
  for (const char* name : {"pico", "host", "emulator"}) {
    const target::Board board = target::board(name);
    EXPECT_THROW(emulate::selftest_files(graph, plan::make_plan(graph, board.core), board), Error) << name;
  }
}

}  // namespace
}  // namespace thimble::testing
