#include "data/dataset.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "data/random.h"

namespace thimble::data {

namespace {

void check(const SampleTable& table) {
  const std::size_t count = table.labels.size();
  if (table.values.size() != count * table.shape.values() * bytes_of(table.type)) {
    fail("{}: {} samples of {} do not fit {} bytes", table.name, count, text_of(table.shape), table.values.size());
  }
  if (!table.parts.empty() && table.parts.size() != count) {
    fail("{}: {} of {} samples are assigned to a part", table.name, table.parts.size(), count);
  }
  const auto classes = static_cast<int>(table.class_names.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (table.labels[i] < 0 || table.labels[i] >= classes) {
      fail("{}: sample {} has label {}, but there are {} classes", table.name, i, table.labels[i], classes);
    }
  }
}

/// Positions of each class's samples, in a shuffled order.
std::vector<std::vector<std::size_t>> shuffled_classes(const Dataset& dataset, std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> classes(dataset.class_names().size());
  for (std::size_t i = 0; i < dataset.size(); ++i) classes[static_cast<std::size_t>(dataset.label(i))].push_back(i);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    Random random(seed_for(seed, c));
    shuffle(classes[c], random);
  }
  return classes;
}

/// The samples at `positions` in the source's order: shuffling is the training loop's, epoch by epoch.
Dataset in_source_order(const Dataset& whole, std::vector<std::size_t> positions) {
  std::sort(positions.begin(), positions.end());
  return whole.subset(positions);
}

}  // namespace

std::size_t bytes_of(SampleType type) { return type == SampleType::float32 ? 4 : 1; }

std::string text_of(const SampleShape& shape) {
  return fmt::format("{}x{}x{}", shape.height, shape.width, shape.channels);
}

Dataset::Dataset() : table_(std::make_shared<const SampleTable>()) {}

Dataset::Dataset(SampleTable table) {
  check(table);
  rows_.resize(table.labels.size());
  std::iota(rows_.begin(), rows_.end(), std::size_t{0});
  table_ = std::make_shared<const SampleTable>(std::move(table));
}

std::span<const std::byte> Dataset::bytes(std::size_t index) const {
  const std::size_t stride = table_->shape.values() * bytes_of(table_->type);
  return std::span(table_->values).subspan(rows_.at(index) * stride, stride);
}

std::span<const std::uint8_t> Dataset::pixels(std::size_t index) const {
  if (type() != SampleType::uint8) fail("{}: holds features, not pictures", name());
  const std::span<const std::byte> raw = bytes(index);
  return {reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()};
}

std::vector<std::size_t> Dataset::class_counts() const {
  std::vector<std::size_t> counts(class_names().size());
  for (std::size_t i = 0; i < size(); ++i) ++counts[static_cast<std::size_t>(label(i))];
  return counts;
}

Dataset Dataset::subset(std::span<const std::size_t> positions) const {
  Dataset chosen;
  chosen.table_ = table_;
  chosen.rows_.reserve(positions.size());
  for (const std::size_t position : positions) chosen.rows_.push_back(rows_.at(position));
  return chosen;
}

Dataset Dataset::sample_of(std::size_t count, std::uint64_t seed) const {
  if (count >= size()) return *this;
  std::vector<std::size_t> order = shuffled_order(size(), seed);
  order.resize(count);
  return subset(order);
}

DatasetSplits published_splits(const Dataset& whole) {
  if (whole.table().parts.empty()) return {.train = whole, .val = whole.subset({}), .test = whole.subset({})};
  std::array<std::vector<std::size_t>, 3> positions;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    positions[static_cast<std::size_t>(whole.table().parts[whole.row(i)])].push_back(i);
  }
  return {.train = whole.subset(positions[0]), .val = whole.subset(positions[1]), .test = whole.subset(positions[2])};
}

SplitRatio parse_split(std::string_view text) {
  std::vector<double> shares;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  while (next != end) {
    double share = 0;
    const auto [stop, error] = std::from_chars(next, end, share);
    if (error != std::errc{} || !(share >= 0) || !std::isfinite(share) || (stop != end && *stop != '/')) break;
    shares.push_back(share);
    next = stop == end ? end : stop + 1;
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (next != end || text.ends_with('/') || shares.size() < 2 || shares.size() > 3 || !(sum > 0)) {
    throw Error(fmt::format("split \"{}\" is not train/val/test or train/test", text), "for example 70/20/10 or 80/20");
  }
  if (shares.size() == 2) shares.insert(shares.begin() + 1, 0.0);
  return {.train = shares[0] / sum, .val = shares[1] / sum, .test = shares[2] / sum};
}

DatasetSplits split_by_ratio(const Dataset& whole, const SplitRatio& ratio, std::uint64_t seed) {
  const double sum = ratio.train + ratio.val + ratio.test;
  if (!(sum > 0) || !(ratio.train >= 0) || !(ratio.val >= 0) || !(ratio.test >= 0)) {
    fail("{}: a split needs shares of at least zero with a positive sum", whole.name());
  }
  std::array<std::vector<std::size_t>, 3> positions;
  for (const std::vector<std::size_t>& members : shuffled_classes(whole, seed)) {
    const auto count = static_cast<double>(members.size());
    const auto train_end = static_cast<std::ptrdiff_t>(std::llround(count * ratio.train / sum));
    const auto val_end = static_cast<std::ptrdiff_t>(std::llround(count * (ratio.train + ratio.val) / sum));
    positions[0].insert(positions[0].end(), members.begin(), members.begin() + train_end);
    positions[1].insert(positions[1].end(), members.begin() + train_end, members.begin() + val_end);
    positions[2].insert(positions[2].end(), members.begin() + val_end, members.end());
  }
  return {.train = in_source_order(whole, positions[0]),
          .val = in_source_order(whole, positions[1]),
          .test = in_source_order(whole, positions[2])};
}

DatasetSplits hold_out_validation(DatasetSplits splits, double share, std::uint64_t seed) {
  if (!(share >= 0) || share >= 1) fail("a validation share of {} is not in [0, 1)", share);
  if (!splits.val.empty() || share == 0) return splits;
  const DatasetSplits divided = split_by_ratio(splits.train, {.train = 1 - share, .val = share, .test = 0}, seed);
  splits.train = divided.train;
  splits.val = divided.val;
  return splits;
}

}  // namespace thimble::data
