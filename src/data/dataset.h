// data/dataset.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thimble::data {

/// What one value of a sample is. Pictures are uint8, as they were decoded: normalization happens where they enter a
/// network (normalization.h), so that float, int8 and uint8 models see the same pictures.
enum class SampleType { uint8, int8, float32 };
std::size_t bytes_of(SampleType type);

/// Height x width x channels, channels fastest. A feature vector of n values is 1 x 1 x n.
struct SampleShape {
  int height = 1;
  int width = 1;
  int channels = 1;
  std::size_t values() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  bool operator==(const SampleShape&) const = default;
};
/// "28x28x1"
std::string text_of(const SampleShape& shape);

/// The part of a dataset to which its publisher assigned a sample.
enum class Part : std::uint8_t { train, val, test };

/// All samples of a source, in memory, dense. What loaders make.
struct SampleTable {
  std::string name;                      ///< What the user asked for: "mnist", "pictures/".
  std::vector<std::string> class_names;  ///< By label.
  SampleType type = SampleType::uint8;
  SampleShape shape{};
  std::vector<std::byte> values;  ///< Sample after sample.
  std::vector<int> labels;        ///< Each in [0, class_names.size()).
  std::vector<Part> parts;        ///< One for each sample, or empty if the source is not divided.
};

/// A list of samples of a table, which it shares: a split, a subset or a shuffled order costs its indices only.
class Dataset {
 public:
  /// No samples.
  Dataset();
  /// Every sample of the table. @throws Error if the table contradicts itself (a label without a class name, ...).
  explicit Dataset(SampleTable table);

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  const std::string& name() const { return table_->name; }
  const std::vector<std::string>& class_names() const { return table_->class_names; }
  SampleType type() const { return table_->type; }
  const SampleShape& shape() const { return table_->shape; }

  /// Sample `index` as raw bytes, shape().values() values of type().
  std::span<const std::byte> bytes(std::size_t index) const;
  /// The same as pixels, for uint8 sets.
  std::span<const std::uint8_t> pixels(std::size_t index) const;
  int label(std::size_t index) const { return table_->labels[rows_.at(index)]; }
  /// How many samples each class has, by label.
  std::vector<std::size_t> class_counts() const;

  /// The samples at these positions, in this order. @throws std::out_of_range.
  Dataset subset(std::span<const std::size_t> positions) const;
  /// The first `count` samples of a shuffled order: a reproducible random subset (everything if `count` >= size()).
  Dataset sample_of(std::size_t count, std::uint64_t seed) const;

  /// The sample's row in the table: the same sample has the same row in every subset.
  std::size_t row(std::size_t index) const { return rows_.at(index); }
  const SampleTable& table() const { return *table_; }

 private:
  std::shared_ptr<const SampleTable> table_;
  std::vector<std::size_t> rows_;
};

/// A dataset divided for training, model selection and the final measurement. No sample is in two parts.
struct DatasetSplits {
  Dataset train;
  Dataset val;
  Dataset test;

  /// What an accuracy is measured on: the test part, or, for a source that is not divided, all of it.
  const Dataset& for_evaluation() const { return test.empty() ? (val.empty() ? train : val) : test; }
};

/// Divides a dataset as its publisher did. A source that is not divided is all `train`.
DatasetSplits published_splits(const Dataset& whole);

/// Shares of a whole, any unit: {70, 20, 10}.
struct SplitRatio {
  double train = 0;
  double val = 0;
  double test = 0;
};
/// Reads "70/20/10" (train/val/test) or "80/20" (train/test). @throws Error.
SplitRatio parse_split(std::string_view text);

/// Pools all samples and divides them anew by the ratio, class by class (each part has each class in about the same
/// share, rounded so that the parts' totals are within one sample a class of the ratio), after a shuffle by the seed.
DatasetSplits split_by_ratio(const Dataset& whole, const SplitRatio& ratio, std::uint64_t seed);

/// Moves a share of the training samples, class by class, to an empty validation part.
DatasetSplits hold_out_validation(DatasetSplits splits, double share, std::uint64_t seed);

}  // namespace thimble::data
