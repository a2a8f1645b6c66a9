#include "emulate/mark_counter.h"

#include <cstring>
#include <initializer_list>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "marks.h"

namespace thimble::testing {
namespace {

using emulate::MarkCounter;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr int nop = 0xBF00;
constexpr int narrow = 0x3001;               // adds r0, #1
constexpr int wide[2] = {0xF04F, MARK_END};  // mov.w r0, #...: its second halfword looks like a mark

std::vector<std::byte> code_of(std::initializer_list<int> halfwords) {
  std::vector<std::byte> code;
  for (const int halfword : halfwords) {
    code.push_back(static_cast<std::byte>(halfword & 0xFF));
    code.push_back(static_cast<std::byte>(halfword >> 8));
  }
  return code;
}

constexpr int digit(int value) { return MARK_DIGIT + 16 * value; }

TEST(MarkCounter, CountsInstructionsBetweenTheMarksAndNotTheMarks) {
  MarkCounter counter;
  counter.execute(0, code_of({narrow, narrow, MARK_BEGIN, narrow}));
  const auto loop = code_of({narrow, wide[0], wide[1], nop});
  for (int i = 0; i < 10; ++i) counter.execute(8, loop);
  counter.execute(16, code_of({narrow, MARK_END, narrow, narrow}));
  EXPECT_EQ(counter.counts().total, 1 + 10 * 3 + 1);
  EXPECT_THAT(counter.counts().layers, ElementsAre());
}

TEST(MarkCounter, GivesEachLayerWhatRunsUntilTheNextMark) {
  MarkCounter counter;
  counter.execute(0, code_of({MARK_BEGIN, narrow}));
  const auto first = code_of({MARK_LAYER, digit(0), digit(1), digit(0), digit(2), narrow, narrow});
  const auto second = code_of({MARK_LAYER, digit(0), digit(0), digit(0), digit(3), narrow});
  counter.execute(4, first);
  counter.execute(32, second);
  counter.execute(4, first);
  counter.execute(64, code_of({MARK_END}));
  EXPECT_EQ(counter.counts().total, 6);
  EXPECT_THAT(counter.counts().layers, ElementsAre(Pair(66, 4), Pair(3, 1)));
}

TEST(MarkCounter, CountsTheFirstInferenceOnly) {
  MarkCounter counter;
  for (int i = 0; i < 3; ++i) counter.execute(0, code_of({MARK_BEGIN, narrow, MARK_END}));
  EXPECT_EQ(counter.counts().total, 1);
}

TEST(MarkCounter, RefusesToAnswerBeforeTheInferenceHasEnded) {
  MarkCounter counter;
  counter.execute(0, code_of({MARK_BEGIN, narrow}));
  EXPECT_THROW(counter.counts(), Error);
}

}  // namespace
}  // namespace thimble::testing
