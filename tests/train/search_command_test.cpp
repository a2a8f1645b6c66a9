// `thimble-train search` as a user calls it.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/process.h"
#include "search/candidate_log.h"
#include "search_place.h"

namespace thimble::train {
namespace {

using ::testing::HasSubstr;

class SearchCommand : public ::testing::Test {
 protected:
  ProcessResult operator()(std::vector<std::string> more) const {
    std::vector<std::string> words{THIMBLE_TRAIN_PROGRAM,       "search",    "-o",
                                   place_.path("out").string(), "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return run_process(words);
  }
  /// A search up to the stage.
  ProcessResult begin(const std::string& stage, std::vector<std::string> more = {},
                      const std::string& board = "stm32f412") const {
    const SearchSettings settings = place_.settings();
    std::vector<std::string> words{"--data",    settings.dataset,   "--board", board,     "--space", settings.space,
                                   "--no-flip", "--budget-minutes", "1",       "--stage", stage};
    words.insert(words.end(), more.begin(), more.end());
    return (*this)(words);
  }
  Json recorded() const { return read_json(place_.path("out") / "search.json"); }

  const testing::SearchPlace place_;
};

TEST_F(SearchCommand, GoesOnWithWhatIsAskedForAnew) {
  ASSERT_EQ(begin("space", {"--population", "12", "--parents", "3"}).status, 0);
  const Json before = recorded();
  const ProcessResult result = (*this)({"--resume", "--stage", "space", "--budgets", "16kB/64kB,32kB/1MB",
                                        "--generations", "2", "--predictor", "off", "--budget-minutes", "2"});
  ASSERT_EQ(result.status, 0) << result.err;
  Json expected = before;
  expected["budgets"] = {{16384, 65536}, {32768, 1048576}};
  expected["generations"] = 2;
  expected["predictor"] = "off";
  expected["minutes"] = 2.0;
  EXPECT_EQ(recorded(), expected);
}

TEST_F(SearchCommand, RefusesWhatASearchThatExistsHasAlready) {
  ASSERT_EQ(begin("space").status, 0);
  const Json before = recorded();
  for (const std::vector<std::string>& option :
       std::vector<std::vector<std::string>>{{"--seed", "2"}, {"--sram", "16kB"}, {"--no-flip"}, {"--data", "other"}}) {
    std::vector<std::string> words{"--resume"};
    words.insert(words.end(), option.begin(), option.end());
    const ProcessResult result = (*this)(words);
    EXPECT_EQ(result.status, 2) << option.front();
    EXPECT_THAT(result.err, HasSubstr(option.front() + ": the search in "));
  }
  EXPECT_EQ(recorded(), before);
}

TEST_F(SearchCommand, EvolvesWithinSeveralSpaces) {
  ASSERT_EQ(begin("space").status, 0);
  EXPECT_EQ(read_json(place_.path("out") / "supernet" / "space.json")["widths"], Json({0.5}));
  std::filesystem::remove_all(place_.path("out"));
  ASSERT_EQ(begin("evolve", {"--spaces", "2"}).status, 0);
  EXPECT_EQ(read_json(place_.path("out") / "supernet" / "space.json")["widths"], Json({0.5, 1.0}));
  std::set<double> widths;
  for (const search::Candidate& candidate : search::logged_candidates(place_.path("out") / "candidates.jsonl"))
    widths.insert(candidate.genome.width);
  EXPECT_EQ(widths, (std::set<double>{0.5, 1.0}));
}

TEST_F(SearchCommand, RefusesABoundThatTheBoardKnowsNothingOf) {
  const ProcessResult result = begin("space", {"--max-uj", "100"}, "stm32f746");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("--max-uj: stm32f746 has no"));
}

}  // namespace
}  // namespace thimble::train
