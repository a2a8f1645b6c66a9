// Offsets: exact placement of buffers by branch and bound.
#include "plan/offsets.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"

namespace thimble::plan {
namespace {

using Buffers = std::vector<LiveRange>;

bool overlap(const LiveRange& a, std::int64_t a_offset, const LiveRange& b, std::int64_t b_offset) {
  const bool in_time = a.first <= b.last && b.first <= a.last;
  return in_time && a_offset < b_offset + b.size && b_offset < a_offset + a.size;
}

Buffers any_buffers(int most, int largest, int steps) {
  const int count = *rc::gen::inRange(0, most + 1);
  Buffers buffers;
  for (int i = 0; i < count; ++i) {
    const int first = *rc::gen::inRange(0, steps);
    buffers.push_back({*rc::gen::inRange(0, largest + 1), first, *rc::gen::inRange(first, steps)});
  }
  return buffers;
}

/// Some of them take the place of an earlier one.
Buffers any_buffers_over_others(int most, int largest, int steps) {
  Buffers buffers = any_buffers(most, largest, steps);
  for (std::size_t i = 1; i < buffers.size(); ++i)
    if (*rc::gen::inRange(0, 3) == 0) buffers[i].over = *rc::gen::inRange(0, static_cast<int>(i));
  return buffers;
}

/// The lowest buffer of those that a buffer is over.
int bottom_of(const Buffers& buffers, std::size_t buffer) {
  int bottom = static_cast<int>(buffer);
  while (buffers[static_cast<std::size_t>(bottom)].over >= 0) bottom = buffers[static_cast<std::size_t>(bottom)].over;
  return bottom;
}

using Regions = std::vector<std::int64_t>;

Regions any_regions(int most, int largest) {
  Regions regions;
  for (int count = *rc::gen::inRange(1, most + 1); count > 0; --count)
    regions.push_back(*rc::gen::inRange(1, largest + 1));
  return regions;
}

/// Whether some bytes lie before the end of a region, and some behind it. The last region has no end.
bool straddles(std::int64_t offset, std::int64_t size, const Regions& regions) {
  std::int64_t end = 0;
  for (std::size_t i = 0; i + 1 < regions.size(); ++i) {
    end += regions[i];
    if (offset < end && offset + size > end) return true;
  }
  return false;
}

/// The least peak, by trying every offset of every buffer.
class BruteForce {
 public:
  explicit BruteForce(const Buffers& buffers, const Regions& regions = {})
      : buffers_(buffers), regions_(regions), offset_(buffers.size()) {
    for (const LiveRange& buffer : buffers) best_ += buffer.size;
    for (const std::int64_t bytes : regions) best_ += bytes;
    try_from(0, 0);
  }
  std::int64_t peak() const { return best_; }

 private:
  void try_from(std::size_t i, std::int64_t peak) {
    if (i == buffers_.size()) {
      best_ = std::min(best_, peak);
      return;
    }
    for (std::int64_t offset = 0; offset + buffers_[i].size < best_; ++offset) {
      const int over = buffers_[i].over;
      bool free = (over < 0 || offset == offset_[static_cast<std::size_t>(over)]) &&
                  !straddles(offset, buffers_[i].size, regions_);
      for (std::size_t j = 0; j < i && free; ++j)
        free =
            bottom_of(buffers_, i) == bottom_of(buffers_, j) || !overlap(buffers_[i], offset, buffers_[j], offset_[j]);
      if (!free) continue;
      offset_[i] = offset;
      try_from(i + 1, std::max(peak, offset + buffers_[i].size));
    }
  }

