// Design spaces: their files, and what is said about mistakes in them.
#include "search/design_space.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "search/genome.h"
#include "search/variation.h"

namespace thimble::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const Json& json) {
  try {
    parse_design_space(json, "my.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

Json mcunet() { return to_json(design_space("mcunet")); }

TEST(DesignSpace, OfMcunetHas108Spaces) {
  const DesignSpace space = design_space("mcunet");
  EXPECT_EQ(space.resolutions.size() * space.widths.size(), 108U);
  EXPECT_EQ(space.resolutions.front(), 48);
  EXPECT_EQ(space.resolutions.back(), 224);
  EXPECT_NEAR(networks_in(space) / 9, 2.2e19, 0.1e19);  // The appendix counts 2e19, without the last block.
}

// The published networks of width 0.5 have 16, 8, 16, 24, 40, 48, 96 and 160 channels.
TEST(DesignSpace, OfMcunetHasTheChannelsOfThePublishedNetworks) {
  const DesignSpace space = restricted(design_space("mcunet"), 176, 0.5);
  const ir::NetConfig network = network_of(space, smallest(space));
  std::vector<int> channels{network.first_conv.out_channels};
  for (const ir::Block& block : network.blocks) {
    const int out = std::get<ir::MobileInvertedConv>(block.body).out_channels;
    if (out != channels.back()) channels.push_back(out);
  }
  EXPECT_THAT(channels, ElementsAre(16, 8, 16, 24, 40, 48, 96, 160));
}

TEST(DesignSpace, IsReadBackAsItWasWritten) {
  EXPECT_THAT(design_space_names(), ElementsAre("mcunet", "mcunetv2", "small"));
  for (const std::string& name : design_space_names()) {
    const DesignSpace space = design_space(name);
    EXPECT_EQ(space.name, name);
    EXPECT_EQ(parse_design_space(to_json(space), name), space);
  }
}

// MobileNetV3 (arXiv 1905.02244): hard-swish in the stem, in the late stages and in the feature mix.
TEST(DesignSpace, HasAnActivationForEachStageWhereGiven) {
  Json json = to_json(design_space("mcunetv2"));
  json["activation"] = "hard_swish";
  json["stem"][1]["activation"] = "relu";
  json["stages"][0]["activation"] = "relu";
  json["stages"][1]["activation"] = "relu6";
  const DesignSpace space = parse_design_space(json, "mine");
  EXPECT_EQ(parse_design_space(to_json(space), "again"), space);
  const Genome genome = smallest(space);
  const ir::NetConfig network = network_of(space, genome);
  EXPECT_EQ(network.first_conv.activation, ir::ActFunc::hard_swish);
  EXPECT_EQ(network.feature_mix_layer->activation, ir::ActFunc::hard_swish);
  std::vector<ir::ActFunc> expected{ir::ActFunc::relu};
  for (std::size_t stage = 0; stage < genome.stages.size(); ++stage) {
    const ir::ActFunc late = stage == 0 ? ir::ActFunc::relu : ir::ActFunc::relu6;
    expected.insert(expected.end(), genome.stages[stage].size(), stage < 2 ? late : ir::ActFunc::hard_swish);
  }
  for (std::size_t i = 0; i < network.blocks.size(); ++i)
    EXPECT_EQ(std::get<ir::MobileInvertedConv>(network.blocks[i].body).activation, expected.at(i)) << i;
}

TEST(DesignSpace, SaysWhatIsWrongAndWhere) {
  Json json = mcunet();
  json["stages"][2]["kernels"] = {3, 4};
  EXPECT_EQ(refusal(json), "my.json: stages[2].kernels has 4; kernels are odd");
  json = mcunet();
  json["stages"][1]["depths"] = {3, 2};
  EXPECT_EQ(refusal(json), "my.json: stages[1].depths is not ascending: 2 follows 3");
  json = mcunet();
  json["stages"][0]["expansion"] = {3};
  EXPECT_EQ(refusal(json), "my.json: stages[0].expansion is no field of a design space, did you mean \"expansions\"?");
  json = mcunet();
  json.erase("widths");
  EXPECT_EQ(refusal(json), "my.json: widths is missing");
  json = mcunet();
  json["activation"] = "swish";
  EXPECT_THAT(refusal(json), HasSubstr("activation is \"swish\""));
  json = mcunet();
  json["stages"][3]["activation"] = "h_swish";
  EXPECT_EQ(refusal(json), "my.json: stages[3].activation is \"h_swish\"; relu6, relu and hard_swish are supported");
  json = mcunet();
  json["stem"][0]["layer"] = "separable";
  EXPECT_EQ(refusal(json), "my.json: stem[0].layer is not a conv");
}

TEST(DesignSpace, OfAnUnknownNameSuggestsAnother) {
  try {
    design_space("mcnet");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "did you mean mcunet?");
  }
}

}  // namespace
}  // namespace thimble::search
