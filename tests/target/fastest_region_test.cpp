// Where an arena should lie: the fastest region that holds it.
#include "target/fastest_region.h"

#include <gtest/gtest.h>

namespace thimble::target {
namespace {

TEST(FastestRegion, IsCoupledToTheCoreWhereThatHoldsTheArena) {
  const Board h743 = board("stm32h743");
  EXPECT_EQ(fastest_region(h743, 100'000)->name, "DTCM");
  EXPECT_EQ(fastest_region(h743, 131'073)->name, "AXI");
  EXPECT_EQ(fastest_region(h743, 600'000), nullptr);
  EXPECT_EQ(fastest_region(board("stm32f429"), 65'536)->name, "CCM");
}

TEST(FastestRegion, IsTheOnlyOneWhereThereIsOne) {
  EXPECT_EQ(fastest_region(board("stm32f412"), 1)->name, "SRAM");
  EXPECT_EQ(fastest_region(board("stm32f746"), 327'680)->name, "DTCM+SRAM1+SRAM2");
}

}  // namespace
}  // namespace thimble::target