  const Buffers& buffers_;
  const Regions regions_;
  std::vector<std::int64_t> offset_;
  std::int64_t best_ = 0;
};

/// Cuts a rectangle of steps x bytes into pieces: buffers that fit together without a gap, so the optimum is known.
void cut(std::mt19937& random, LiveRange whole, int pieces, Buffers& out) {
  const int steps = whole.last - whole.first;
  if (pieces <= 1 || (steps == 0 && whole.size == 1)) {
    out.push_back(whole);
    return;
  }
  LiveRange a = whole;
  LiveRange b = whole;
  if (steps > 0 && (whole.size == 1 || random() % 2 == 0)) {
    a.last = whole.first + static_cast<int>(random() % static_cast<unsigned>(steps));
    b.first = a.last + 1;
  } else {
    a.size = 1 + static_cast<int>(random() % static_cast<unsigned>(whole.size - 1));
    b.size = whole.size - a.size;
  }
  cut(random, a, pieces / 2, out);
  cut(random, b, pieces - pieces / 2, out);
}

TEST(Offsets, SharesBytesOnlyBetweenBuffersThatNeverLiveTogether) {
  EXPECT_TRUE(rc::check([] {
    const Buffers buffers = any_buffers(24, 100, 16);
    const Offsets placed = place(buffers);
    std::int64_t highest = 0;
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      RC_ASSERT(placed.offset[i] >= 0);
      highest = std::max(highest, placed.offset[i] + buffers[i].size);
      for (std::size_t j = 0; j < i; ++j)
        RC_ASSERT(!overlap(buffers[i], placed.offset[i], buffers[j], placed.offset[j]));
    }
    RC_ASSERT(placed.peak == highest);
    RC_ASSERT(placed.peak >= section_bound(buffers));
  }));
}

TEST(Offsets, EqualsBruteForceOnSmallInstances) {
  EXPECT_TRUE(rc::check([] {
    for (int instance = 0; instance < 20; ++instance) {
      const Buffers buffers = any_buffers(7, 3, 6);
      const Offsets placed = place(buffers);
      RC_ASSERT(placed.optimal);
      RC_ASSERT(placed.peak == BruteForce(buffers).peak());
    }
  }));
}

TEST(Offsets, PlacesBuffersOverOthersAtTheSameOffset) {
  EXPECT_TRUE(rc::check([] {
    const Buffers buffers = any_buffers_over_others(20, 100, 16);
    const Offsets placed = place(buffers);
    for (std::size_t i = 0; i < buffers.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        if (buffers[i].size == 0 || buffers[j].size == 0) continue;
        if (bottom_of(buffers, i) == bottom_of(buffers, j))
          RC_ASSERT(placed.offset[i] == placed.offset[j]);
        else
          RC_ASSERT(!overlap(buffers[i], placed.offset[i], buffers[j], placed.offset[j]));
      }
    RC_ASSERT(placed.peak >= section_bound(buffers));
  }));
}

TEST(Offsets, EqualsBruteForceWhereBuffersAreOverOthers) {
  EXPECT_TRUE(rc::check([] {
    for (int instance = 0; instance < 20; ++instance) {
      Buffers buffers = any_buffers_over_others(7, 3, 6);
      for (LiveRange& buffer : buffers) buffer.size = std::max<std::int64_t>(buffer.size, 1);
      const Offsets placed = place(buffers);
      RC_ASSERT(placed.optimal);
      RC_ASSERT(placed.peak == BruteForce(buffers).peak());
    }
  }));
}

TEST(Offsets, PutsNoBufferIntoTwoRegions) {
  EXPECT_TRUE(rc::check([] {
    Buffers buffers = any_buffers_over_others(20, 100, 16);
    for (std::size_t i = 1; i < buffers.size(); ++i)
      if (buffers[i].over == LiveRange::nothing && *rc::gen::inRange(0, 3) == 0) {
        buffers[i].meets = static_cast<int>(i) - 1;
        buffers[i].gap = *rc::gen::inRange(1, 30);
      }
    const Regions regions = any_regions(4, 200);
    const Offsets placed = place(buffers, {}, regions);
    std::int64_t highest = 0;
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      RC_ASSERT(!straddles(placed.offset[i], buffers[i].size, regions));
      highest = std::max(highest, placed.offset[i] + buffers[i].size);
      for (std::size_t j = 0; j < i; ++j) {
        if (buffers[i].size == 0 || buffers[j].size == 0 || bottom_of(buffers, i) == bottom_of(buffers, j)) continue;
        const bool meet = buffers[i].meets == static_cast<int>(j);
        const std::int64_t between = placed.offset[j] - placed.offset[i];
        RC_ASSERT(!overlap(buffers[i], placed.offset[i], buffers[j], placed.offset[j]) ||
                  (meet && between >= buffers[i].gap));
      }
    }
    RC_ASSERT(placed.peak == highest);
    RC_ASSERT(placed.peak >= section_bound(buffers));
  }));
}

TEST(Offsets, EqualsBruteForceInRegions) {
  EXPECT_TRUE(rc::check([] {
    for (int instance = 0; instance < 20; ++instance) {
      Buffers buffers = any_buffers_over_others(6, 4, 6);
      for (LiveRange& buffer : buffers) buffer.size = std::max<std::int64_t>(buffer.size, 1);
      const Regions regions = any_regions(3, 6);
      const Offsets placed = place(buffers, {}, regions);
      RC_ASSERT(placed.optimal);
      RC_ASSERT(placed.peak == BruteForce(buffers, regions).peak());
      OffsetOptions plain;
      plain.break_symmetry = plain.bound_by_section = plain.skip_dominated = false;
      RC_ASSERT(place(buffers, plain, regions).peak == placed.peak);
    }
  }));
}

// 10 bytes and 4: what is live together has 12 bytes, but the first region holds no two of the buffers.
TEST(Offsets, BeginsWhereTheNextRegionDoes) {
  const Buffers buffers = {{6, 0, 1}, {6, 0, 1}};
  EXPECT_EQ(place(buffers).peak, 12);
  EXPECT_EQ(place(buffers, {}, Regions{10, 4}).offset, (std::vector<std::int64_t>{0, 10}));
  EXPECT_EQ(place(buffers, {}, Regions{10, 6}).peak, 16);
  EXPECT_EQ(place(buffers, {}, Regions{12, 6}).peak, 12);
  EXPECT_EQ(place(buffers, {}, Regions{5, 5, 5}).peak, 22) << "the last has no end";
}

