#include <algorithm>

#include <gtest/gtest.h>

#include "base/files.h"
#include "nn/elastic_choices.h"
#include "synthetic.h"
#include "train/subnetwork_evaluator.h"
#include "train/supernet_trainer.h"

namespace thimble::train {
namespace {

/// The tiny network of the other tests with a second block, larger kernels and expansions.
ir::NetConfig elastic_network() {
  ir::NetConfig config = testing::tiny_network();
  auto& first = std::get<ir::MobileInvertedConv>(config.blocks[0].body);
  first.kernel_size = 5;
  first.expand_ratio = 4;
  config.blocks.push_back({first, true});
  std::get<ir::MobileInvertedConv>(config.blocks[1].body).stride = 1;
  return config;
}

const nn::ElasticChoices choices{.kernels = {3, 5}, .expansions = {2, 4}, .resolutions = {6, 8}};

SubnetworkSource source() {
  return {.draw = [](data::Random& random) { return nn::sampled(elastic_network(), choices, random); },
          .smallest = nn::smallest(elastic_network(), choices)};
}

SupernetRecipe recipe(SupernetMethod method) {
  SupernetRecipe recipe;
  recipe.method = method;
  recipe.largest = {.epochs = 1, .minutes = 0, .learning_rate = 0.1, .warmup = 0.1};
  recipe.elastic = {.epochs = 2, .minutes = 0, .learning_rate = 0.1, .warmup = 0.1};
  recipe.batch = 32;
  recipe.augmentation.crop_padding = 1;
  return recipe;
}

TrainerOptions threads(int count) {
  TrainerOptions options;
  options.threads = count;
  return options;
}

SupernetResult train_in(const std::filesystem::path& folder, nn::Supernet& supernet, const SupernetRecipe& recipe,
                        bool resume, const TrainerOptions& options, std::size_t samples = 300) {
  return train_supernet(supernet, recipe, source(), testing::stripes(samples, 100).train, {}, folder, resume, options);
}

bool equal(const nn::Supernet& a, const nn::Supernet& b) {
  const auto first = a.parameters();
  const auto second = b.parameters();
  return std::equal(first.begin(), first.end(), second.begin(), second.end(),
                    [](const auto& x, const auto& y) { return x.name == y.name && x.value.equal(y.value); });
}

TEST(SupernetTraining, InterruptedAfterEachStepItEndsWithTheSameWeights) {
  for (const SupernetMethod method : {SupernetMethod::shrinking, SupernetMethod::sandwich}) {
    for (const int count : {1, 2}) {
      const TemporaryFolder whole_folder, pieces_folder;
      nn::Supernet whole(elastic_network(), 1);
      EXPECT_TRUE(train_in(whole_folder.path(), whole, recipe(method), false, threads(count)).finished);

      const std::atomic<bool> interrupted = true;
      TrainerOptions options = threads(count);
      options.interrupted = &interrupted;
      int pieces = 0;
      for (bool finished = false; !finished; ++pieces) {
        // A new process would not have the weights of the last one.
        nn::Supernet again(elastic_network(), pieces == 0 ? 1 : 99);
        finished = train_in(pieces_folder.path(), again, recipe(method), pieces > 0, options).finished;
        if (finished) {
          EXPECT_TRUE(equal(whole, again)) << name_of(method) << ", " << count << " threads";
        }
      }
      EXPECT_EQ(pieces, 27);  // 300 / 32 = 9 steps an epoch, 3 epochs.
      const std::string log = read_text(pieces_folder.path() / "supernet.jsonl");
      EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 3);
    }
  }
}

TEST(SupernetTraining, TheSeedDecidesTheWeights) {
  const TemporaryFolder a, b, c;
  SupernetRecipe seeded = recipe(SupernetMethod::sandwich);
  seeded.elastic.epochs = 1;
  nn::Supernet one(elastic_network(), 1), same(elastic_network(), 1), other(elastic_network(), 1);
  train_in(a.path(), one, seeded, false, threads(1), 100);
  train_in(b.path(), same, seeded, false, threads(1), 100);
  seeded.seed = 2;
  train_in(c.path(), other, seeded, false, threads(1), 100);
  EXPECT_TRUE(equal(one, same));
  EXPECT_FALSE(equal(one, other));
}

TEST(SupernetTraining, EverySubNetworkLearns) {
  for (const SupernetMethod method : {SupernetMethod::shrinking, SupernetMethod::sandwich}) {
    const TemporaryFolder folder;
    SupernetRecipe longer = recipe(method);
    longer.largest.epochs = 3;
    longer.elastic.epochs = 5;
    nn::Supernet supernet(elastic_network(), 1);
    train_in(folder.path(), supernet, longer, false, threads(1), 900);
    const data::DatasetSplits data = testing::stripes(900, 300);
    SubnetworkEvaluator evaluator(supernet, data.train, data.test, {}, {}, threads(2));
    data::Random random(5);
    std::vector<ir::NetConfig> subnetworks = {supernet.largest(), source().smallest};
    for (int n = 0; n < 6; ++n) subnetworks.push_back(source().draw(random));
    // Stripes one pixel wide do not survive a smaller picture.
    for (ir::NetConfig& subnetwork : subnetworks) subnetwork.resolution = 8;
    for (const ir::NetConfig& subnetwork : subnetworks) {
      EXPECT_GE(evaluator.accuracy(subnetwork), 0.9) << name_of(method);
    }
  }
}

TEST(SupernetTraining, ShrinkingOpensOneChoiceAfterAnother) {
  const SupernetRecipe shrinking = recipe(SupernetMethod::shrinking);
  const ir::NetConfig largest = elastic_network();
  bool fewer_blocks = false;
  for (long step = 0; step < 20; ++step) {
    for (const auto& subnetwork : subnetworks_of_step(largest, shrinking, source(), step, 0.1)) {
      EXPECT_EQ(nn::restricted(largest, subnetwork, nn::Elastic::kernel), subnetwork);
    }
    for (const auto& subnetwork : subnetworks_of_step(largest, shrinking, source(), step, 0.4)) {
      fewer_blocks |= ir::layers_of(subnetwork).size() < ir::layers_of(largest).size();
      EXPECT_EQ(nn::restricted(largest, subnetwork, nn::Elastic::depth), subnetwork);
    }
  }
  EXPECT_TRUE(fewer_blocks);
}

TEST(SupernetTraining, ASandwichHasTheLargestAndTheSmallest) {
  const auto subnetworks = subnetworks_of_step(elastic_network(), recipe(SupernetMethod::sandwich), source(), 7, 0.5);
  ASSERT_EQ(subnetworks.size(), 4U);
  EXPECT_EQ(subnetworks[0], elastic_network());
  EXPECT_EQ(subnetworks[1], source().smallest);
}

TEST(SubnetworkEvaluator, DoesNotDependOnThreadsOrOrder) {
  const nn::Supernet supernet(elastic_network(), 1);
  const data::DatasetSplits data = testing::stripes(400, 200);
  data::Random random(5);
  std::vector<ir::NetConfig> subnetworks;
  for (int n = 0; n < 5; ++n) subnetworks.push_back(source().draw(random));
  SubnetworkEvaluator one(supernet, data.train, data.test, {}, {}, threads(1));
  SubnetworkEvaluator two(supernet, data.train, data.test, {}, {}, threads(2));
  std::vector<double> forwards, backwards;
  for (const auto& subnetwork : subnetworks) forwards.push_back(one.accuracy(subnetwork));
  std::reverse(subnetworks.begin(), subnetworks.end());
  for (const auto& subnetwork : subnetworks) backwards.push_back(two.accuracy(subnetwork));
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(forwards, backwards);
}

TEST(SupernetRecipe, RecordedAsJsonItReadsBackTheSame) {
  SupernetRecipe written = recipe(SupernetMethod::shrinking);
  written.seed = 12345678901234ULL;
  EXPECT_EQ(to_json(parse_supernet_recipe(to_json(written), "recipe")), to_json(written));
}

}  // namespace
}  // namespace thimble::train
