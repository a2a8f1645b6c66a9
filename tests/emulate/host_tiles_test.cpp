// Blocks of random graphs in tiles, as C on this computer and on the emulated core, against the reference interpreter.
#include "emulate/rewritten_programs.h"
#include "plan/tiles_graph.h"

namespace thimble::testing {
namespace {

constexpr Rewriting tiles{tiles_graph, in_some_tiles};

TEST(HostTiles, ProgramsOfRandomGraphsEqualTheReference) { expect_host_equals_reference(tiles, 24); }

TEST(HostTiles, FirmwareEqualsTheReference) { expect_firmware_equals_reference(tiles, {1U, 2U, 6U}); }

}  // namespace
}  // namespace thimble::testing
