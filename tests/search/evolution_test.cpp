// Evolution: the same for a seed, resumes to the same result wherever it was cut, keeps all limits, beats chance.
#include "search/evolution.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "data/random.h"
#include "search/exact_cost.h"
#include "search/variation.h"
#include "synthetic_fitness.h"
#include "target/board.h"

namespace thimble::search {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::synthetic_fitness;

class Evolution : public ::testing::Test {
 protected:
  Evolution() : space_(design_space("small")), table_(target::board("stm32f746").core) {
    options_.population = 20;
    options_.parents = 6;
    options_.crossovers = 10;
    options_.mutations = 10;
    options_.generations = 6;
    options_.limits.sram_bytes = 16 * 1024;
    options_.limits.flash_bytes = 128 * 1024;
    callbacks_.cost = planned_cost(space_, table_, {Planner::full, false, options_.limits.sram_bytes});
    callbacks_.fitness = [this](const Genome& genome) {
      ++evaluations_;
      return synthetic_fitness(genome);
    };
  }

  fs::path log_file() const { return folder_.path() / "log.jsonl"; }
  Json header() const { return search_json(space_, options_, "evolution"); }

  TemporaryFolder folder_;
  DesignSpace space_;
  LayerTable table_;
  EvolutionOptions options_;
  SearchCallbacks callbacks_;
  int evaluations_ = 0;
};

std::vector<Genome> genomes_of(const SearchResult& result) {
  std::vector<Genome> genomes;
  for (const Candidate& candidate : result.candidates) genomes.push_back(candidate.genome);
  return genomes;
}

TEST_F(Evolution, OfASeedIsAlwaysTheSame) {
  CandidateLog a;
  CandidateLog b;
  CandidateLog c;
  const SearchResult first = evolve(space_, options_, callbacks_, a);
  EXPECT_EQ(genomes_of(first), genomes_of(evolve(space_, options_, callbacks_, b)));
  options_.seed = 2;
  EXPECT_NE(genomes_of(first), genomes_of(evolve(space_, options_, callbacks_, c)));
}

TEST_F(Evolution, LooksAtDifferentNetworksThatKeepTheLimits) {
  CandidateLog log;
  const SearchResult result = evolve(space_, options_, callbacks_, log);
  EXPECT_EQ(result.candidates.size(), 20U + 6 * 20);
  std::set<Genome> different;
  for (const Candidate& candidate : result.candidates) {
    different.insert(candidate.genome);
    EXPECT_TRUE(is_in_space(space_, candidate.genome));
    EXPECT_LE(candidate.cost.sram_bytes, options_.limits.sram_bytes);
    EXPECT_LE(candidate.cost.flash_bytes, options_.limits.flash_bytes);
    EXPECT_EQ(candidate.cost.sram_bytes, callbacks_.cost(candidate.genome).sram_bytes);
  }
  EXPECT_EQ(different.size(), result.candidates.size());
  EXPECT_EQ(evaluations_, static_cast<int>(result.candidates.size()));
}

TEST_F(Evolution, ResumesToTheSameResultWhereverItWasCut) {
  CandidateLog whole;
  const std::vector<Genome> expected = genomes_of(evolve(space_, options_, callbacks_, whole));
  for (const int cut : {0, 1, 7, 20, 33, 139}) {
    fs::remove(log_file());
    evaluations_ = 0;
    callbacks_.stop = [&] { return evaluations_ == cut; };
    {
      CandidateLog log(log_file(), header());
      EXPECT_FALSE(evolve(space_, options_, callbacks_, log).finished);
    }
    callbacks_.stop = {};
    CandidateLog log(log_file(), header());
    EXPECT_EQ(log.size(), static_cast<std::size_t>(cut));
    EXPECT_EQ(genomes_of(evolve(space_, options_, callbacks_, log)), expected) << "cut after " << cut;
    EXPECT_EQ(evaluations_, static_cast<int>(expected.size())) << "no network is evaluated twice";
  }
}

// A process that is killed leaves a file of any length.
TEST_F(Evolution, ResumesFromAnyPartOfItsLog) {
  {
    CandidateLog log(log_file(), header());
    evolve(space_, options_, callbacks_, log);
  }
  const std::string text = read_text(log_file());
  data::Random random(3);
  for (int i = 0; i < 12; ++i) {
    const std::size_t length = i == 0 ? 0 : random.below(static_cast<std::uint32_t>(text.size()));
    write_text(log_file(), text.substr(0, length));
    CandidateLog log(log_file(), header());
    evolve(space_, options_, callbacks_, log);
    EXPECT_EQ(read_text(log_file()), text) << "cut after " << length << " bytes";
  }
}

TEST_F(Evolution, DoesNotGoOnWithTheLogOfAnotherSearch) {
  { CandidateLog log(log_file(), header()); }
  options_.seed = 2;
  try {
    CandidateLog log(log_file(), header());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("is the log of another search: its seed is 1, not 2"));
  }
}

