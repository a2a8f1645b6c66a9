// Genomes: random ones, mutations and crossovers are always networks of their space.
#include "search/genome.h"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "data/random.h"
#include "ir/netconfig.h"
#include "ir/netconfig_layers.h"
#include "search/variation.h"

namespace thimble::search {
namespace {

/// A valid genome, and a network that validates.
void require_valid(const DesignSpace& space, const Genome& genome) {
  require_in_space(space, genome, "test");
  ir::validate(network_of(space, genome), "test");
}

DesignSpace any_space() { return design_space(*rc::gen::element<std::string>("mcunet", "mcunetv2", "small")); }

TEST(Genome, SampledIsValid) {
  EXPECT_TRUE(rc::check([] {
    const DesignSpace space = any_space();
    data::Random random(*rc::gen::arbitrary<std::uint64_t>());
    require_valid(space, sample(space, random));
  }));
}

TEST(Genome, MutatedOrCrossedIsValid) {
  EXPECT_TRUE(rc::check([] {
    const DesignSpace space = any_space();
    data::Random random(*rc::gen::arbitrary<std::uint64_t>());
    const Genome a = sample(space, random);
    const Genome b = sample(space, random);
    for (const double probability : {0.0, 0.1, 1.0}) require_valid(space, mutated(space, a, probability, random));
    require_valid(space, crossed(a, b, random));
    EXPECT_EQ(mutated(space, a, 0, random), a);
    EXPECT_EQ(crossed(a, a, random), a);
  }));
}

TEST(Genome, CrossedTakesEachChoiceFromAParent) {
  const DesignSpace space = design_space("mcunet");
  data::Random random(1);
  for (int i = 0; i < 100; ++i) {
    const Genome a = sample(space, random);
    const Genome b = sample(space, random);
    const Genome child = crossed(a, b, random);
    EXPECT_TRUE(child.resolution == a.resolution || child.resolution == b.resolution);
    for (std::size_t s = 0; s < child.stages.size(); ++s)
      for (std::size_t k = 0; k < child.stages[s].size(); ++k) {
        const auto has = [&](const Genome& parent) {
          return k < parent.stages[s].size() && parent.stages[s][k].kernel == child.stages[s][k].kernel;
        };
        EXPECT_TRUE(has(a) || has(b));
      }
  }
}

TEST(Genome, OfASeedIsTheSameOnEveryMachine) {
  const DesignSpace space = design_space("mcunet");
  data::Random random(7);
  const Genome genome = sample(space, random);
  EXPECT_EQ(text_of(genome), "112 x0.2 | 5e4 5e3 5e3 7e6 | 7e3 7e6 5e4 | 3e4 5e6 5e3 5e3 | 3e4 5e3 | 5e6 5e6 | 3e4");
  EXPECT_EQ(hash_of(genome), 13215321347438056930U);
}

TEST(Genome, SampledTakesEveryChoice) {
  const DesignSpace space = design_space("mcunetv2");
  data::Random random(3);
  std::set<int> kernels;
  std::set<int> expansions;
  std::set<double> widths;
  std::set<bool> squeeze;
  std::set<std::size_t> depths;
  for (int i = 0; i < 200; ++i) {
    const Genome genome = sample(space, random);
    depths.insert(genome.stages[1].size());
    for (const BlockGene& gene : genome.stages[1]) {
      kernels.insert(gene.kernel);
      expansions.insert(gene.expansion);
      widths.insert(gene.width);
      squeeze.insert(gene.squeeze_excite);
    }
  }
  EXPECT_EQ(kernels, (std::set{3, 5, 7}));
  EXPECT_EQ(expansions, (std::set{3, 4, 6}));
  EXPECT_EQ(widths, (std::set{0.5, 0.75, 1.0}));
  EXPECT_EQ(squeeze.size(), 2U);
  EXPECT_EQ(depths, (std::set<std::size_t>{2, 3, 4}));
}

TEST(Genome, IsReadBackAsItWasWritten) {
  data::Random random(5);
  for (const std::string& name : design_space_names()) {
    const DesignSpace space = design_space(name);
    for (int i = 0; i < 50; ++i) {
      const Genome genome = sample(space, random);
      EXPECT_EQ(parse_genome(to_json(genome), "test"), genome);
    }
  }
}

TEST(Genome, OfAnotherSpaceIsRefusedByWhatItHas) {
  const DesignSpace space = design_space("mcunet");
  Genome genome = smallest(space);
  genome.stages[1][0].kernel = 9;
  try {
    require_in_space(space, genome, "winner.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "winner.json: the design space mcunet does not have kernel 9 in stage 1");
  }
}

TEST(Genome, LargestHasMoreMacsThanAnyOther) {
  const DesignSpace space = design_space("mcunet");
  const std::int64_t most = ir::macs_of(network_of(space, largest(space)));
  const std::int64_t least = ir::macs_of(network_of(space, smallest(space)));
  data::Random random(9);
  for (int i = 0; i < 100; ++i) {
    const std::int64_t macs = ir::macs_of(network_of(space, sample(space, random)));
    EXPECT_GE(macs, least);
    EXPECT_LE(macs, most);
  }
}

}  // namespace
}  // namespace thimble::search
