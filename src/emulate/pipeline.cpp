#include "emulate/pipeline.h"

#include <algorithm>
#include <bit>

namespace thimble::emulate {

namespace {

template <typename Action>
void for_each_register(Registers registers, Action action) {
  for (; registers != 0; registers &= registers - 1) action(static_cast<std::size_t>(std::countr_zero(registers)));
}

bool accesses_memory(const Instruction& instruction) {
  return instruction.kind == Kind::load || instruction.kind == Kind::store;
}

/// Issues with no other instruction.
bool is_alone(const Instruction& instruction) {
  return instruction.multiple || instruction.kind == Kind::divide || instruction.kind == Kind::long_multiply ||
         instruction.kind == Kind::other;
}

bool multiplies(const Instruction& instruction) {
  return instruction.kind == Kind::multiply || instruction.kind == Kind::long_multiply;
}

bool uses_simd(const Instruction& instruction) {
  return instruction.kind == Kind::simd || instruction.kind == Kind::saturate;
}

}  // namespace

int Pipeline::latency_of(const Instruction& instruction) const {
  switch (instruction.kind) {
    case Kind::load:
      return instruction.narrow ? model_.narrow_load_latency : model_.load_latency;
    case Kind::multiply:
    case Kind::long_multiply:
      return model_.multiply_latency;
    case Kind::saturate:
      return model_.saturate_latency;
    case Kind::floating:
      return model_.float_latency;
    default:
      return 1;
  }
}

/// Cycles for which it keeps others from issuing; a load's second cycle apart.
int Pipeline::cycles_of(const Instruction& instruction) const {
  int cycles = 1;
  if (instruction.multiple) {
    cycles = (instruction.words + model_.words_a_cycle - 1) / model_.words_a_cycle + model_.multiple_extra;
  }
  if (instruction.kind == Kind::store && !instruction.multiple) cycles += model_.store_extra;
  if (instruction.kind == Kind::store && instruction.register_offset) cycles += model_.register_store_extra;
  if (instruction.kind == Kind::multiply && instruction.accumulates) cycles += model_.multiply_accumulate_extra;
  if (instruction.kind == Kind::long_multiply) cycles += model_.long_multiply_extra;
  if (instruction.kind == Kind::divide) cycles += model_.divide_extra;
  if (instruction.kind == Kind::float_divide) cycles += model_.float_divide_extra;
  return std::max(cycles, 1);
}

int Pipeline::operands_ready(const Instruction& instruction) const {
  int cycle = 0;
  const auto wait = [&](Registers registers, int shift) {
    for_each_register(registers, [&](std::size_t reg) { cycle = std::max(cycle, ready_[reg] + shift); });
  };
  wait(instruction.reads, 0);
  wait(instruction.early, model_.address_early);
  wait(instruction.shifted, model_.shifted_early);
  wait(instruction.late, instruction.kind == Kind::store ? -model_.store_data_late : -model_.accumulator_late);
  return cycle;
}

/// Two loads from the same 32-bit half of a memory of 64 bits, as far as their addresses tell.
bool Pipeline::same_bank(const Instruction& instruction) const {
  return std::ranges::any_of(group_, [&](const Instruction& other) {
    return other.kind == Kind::load && other.base >= 0 && other.base == instruction.base &&
           ((other.offset ^ instruction.offset) & 4) == 0;
  });
}

/// Whether it can issue in the same cycle as those that just did.
bool Pipeline::joins(const Instruction& instruction) const {
  if (closed_ || static_cast<int>(group_.size()) >= model_.issue_width || is_alone(instruction)) return false;
  if (model_.simd_first && uses_simd(instruction)) return false;
  const auto others = [&](auto is_such) {
    return static_cast<int>(std::ranges::count_if(group_, [&](const Instruction& other) { return is_such(other); }));
  };
  if (multiplies(instruction) && others(multiplies) > 0) return false;
  if (instruction.shifter && others([](const Instruction& other) { return other.shifter; }) > 0) return false;
  const auto loads = [](const Instruction& other) { return other.kind == Kind::load; };
  const auto stores = [](const Instruction& other) { return other.kind == Kind::store; };
  if (stores(instruction) && others(stores) > 0) return false;
  return !loads(instruction) || (others(loads) < model_.loads_a_cycle && !same_bank(instruction));
}

int Pipeline::issue(const Instruction& instruction) {
  int at = std::max({operands_ready(instruction), free_, cycle_, 0});
  const bool hides_load = model_.pipelined_loads && accesses_memory(instruction) && !instruction.multiple &&
                          ((instruction.early | instruction.late) & loading_) == 0;
  if (!hides_load) at = std::max(at, after_load_);
  if (at == cycle_ && !joins(instruction)) ++at;
  if (at != cycle_) {
    group_.clear();
    closed_ = false;
    cycle_ = at;
  }
  group_.push_back(instruction);

  const int latency = latency_of(instruction);
  const int cycles = cycles_of(instruction);
  for_each_register(instruction.writes, [&](std::size_t reg) { ready_[reg] = at + latency + cycles - 1; });
  for_each_register(instruction.updates, [&](std::size_t reg) { ready_[reg] = at; });
  free_ = std::max(free_, at + cycles - 1);
  if (cycles > 1 || is_alone(instruction)) {
    free_ = at + cycles;
    closed_ = true;
  }
  const bool loads = instruction.kind == Kind::load && !instruction.multiple;
  loading_ = loads ? instruction.writes : 0;
  after_load_ = loads && model_.load_extra > 0 ? at + 1 + model_.load_extra : 0;
  return at;
}

void Pipeline::branch_to(const Instruction& branch, const Instruction& target) {
  int refill = branch.indirect ? model_.indirect_branch : model_.taken_branch;
  if (target.size == 4 && target.address % 4 != 0) refill += model_.unaligned_target;
  free_ = std::max({free_, after_load_, cycle_ + 1}) + refill;
  closed_ = true;
}

}  // namespace thimble::emulate