TEST_F(Evolution, BeatsRandomSearchWithAsManyEvaluations) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    options_.seed = seed;
    CandidateLog a;
    CandidateLog b;
    const SearchResult evolved = evolve(space_, options_, callbacks_, a);
    const SearchResult random = search_randomly(space_, options_, evolved.candidates.size(), callbacks_, b);
    ASSERT_EQ(random.candidates.size(), evolved.candidates.size());
    EXPECT_GT(evolved.best(1)[0].fitness, random.best(1)[0].fitness + 0.02);
  }
}

// A short search has few evaluations: what a predictor proposes makes more of them, and all fitness stays measured.
TEST_F(Evolution, ChoosesBetterWithAPredictorAndMeasuresWhatItChose) {
  options_.generations = 2;
  double plain = 0;
  double proposed = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    options_.seed = seed;
    options_.proposals = 1;
    CandidateLog a;
    plain += evolve(space_, options_, callbacks_, a).best(1)[0].fitness;
    options_.proposals = 8;
    CandidateLog b;
    const SearchResult result = evolve(space_, options_, callbacks_, b);
    proposed += result.best(1)[0].fitness;
    EXPECT_EQ(result.candidates.size(), 20U + 2 * 20);
    for (const Candidate& candidate : result.candidates)
      EXPECT_EQ(candidate.fitness, synthetic_fitness(candidate.genome));
  }
  EXPECT_GT(proposed / 3, plain / 3 + 0.01);
}

// What it finds compiles: the real planner keeps the limits too.
TEST_F(Evolution, FindsNetworksThatThePlannerConfirms) {
  options_.generations = 2;
  CandidateLog log;
  const std::vector<Candidate> best = evolve(space_, options_, callbacks_, log).best(5);
  const std::optional<Candidate> winner = first_confirmed(space_, best, table_, options_.limits, false);
  ASSERT_TRUE(winner);
  EXPECT_LE(winner->cost.sram_bytes, options_.limits.sram_bytes);
  EXPECT_NEAR(winner->cost.cycles / callbacks_.cost(winner->genome).cycles, 1, 0.2);
}

TEST_F(Evolution, SaysWhenNothingKeepsTheLimits) {
  options_.limits.flash_bytes = 1000;
  options_.most_tries = 100;
  CandidateLog log;
  try {
    evolve(space_, options_, callbacks_, log);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "none of 100 random networks of the design space small keeps the limits");
    EXPECT_EQ(error.code(), Exit::answer_is_no);
  }
}

TEST_F(Evolution, KeepsALimitOfTime) {
  options_.limits.cycles = 4e6;
  CandidateLog log;
  for (const Candidate& candidate : evolve(space_, options_, callbacks_, log).candidates)
    EXPECT_LE(candidate.cost.cycles, 4e6);
}

}  // namespace
}  // namespace thimble::search
