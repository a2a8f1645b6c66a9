// plan.json, the table and the peak: a plan as others see it.
#include "plan/plan_json.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/peak.h"
#include "plan/plan_text.h"
#include "plan/planner.h"
#include "sample_graphs.h"
#include "streamed_plan.h"
#include "test_kernels.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;
using ::testing::HasSubstr;
using testing::layerwise_plan;
using testing::PlannedGraph;

TEST(PlanJson, ReadsBackWhatItWrote) {
  std::vector<PlannedGraph> samples{testing::streamed_convolutions({9, 5, {3, 4, 2}, 2}, testing::test_kernel)};
  for (const ir::Graph& graph : testing::sample_graphs()) samples.push_back({graph, layerwise_plan(graph)});
  for (const PlannedGraph& sample : samples) {
    const Json written = to_json(sample.graph, sample.plan);
    const Plan read = plan_from_json(Json::parse(written.dump()));
    EXPECT_EQ(to_json(sample.graph, read), written);
    EXPECT_EQ(read.arena_bytes, sample.plan.arena_bytes);
    EXPECT_EQ(read.placements.size(), sample.plan.placements.size());
    EXPECT_EQ(read.stages.size(), sample.plan.stages.size());
  }
}

TEST(PlanJson, NamesTheFieldThatIsWrong) {
  const ir::Graph graph = testing::chain_graph();
  const Json good = to_json(graph, layerwise_plan(graph));
  const auto objection = [](const Json& json) -> std::string {
    try {
      plan_from_json(json);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  Json bad = good;
  bad["stages"][0]["steps"][0]["rows"].erase("advance");
  EXPECT_THAT(objection(bad), HasSubstr("\"advance\" is missing"));
  bad = good;
  bad["buffers"][1]["bytes"] = "many";
  EXPECT_THAT(objection(bad), HasSubstr("\"bytes\" is not what it should be"));
  EXPECT_THAT(objection(Json::array()), HasSubstr("\"arena_bytes\" is missing"));
}

/// input 32 bytes -> a 128 bytes -> b 32 bytes, apart: the peak is a's stage or b's, the first of both.
PlannedGraph hourglass() {
  GraphBuilder g("hourglass");
  const auto in = g.input({1, 4, 4, 2});
  const auto a = g.resize(in, 8, 8, "a");
  const auto b = g.max_pool(a, {2, 2, 0}, "b");
  const auto c = g.max_pool(b, {2, 2, 0}, "c");
  PlannedGraph planned{g.finish({c}), {}};
  PlanOptions apart;
  apart.overlap = false;
  planned.plan = layerwise_plan(planned.graph, apart);
  return planned;
}

TEST(Peak, IsTheStageThatNeedsMostBytes) {
  const PlannedGraph p = hourglass();
  EXPECT_EQ(live_bytes(p.plan), (std::vector<std::int64_t>{160, 160, 40}));
  const Peak peak = peak_of(p.plan);
  EXPECT_EQ(peak.stage, 0);
  EXPECT_EQ(peak.bytes, 160);
  EXPECT_EQ(describe_peak(p.graph, p.plan), "layer 0 \"a\" (a 128, input 32)");
}

TEST(Peak, SaysByHowManyBytesAnArenaDoesNotFit) {
  const PlannedGraph p = hourglass();
  target::Board board;
  board.name = "tiny";
  board.sram_bytes = 160 + stack_bytes;
  EXPECT_NO_THROW(require_arena_fits(p.graph, p.plan, board));
  board.sram_bytes = 100 + stack_bytes;
  try {
    require_arena_fits(p.graph, p.plan, board);
    FAIL() << "60 bytes too many";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::answer_is_no);
    EXPECT_STREQ(
        error.what(),
        "hourglass: does not fit tiny: its arena of 160 bytes and 2048 of stack exceed the SRAM of 2148 bytes by "
        "60, at layer 0 \"a\" (a 128, input 32)");
  }
}

TEST(PlanText, IsATableWithThePeakMarked) {
  const PlannedGraph p = hourglass();
  EXPECT_EQ(text_of(p.graph, p.plan),
            "stage  layer  op              kernel               rows  live bytes\n"
            "    0  a      resize_nearest  test_resize_nearest  0-7          160  <- peak\n"
            "    1  b      max_pool_2d     test_max_pool_2d     0-3          160\n"
            "    2  c      max_pool_2d     test_max_pool_2d     0-1           40\n"
            "arena 160 bytes; most live at layer 0 \"a\" (a 128, input 32)\n");
}

TEST(PlanText, KeepsBothEndsOfALongLayerName) {
  GraphBuilder g("long");
  const auto in = g.input({1, 4, 4, 2});
  const ir::Graph graph = g.finish({g.sigmoid(in, "blocks/17/" + std::string(60, 'x') + "/project")});
  const std::string text = text_of(graph, layerwise_plan(graph));
  EXPECT_THAT(text, HasSubstr("blocks/17/xxxxxxxxxxx...xxxx"));
  EXPECT_THAT(text, HasSubstr("xxx/project  sigmoid"));
}

TEST(PlanText, ShowsTheLoopsOfAStreamedPlan) {
  const PlannedGraph p = testing::streamed_convolutions({8, 5, {3, 4, 2}, 2}, testing::test_kernel);
  EXPECT_THAT(text_of(p.graph, p.plan), HasSubstr("2-3 (+2) x3"));
}

}  // namespace
}  // namespace thimble::plan