TEST(Offsets, RefusesABufferOverItselfOrNone) {
  EXPECT_THROW(place(Buffers{{4, 0, 1, 0}}), Error);
  EXPECT_THROW(place(Buffers{{4, 0, 1, 1}, {4, 1, 2, 0}}), Error);
  EXPECT_THROW(place(Buffers{{4, 0, 1, 7}}), Error);
}

TEST(Offsets, SwitchesDoNotChangeThePeak) {
  EXPECT_TRUE(rc::check([] {
    const Buffers buffers = any_buffers_over_others(8, 4, 8);
    const std::int64_t peak = place(buffers).peak;
    for (int switches = 0; switches < 8; ++switches) {
      OffsetOptions options;
      options.break_symmetry = switches & 1;
      options.bound_by_section = switches & 2;
      options.skip_dominated = switches & 4;
      const Offsets placed = place(buffers, options);
      RC_ASSERT(placed.optimal);
      RC_ASSERT(placed.peak == peak);
    }
    OffsetOptions inexact;
    inexact.exact = false;
    RC_ASSERT(place(buffers, inexact).peak >= peak);
  }));
}

TEST(Offsets, KeepsTheAlignmentOfTheSizes) {
  EXPECT_TRUE(rc::check([] {
    Buffers buffers = any_buffers(16, 40, 10);
    for (LiveRange& buffer : buffers) buffer.size *= 4;
    for (const std::int64_t offset : place(buffers).offset) RC_ASSERT(offset % 4 == 0);
  }));
}

// No first-fit order finds these; the optimum of the first two is the section bound, checked by hand.
TEST(Offsets, FindsWhatFirstFitMisses) {
  struct Case {
    Buffers buffers;
    std::int64_t peak;
  };
  const std::vector<Case> cases = {
      {{{2, 1, 2}, {1, 3, 7}, {1, 4, 6}, {2, 7, 7}, {1, 0, 4}}, 3},
      {{{4, 0, 0}, {3, 1, 4}, {3, 1, 5}, {1, 4, 7}, {3, 0, 3}}, 9},
      {{{4, 4, 4}, {2, 3, 5}, {3, 5, 7}, {3, 3, 3}, {4, 6, 7}}, 7},
  };
  for (const Case& hard : cases) {
    OffsetOptions inexact;
    inexact.exact = false;
    EXPECT_GT(place(hard.buffers, inexact).peak, hard.peak);
    const Offsets placed = place(hard.buffers);
    EXPECT_EQ(placed.peak, hard.peak);
    EXPECT_TRUE(placed.optimal);
  }
}

// Here the most bytes of a step are not enough, and only an exhaustive search can prove the peak.
TEST(Offsets, ProvesThatTheSectionBoundCannotBeReached) {
  const Buffers buffers = {{2, 0, 1}, {1, 2, 4}, {1, 3, 5}, {2, 6, 7}, {1, 2, 5}, {2, 5, 7}, {2, 0, 2}};
  EXPECT_EQ(section_bound(buffers), 4);
  const Offsets placed = place(buffers);
  EXPECT_EQ(placed.peak, 5);
  EXPECT_TRUE(placed.optimal);
}

TEST(Offsets, PutsARectangleBackTogetherThatWasCutApart) {
  std::mt19937 random(5);
  int missed_by_first_fit = 0;
  for (int instance = 0; instance < 40; ++instance) {
    Buffers buffers;
    cut(random, {60, 0, 29}, 32, buffers);
    std::shuffle(buffers.begin(), buffers.end(), random);
    const Offsets placed = place(buffers);
    EXPECT_EQ(placed.peak, 60) << "instance " << instance;
    EXPECT_TRUE(placed.optimal) << "instance " << instance;
    OffsetOptions inexact;
    inexact.exact = false;
    missed_by_first_fit += place(buffers, inexact).peak > 60 ? 1 : 0;
  }
  EXPECT_GT(missed_by_first_fit, 5) << "the instances are too easy";
}

TEST(Offsets, ProvesALongChainOfLayersAtOnce) {
  Buffers buffers;
  for (int i = 0; i < 300; ++i) buffers.push_back({1000 + 37 * (i % 11), i, i + 1 + (i % 3 == 0 ? 2 : 0)});
  OffsetOptions options;
  options.max_nodes = 10'000;
  const Offsets placed = place(buffers, options);
  EXPECT_TRUE(placed.optimal);
  EXPECT_EQ(placed.peak, section_bound(buffers));
}

TEST(Offsets, SaysWhenTheSearchWasCutShort) {
  const Buffers buffers = {{2, 0, 1}, {1, 2, 4}, {1, 3, 5}, {2, 6, 7}, {1, 2, 5}, {2, 5, 7}, {2, 0, 2}};
  OffsetOptions options;
  options.max_nodes = 1;
  EXPECT_FALSE(place(buffers, options).optimal);
}

TEST(Offsets, RefusesEmptyAndNegativeRanges) {
  EXPECT_THROW(place(Buffers{{4, 3, 2}}), Error);
  EXPECT_THROW(place(Buffers{{-4, 0, 2}}), Error);
}

}  // namespace
}  // namespace thimble::plan
