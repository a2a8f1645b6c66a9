// Loaders on the real thing, where it is on this machine.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/open.h"
#include "shared_files.h"

namespace thimble::data {
namespace {

using ::testing::Each;

std::string shared(const char* path) { return (testing::shared_folder() / path).string(); }

TEST(RealData, FashionMnistIsWholeAndQuick) {
  for (const KnownDataset& known : known_datasets()) {
    if (known.name == "fashion-mnist" && !known.found) GTEST_SKIP() << "skipped: " << known.how_to_get;
  }
  const auto start = std::chrono::steady_clock::now();
  const DatasetSplits splits = open_dataset("fashion-mnist");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 5);
  EXPECT_THAT(splits.train.class_counts(), Each(6000U));
  EXPECT_THAT(splits.test.class_counts(), Each(1000U));
  EXPECT_EQ(splits.test.class_names()[static_cast<std::size_t>(splits.test.label(0))], "Ankle boot");
  RecordProperty("seconds", std::to_string(seconds.count()));
}

TEST(RealData, CifarTarIsBalancedAndNearItsLosslessOriginals) {
  THIMBLE_NEEDS_SHARED("data/cifar10/test.tar");
  const Dataset jpeg = open_dataset(shared("data/cifar10/test.tar")).for_evaluation();
  EXPECT_THAT(jpeg.class_counts(), Each(800U));
  EXPECT_EQ(jpeg.shape(), (SampleShape{.height = 32, .width = 32, .channels = 3}));
  const Dataset original = open_dataset(shared("data/cifar10/lossless_test_batch.bin")).for_evaluation();
  EXPECT_EQ(original.size(), 748U);
  EXPECT_EQ(original.class_names(), jpeg.class_names());
}

TEST(RealData, VisualWakeWordsScaleToAModelsResolution) {
  THIMBLE_NEEDS_SHARED("data/vww96");
  const Dataset whole = open_dataset(shared("data/vww96"), {.image = {.height = 64, .width = 64}}).for_evaluation();
  EXPECT_THAT(whole.class_counts(), Each(400U));
  EXPECT_THAT(whole.class_names(), ::testing::ElementsAre("non_person", "person"));
  EXPECT_EQ(whole.shape(), (SampleShape{.height = 64, .width = 64, .channels = 3}));
}

TEST(RealData, KeywordFeaturesAreRecognized) {
  THIMBLE_NEEDS_SHARED("data/speech_commands_mlperf/mfcc_int8.bin");
  const Dataset whole = open_dataset(shared("data/speech_commands_mlperf/mfcc_int8.bin")).for_evaluation();
  EXPECT_EQ(whole.size(), 800U);
  EXPECT_EQ(whole.shape().values(), 490U);
  EXPECT_EQ(whole.class_names().at(static_cast<std::size_t>(whole.label(0))), "stop");
}

}  // namespace
}  // namespace thimble::data
