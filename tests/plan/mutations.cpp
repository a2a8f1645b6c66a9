#include "mutations.h"

#include <algorithm>
#include <vector>

#include "plan/offsets.h"

namespace thimble::testing {
namespace {

using plan::Buffer;
using plan::Placement;
using plan::Plan;
using plan::Stage;
using plan::Step;
using Random = std::mt19937;

int between(int low, int high, Random& random) { return std::uniform_int_distribution<int>(low, high)(random); }

int sign(Random& random) { return between(0, 1, random) == 0 ? -1 : 1; }

template <typename T>
T& any(std::vector<T>& list, Random& random) {
  return list[static_cast<std::size_t>(between(0, static_cast<int>(list.size()) - 1, random))];
}

Step& any_step(Plan& plan, Random& random) { return any(any(plan.stages, random).steps, random); }

bool move_buffer(Plan& plan, Random& random) {
  Buffer& buffer = any(plan.buffers, random);
  const auto highest = static_cast<int>((plan.arena_bytes - buffer.bytes) / plan::arena_alignment);
  const std::int64_t offset = between(0, std::max(highest, 0), random) * plan::arena_alignment;
  if (offset == buffer.offset) return false;
  buffer.offset = offset;
  return true;
}

bool nudge_buffer(Plan& plan, Random& random) {
  any(plan.buffers, random).offset += plan::arena_alignment * sign(random);
  return true;
}

bool swap_offsets(Plan& plan, Random& random) {
  Buffer& a = any(plan.buffers, random);
  Buffer& b = any(plan.buffers, random);
  if (a.offset == b.offset) return false;
  std::swap(a.offset, b.offset);
  return true;
}

bool shorten(Buffer& buffer, Random& random) {
  if (buffer.first_stage == buffer.last_stage) return false;
  if (between(0, 1, random) == 0)
    ++buffer.first_stage;
  else
    --buffer.last_stage;
  return true;
}

bool shorten_live_range(Plan& plan, Random& random) { return shorten(any(plan.buffers, random), random); }

/// A liveness analysis that errs by one: the plan is consistent with it, buffers really move.
bool shorten_live_range_and_place_anew(Plan& plan, Random& random) {
  if (!shorten(any(plan.buffers, random), random)) return false;
  std::vector<plan::LiveRange> ranges;
  for (const Buffer& buffer : plan.buffers)
    ranges.push_back({(buffer.bytes + 3) / 4 * 4, buffer.first_stage, buffer.last_stage});
  const plan::Offsets placed = plan::place(ranges);
  for (std::size_t i = 0; i < ranges.size(); ++i) plan.buffers[i].offset = placed.offset[i];
  plan.arena_bytes = placed.peak;
  return true;
}

bool shorten_ring(Plan& plan, Random& random) {
  Placement& placement = any(plan.placements, random);
  if (placement.ring_rows == 1) return false;
  --placement.ring_rows;
  return true;
}

bool turn_ring(Plan& plan, Random& random) {
  Placement& placement = any(plan.placements, random);
  if (placement.ring_rows == placement.rows) return false;
  placement.ring_shift = (placement.ring_shift + 1) % placement.ring_rows;
  return true;
}

bool shift_first_row(Plan& plan, Random& random) {
  any_step(plan, random).rows.first += sign(random);
  return true;
}

bool change_advance(Plan& plan, Random& random) {
  any_step(plan, random).rows.advance += sign(random);
  return true;
}

bool change_row_count(Plan& plan, Random& random) {
  any_step(plan, random).rows.count += sign(random);
  return true;
}

bool change_iterations(Plan& plan, Random& random) {
  any(plan.stages, random).iterations += sign(random);
  return true;
}

bool move_scratch(Plan& plan, Random& random) {
  const Step& step = any_step(plan, random);
  if (step.scratch_buffer < 0) return false;
  Buffer& buffer = plan.buffers[static_cast<std::size_t>(step.scratch_buffer)];
  buffer.offset = any(plan.buffers, random).offset + plan::arena_alignment * between(-1, 1, random);
  return true;
}

bool use_another_buffer_as_scratch(Plan& plan, Random& random) {
  Step& step = any_step(plan, random);
  if (step.kernel.scratch_bytes == 0) return false;
  step.scratch_buffer = between(-1, static_cast<int>(plan.buffers.size()) - 1, random);
  return true;
}

bool swap_stages(Plan& plan, Random& random) {
  Stage& a = any(plan.stages, random);
  Stage& b = any(plan.stages, random);
  if (&a == &b) return false;
  std::swap(a, b);
  return true;
}

bool swap_steps(Plan& plan, Random& random) {
  Stage& stage = any(plan.stages, random);
  if (stage.steps.size() < 2) return false;
  std::swap(stage.steps.front(), stage.steps.back());
  return true;
}

bool drop_stage(Plan& plan, Random& random) {
  if (plan.stages.size() < 2) return false;
  plan.stages.erase(plan.stages.begin() + between(0, static_cast<int>(plan.stages.size()) - 1, random));
  return true;
}

bool repeat_stage(Plan& plan, Random& random) {
  const int at = between(0, static_cast<int>(plan.stages.size()) - 1, random);
  const Stage copy = plan.stages[static_cast<std::size_t>(at)];
  plan.stages.insert(plan.stages.begin() + at, copy);
  for (Buffer& buffer : plan.buffers) {
    if (buffer.first_stage > at) ++buffer.first_stage;
    if (buffer.last_stage >= at) ++buffer.last_stage;
  }
  return true;
}

bool shrink_buffer(Plan& plan, Random& random) {
  Buffer& buffer = any(plan.buffers, random);
  buffer.bytes -= between(1, static_cast<int>(std::min<std::int64_t>(buffer.bytes, 8)), random);
  return true;
}

bool shrink_arena(Plan& plan, Random& random) {
  plan.arena_bytes -= plan::arena_alignment * between(1, 4, random);
  return true;
}

bool move_boundary(Plan& plan, Random& random) {
  if (plan.regions.empty()) return false;
  const auto first = static_cast<std::size_t>(between(0, static_cast<int>(plan.regions.size()) - 2, random));
  const std::int64_t bytes = plan::arena_alignment * between(1, 8, random) * sign(random);
  plan.regions[first].bytes += bytes;
  plan.regions[first + 1].bytes -= bytes;
  return plan.regions[first].bytes > 0 && plan.regions[first + 1].bytes > 0;
}

bool move_buffer_over_boundary(Plan& plan, Random& random) {
  if (plan.regions.empty()) return false;
  const auto first = static_cast<std::size_t>(between(0, static_cast<int>(plan.regions.size()) - 2, random));
  std::int64_t boundary = 0;
  for (std::size_t i = 0; i <= first; ++i) boundary += plan.regions[i].bytes;
  Buffer& buffer = any(plan.buffers, random);
  if (buffer.bytes <= plan::arena_alignment) return false;
  const auto most = static_cast<int>((buffer.bytes - 1) / plan::arena_alignment);
  buffer.offset = boundary - plan::arena_alignment * between(1, most, random);
  return true;
}

bool place_in_another_buffer(Plan& plan, Random& random) {
  Placement& placement = any(plan.placements, random);
  const int buffer = between(0, static_cast<int>(plan.buffers.size()) - 1, random);
  if (buffer == placement.buffer) return false;
  placement.buffer = buffer;
  return true;
}

bool shift_placement(Plan& plan, Random& random) {
  any(plan.placements, random).offset += between(1, 8, random) * sign(random);
  return true;
}

bool change_row_bytes(Plan& plan, Random& random) {
  any(plan.placements, random).row_bytes += sign(random);
  return true;
}

bool forget_placement(Plan& plan, Random& random) {
  plan.placements.erase(plan.placements.begin() + between(0, static_cast<int>(plan.placements.size()) - 1, random));
  return true;
}

constexpr Mutation all[] = {
    {"buffer moved", move_buffer},
    {"buffer nudged", nudge_buffer},
    {"offsets swapped", swap_offsets},
    {"live range shortened", shorten_live_range},
    {"live range shortened and placed anew", shorten_live_range_and_place_anew},
    {"ring one row short", shorten_ring},
    {"ring turned by a row", turn_ring},
    {"first row shifted", shift_first_row},
    {"advance changed", change_advance},
    {"row count changed", change_row_count},
    {"iterations changed", change_iterations},
    {"scratch moved", move_scratch},
    {"another buffer as scratch", use_another_buffer_as_scratch},
    {"stages swapped", swap_stages},
    {"steps swapped", swap_steps},
    {"stage dropped", drop_stage},
    {"stage repeated", repeat_stage},
    {"buffer shrunk", shrink_buffer},
    {"arena shrunk", shrink_arena},
    {"boundary of a region moved", move_boundary},
    {"buffer moved over a boundary", move_buffer_over_boundary},
    {"tensor in another buffer", place_in_another_buffer},
    {"placement shifted", shift_placement},
    {"row bytes changed", change_row_bytes},
    {"placement forgotten", forget_placement},
};

}  // namespace

std::span<const Mutation> mutations() { return all; }

}  // namespace thimble::testing
