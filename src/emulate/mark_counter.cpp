#include "emulate/mark_counter.h"

#include <algorithm>

#include "base/error.h"
#include "marks.h"

namespace thimble::emulate {

namespace {

/// A Thumb instruction is one halfword or two; the upper five bits of the first say which.
bool is_wide(unsigned halfword) { return halfword >> 11 >= 0b11101; }

bool is_mark(unsigned halfword) { return halfword >= MARK_BEGIN && halfword <= MARK_LAST && (halfword & 0xFU) == 0; }

}  // namespace

std::vector<MarkCounter::Run> MarkCounter::decode(std::uint32_t address, std::span<const std::byte> code) {
  std::vector<Run> runs(1);
  std::size_t first = 0;
  const auto end_run = [&](std::size_t end) {
    if (end > first)
      runs.back().profiled =
          profile_.add(address + static_cast<std::uint32_t>(first), code.subspan(first, end - first));
  };
  std::size_t at = 0;
  while (at + 1 < code.size()) {
    const unsigned halfword = std::to_integer<unsigned>(code[at]) | std::to_integer<unsigned>(code[at + 1]) << 8;
    const std::size_t size = is_wide(halfword) ? 4 : 2;
    if (is_mark(halfword)) {
      end_run(at);
      first = at + size;
      runs.back().mark = static_cast<int>(halfword);
      runs.emplace_back();
    } else {
      ++runs.back().instructions;
    }
    at += size;
  }
  end_run(code.size());
  return runs;
}

void MarkCounter::execute(std::uint32_t address, std::span<const std::byte> code) {
  if (ended_) return;
  const auto [block, is_new] = blocks_.try_emplace(std::uint64_t{code.size()} << 32 | address);
  if (is_new) block->second = decode(address, code);
  for (const Run& run : block->second) {
    if (counting_) counts_.total += run.instructions;
    if (counting_ && layer_ >= 0) counts_.layers[static_cast<std::size_t>(layer_)].second += run.instructions;
    if (counting_ && run.profiled >= 0) profile_.execute(run.profiled, op_);
    if (run.mark != 0) pass(run.mark);
  }
}

void MarkCounter::pass(int mark) {
  if (mark == MARK_BEGIN) {
    counting_ = !ended_;
    layer_ = op_ = -1;
  } else if (!counting_) {
    return;
  } else if (mark == MARK_END) {
    counting_ = false;
    ended_ = true;
  } else if (mark == MARK_LAYER) {
    layer_ = op_ = -1;
    digits_missing_ = MARK_DIGITS;
    next_layer_ = 0;
  } else if (digits_missing_ > 0) {
    next_layer_ = next_layer_ * 8 + (mark - MARK_DIGIT) / 16;
    if (--digits_missing_ == 0) enter_layer(next_layer_);
  }
}

void MarkCounter::enter_layer(int op) {
  if (op == MARK_OUTSIDE) {
    counting_ = false;
    return;
  }
  op_ = op;
  const auto known = std::ranges::find(counts_.layers, op, [](const auto& layer) { return layer.first; });
  layer_ = static_cast<int>(known - counts_.layers.begin());
  if (known == counts_.layers.end()) counts_.layers.emplace_back(op, 0);
}

const InstructionCounts& MarkCounter::counts() const {
  if (!ended_) fail("the firmware ran no marked inference");
  return counts_;
}

}  // namespace thimble::emulate
