// plan/shadow_arena.cpp
#include "plan/shadow_arena.h"

#include <algorithm>
#include <iterator>

namespace thimble::plan {

ShadowArena::ShadowArena(std::int64_t bytes) : runs_{{0, {}}, {bytes, {}}} {}

void ShadowArena::write(std::int64_t address, std::int64_t bytes, Content content) {
  assign(address, bytes, {content.tensor, content.byte - address});
}

void ShadowArena::spoil(std::int64_t address, std::int64_t bytes) { assign(address, bytes, {}); }

std::optional<ShadowArena::Mismatch> ShadowArena::mismatch(std::int64_t address, std::int64_t bytes,
                                                           Content content) const {
  const Run expected{content.tensor, content.byte - address};
  const std::int64_t end = address + bytes;
  for (auto run = std::prev(runs_.upper_bound(address)); run != runs_.end() && run->first < end; ++run) {
    if (run->second == expected) continue;
    const std::int64_t first = std::max(run->first, address);
    Mismatch found{first, {content.tensor, first + expected.shift}, {}};
    if (run->second.tensor != ir::no_tensor) found.held = {run->second.tensor, first + run->second.shift};
    return found;
  }
  return std::nullopt;
}

/// Makes a run begin at `address`.
ShadowArena::Runs::iterator ShadowArena::split(std::int64_t address) {
  const auto after = runs_.lower_bound(address);
  if (after != runs_.end() && after->first == address) return after;
  return runs_.emplace_hint(after, address, std::prev(after)->second);
}

void ShadowArena::assign(std::int64_t address, std::int64_t bytes, Run run) {
  const auto end = split(address + bytes);
  const auto begin = split(address);
  const auto joined = begin != runs_.begin() && std::prev(begin)->second == run ? std::prev(begin) : begin;
  joined->second = run;
  auto next = runs_.erase(std::next(joined), end);
  if (next != runs_.end() && std::next(next) != runs_.end() && next->second == run) runs_.erase(next);
}

}  // namespace thimble::plan
