#include "import/tflite_labels.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "import/raw_file.h"
#include "shared_files.h"

namespace thimble::import {
namespace {

TEST(TfliteLabels, AreTheLinesOfThePackedLabelFile) {
  THIMBLE_NEEDS_SHARED("models/coral/mobilenet_v1_0.25_128_quant.tflite");
  const auto bytes = read_bytes(testing::shared_folder() / "models/coral/mobilenet_v1_0.25_128_quant.tflite");
  const std::vector<std::string> labels = import_labels(open_tflite(bytes, "mobilenet"));
  ASSERT_EQ(labels.size(), 1001U);
  EXPECT_EQ(labels[0], "background");
  EXPECT_EQ(labels[1], "tench, Tinca tinca");
}

TEST(TfliteLabels, AreEmptyWhereTheFileHasNone) {
  testing::RawFile file{{{"in", {1}}, {"out", {1}}}};
  const auto bytes = file.bytes();
  EXPECT_TRUE(import_labels(open_tflite(bytes, "plain")).empty());
}

TEST(TfliteLabels, AreEmptyWhereTheArchiveIsDamaged) {
  testing::RawFile file{{{"in", {1}}, {"out", {1}}}};
  auto bytes = file.bytes();
  // An end record that points at a directory far outside the file.
  for (const int byte : {0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 46, 0, 0, 0, 255, 255, 255, 127, 0, 0}) {
    bytes.push_back(static_cast<std::byte>(byte));
  }
  EXPECT_TRUE(import_labels(open_tflite(bytes, "damaged")).empty());
}

}  // namespace
}  // namespace thimble::import
