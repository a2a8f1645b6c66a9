#include "train/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble::train {
namespace {

std::string message_of(const std::string& toml) {
  const TemporaryFolder folder;
  write_text(folder.path() / "r.toml", toml);
  try {
    read_recipe(folder.path() / "r.toml");
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "accepted";
}

TEST(Recipe, ReadsToml) {
  const TemporaryFolder folder;
  write_text(
      folder.path() / "r.toml",
      "[network]\nname = \"mcunet-in0\"\nchannels = 1\nwidth = 0.5\n[data]\nname = \"mnist\"\nsplit = \"70/20/10\"\n"
      "[training]\nepochs = 20\nbatch = 32\nlearning_rate = 1e-2\nschedule = \"constant\"\nnesterov = false\n");
  const Recipe recipe = read_recipe(folder.path() / "r.toml");
  EXPECT_EQ(recipe.network, "mcunet-in0");
  EXPECT_EQ(recipe.network_options.channels, 1);
  EXPECT_EQ(recipe.network_options.width, 0.5);
  EXPECT_EQ(recipe.network_options.resolution, std::nullopt);
  EXPECT_EQ(recipe.split, "70/20/10");
  EXPECT_EQ(recipe.epochs, 20);
  EXPECT_EQ(recipe.batch, 32);
  EXPECT_EQ(recipe.schedule.peak, 0.01);
  EXPECT_EQ(recipe.schedule.kind, Schedule::Kind::constant);
  EXPECT_FALSE(recipe.sgd.nesterov);
}

TEST(Recipe, RecordedAsJsonItReadsBackTheSame) {
  Recipe recipe;
  recipe.network = "cifar-small";
  recipe.network_options.channels = 1;
  recipe.schedule.kind = Schedule::Kind::constant;
  recipe.augmentation = {.crop_padding = 4, .horizontal_flip = true, .cutout = 8, .fill = 128};
  recipe.seed = 12345678901234ULL;
  EXPECT_EQ(to_json(parse_recipe(to_json(recipe), "recipe.json")), to_json(recipe));
}

TEST(Recipe, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(message_of("[training]\nepoch = 3\n"),
              ::testing::HasSubstr("no key \"epoch\" in [training] / did you mean training.epochs?"));
  EXPECT_THAT(message_of("[training]\nepochs = \"many\"\n"),
              ::testing::HasSubstr("training.epochs is \"many\", not an integer"));
  EXPECT_THAT(message_of("[training]\nepochs = 0\n"), ::testing::HasSubstr("training.epochs must be positive"));
  EXPECT_THAT(message_of("[training]\nschedule = \"step\"\n"), ::testing::HasSubstr("\"cosine\" or \"constant\""));
  EXPECT_THAT(message_of("[training\n"), ::testing::HasSubstr("r.toml: line 1"));
  EXPECT_THAT(message_of("epochs = 3\n"), ::testing::HasSubstr("\"epochs\" stands outside a section"));
}

TEST(Recipe, EveryRecipeOfTheRepositoryIsValid) {
  int recipes = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(THIMBLE_SOURCE_DIR) / "recipes")) {
    if (file.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(read_recipe(file.path())) << file.path();
    ++recipes;
  }
  EXPECT_GE(recipes, 3);
}

}  // namespace
}  // namespace thimble::train
