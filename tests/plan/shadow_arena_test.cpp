// ShadowArena: runs of tagged bytes behave as single bytes would.
#include "plan/shadow_arena.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace thimble::plan {
namespace {

using Byte = std::pair<ir::TensorId, std::int64_t>;

TEST(ShadowArena, HoldsWhatWasWrittenLast) {
  EXPECT_TRUE(rc::check([] {
    constexpr int size = 24;
    std::vector<Byte> bytes(size, {ir::no_tensor, 0});
    ShadowArena arena(size);
    const int operations = *rc::gen::inRange(1, 20);
    for (int i = 0; i < operations; ++i) {
      const int address = *rc::gen::inRange(0, size);
      const int count = *rc::gen::inRange(1, size - address + 1);
      const int tensor = *rc::gen::inRange(-1, 3);
      const int first = tensor < 0 ? 0 : *rc::gen::inRange(0, 4);
      if (tensor < 0)
        arena.spoil(address, count);
      else
        arena.write(address, count, {tensor, first});
      for (int b = 0; b < count; ++b)
        bytes[static_cast<std::size_t>(address + b)] = {tensor, tensor < 0 ? 0 : first + b};
    }
    const int address = *rc::gen::inRange(0, size);
    const int count = *rc::gen::inRange(1, size - address + 1);
    const ShadowArena::Content content{*rc::gen::inRange(0, 3), *rc::gen::inRange(0, 4)};
    int wrong = -1;
    for (int b = count - 1; b >= 0; --b)
      if (bytes[static_cast<std::size_t>(address + b)] != Byte{content.tensor, content.byte + b}) wrong = address + b;
    const auto found = arena.mismatch(address, count, content);
    RC_ASSERT(found.has_value() == (wrong >= 0));
    if (!found) return;
    RC_ASSERT(found->address == wrong);
    RC_ASSERT(Byte(found->held.tensor, found->held.byte) == bytes[static_cast<std::size_t>(wrong)]);
    RC_ASSERT(found->expected.byte == content.byte + wrong - address);
  }));
}

TEST(ShadowArena, IsGarbageAtFirst) {
  const ShadowArena arena(8);
  const auto found = arena.mismatch(2, 4, {0, 0});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->address, 2);
  EXPECT_EQ(found->held.tensor, ir::no_tensor);
}

}  // namespace
}  // namespace thimble::plan
