#include "data/dataset.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.h"
#include "data/random.h"
#include "sample_files.h"

namespace thimble::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Samples of one value; sample i has label i % classes.
Dataset numbered(std::size_t count, int classes) {
  SampleTable table;
  table.name = "numbered";
  for (int c = 0; c < classes; ++c) table.class_names.push_back(std::to_string(c));
  for (std::size_t i = 0; i < count; ++i) {
    table.values.push_back(static_cast<std::byte>(i));
    table.labels.push_back(static_cast<int>(i) % classes);
  }
  return Dataset(std::move(table));
}

std::vector<std::size_t> rows_of(const Dataset& dataset) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < dataset.size(); ++i) rows.push_back(dataset.row(i));
  return rows;
}

TEST(Split, SharesNoSampleAndLosesNone) {
  EXPECT_TRUE(rc::check([] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 200);
    const auto classes = *rc::gen::inRange(1, 8);
    const SplitRatio ratio{.train = 1.0 * *rc::gen::inRange(1, 9),
                           .val = 1.0 * *rc::gen::inRange(0, 9),
                           .test = 1.0 * *rc::gen::inRange(0, 9)};
    const DatasetSplits splits = split_by_ratio(numbered(count, classes), ratio, *rc::gen::arbitrary<std::uint64_t>());
    std::set<std::size_t> seen;
    for (const Dataset* part : {&splits.train, &splits.val, &splits.test}) {
      for (const std::size_t row : rows_of(*part)) RC_ASSERT(seen.insert(row).second);
    }
    RC_ASSERT(seen.size() == count);
  }));
}

TEST(Split, IsTheSameForTheSameSeedAndKeepsClassesInProportion) {
  const Dataset whole = numbered(200, 4);
  const DatasetSplits a = split_by_ratio(whole, parse_split("70/20/10"), 7);
  const DatasetSplits b = split_by_ratio(whole, parse_split("70/20/10"), 7);
  const DatasetSplits c = split_by_ratio(whole, parse_split("70/20/10"), 8);
  EXPECT_EQ(rows_of(a.train), rows_of(b.train));
  EXPECT_NE(rows_of(a.train), rows_of(c.train));
  EXPECT_THAT(a.train.class_counts(), ElementsAre(35, 35, 35, 35));
  EXPECT_THAT(a.val.class_counts(), ElementsAre(10, 10, 10, 10));
  EXPECT_THAT(a.test.class_counts(), ElementsAre(5, 5, 5, 5));
}

TEST(Split, IsReadFromText) {
  const SplitRatio three = parse_split("70/20/10");
  EXPECT_DOUBLE_EQ(three.val, 0.2);
  const SplitRatio two = parse_split("80/20");
  EXPECT_DOUBLE_EQ(two.train, 0.8);
  EXPECT_DOUBLE_EQ(two.val, 0.0);
  for (const char* wrong : {"", "70", "70/", "a/b", "70/20/10/5", "-1/2", "0/0", "nan/1", "70;30"}) {
    EXPECT_THAT(testing::message_of([&] { parse_split(wrong); }), HasSubstr("is not train/val/test")) << wrong;
  }
}

TEST(Split, HoldsOutAValidationPartOnlyWhereThereIsNone) {
  const DatasetSplits published = published_splits(numbered(100, 2));
  EXPECT_EQ(published.train.size(), 100U);
  const DatasetSplits held_out = hold_out_validation(published, 0.1, 3);
  EXPECT_THAT(held_out.val.class_counts(), ElementsAre(5, 5));
  EXPECT_EQ(held_out.train.size(), 90U);
  EXPECT_EQ(rows_of(hold_out_validation(held_out, 0.5, 3).val), rows_of(held_out.val));
}

TEST(Shuffle, IsAPermutationThatDependsOnTheSeedOnly) {
  const std::vector<std::size_t> order = shuffled_order(1000, 5);
  EXPECT_EQ(order, shuffled_order(1000, 5));
  EXPECT_NE(order, shuffled_order(1000, 6));
  EXPECT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), 1000U);
  // The generator's first number is fixed by its paper: a seed means the same on every machine.
  EXPECT_EQ(Random(0).next(), 0xE220A8397B1DCDAFU);
}

TEST(Dataset, RefusesATableThatContradictsItself) {
  SampleTable table;
  table.name = "wrong";
  table.class_names = {"a"};
  table.values = std::vector<std::byte>(2);
  table.labels = {0, 1};
  EXPECT_THAT(testing::message_of([&] { Dataset{table}; }),
              HasSubstr("wrong: sample 1 has label 1, but there are 1 classes"));
  table.labels = {0};
  EXPECT_THAT(testing::message_of([&] { Dataset{table}; }), HasSubstr("do not fit 2 bytes"));
}

}  // namespace
}  // namespace thimble::data
