#include "emulate/instruction.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <capstone/capstone.h>
#include <fmt/core.h>

#include "base/error.h"

namespace thimble::emulate {

namespace {

constexpr Registers flags = Registers{1} << 16;

/// Properties of instructions by their names without conditions; those not listed are plain arithmetic.
struct Traits {
  Kind kind = Kind::alu;
  bool multiple = false;
  bool narrow = false;
  bool shifter = false;
  bool shifts_last = false;  ///< Its last register goes through the shifter.
};

using NameTable = std::map<std::string_view, Traits>;

void list(NameTable& table, const Traits& traits, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) table[name] = traits;
}

const NameTable& name_table() {
  static const NameTable known = [] {
    NameTable table;
    list(table, {.kind = Kind::load}, {"ldr", "vldr"});
    list(table, {.kind = Kind::load, .narrow = true}, {"ldrb", "ldrh", "ldrsb", "ldrsh"});
    list(table, {.kind = Kind::load, .multiple = true}, {"ldrd", "ldm", "ldmdb", "pop", "vldmia", "vldmdb", "vpop"});
    list(table, {.kind = Kind::store}, {"str", "strb", "strh", "vstr"});
    list(table, {.kind = Kind::store, .multiple = true}, {"strd", "stm", "stmdb", "push", "vstmia", "vstmdb", "vpush"});
    list(table, {.kind = Kind::multiply},
         {"mul",    "mla",    "mls",    "smlad",  "smladx", "smlsd",  "smlsdx", "smuad",  "smuadx", "smusd",
          "smusdx", "smlabb", "smlabt", "smlatb", "smlatt", "smulbb", "smulbt", "smultb", "smultt", "smlawb",
          "smlawt", "smulwb", "smulwt", "smmul",  "smmulr", "smmla",  "smmlar", "smmls",  "smmlsr"});
    list(
        table, {.kind = Kind::long_multiply},
        {"umull", "smull", "umlal", "smlal", "umaal", "smlald", "smlaldx", "smlalbb", "smlalbt", "smlaltb", "smlaltt"});
    list(table, {.kind = Kind::divide}, {"sdiv", "udiv"});
    list(table, {.shifter = true}, {"lsl", "lsr", "asr", "ror", "rrx"});
    list(table, {.kind = Kind::simd},
         {"sxtb",   "sxth",    "uxtb",   "uxth",    "sxtb16", "uxtb16", "sel",    "clz",    "sadd8",
          "sadd16", "ssub8",   "ssub16", "uadd8",   "uadd16", "usub8",  "usub16", "shadd8", "shadd16",
          "shsub8", "shsub16", "uhadd8", "uhadd16", "uhsub8", "sasx",   "ssax",   "uasx",   "usax"});
    list(table, {.kind = Kind::simd, .shifter = true}, {"bfi", "bfc"});
    list(table, {.kind = Kind::simd, .shifter = true, .shifts_last = true},
         {"sxtab", "sxtah", "sxtab16", "uxtab", "uxtah", "uxtab16", "pkhbt", "pkhtb", "ubfx", "sbfx", "rev", "rev16",
          "revsh", "rbit"});
    list(table, {.kind = Kind::saturate, .shifter = true, .shifts_last = true},
         {"ssat", "usat", "ssat16", "usat16", "qdadd", "qdsub"});
    list(table, {.kind = Kind::saturate},
         {"qadd", "qsub", "qadd8", "qsub8", "qadd16", "qsub16", "uqadd8", "uqsub8", "uqadd16", "uqsub16", "usad8",
          "usada8"});
    list(table, {.kind = Kind::branch}, {"b", "bl", "bx", "blx", "cbz", "cbnz", "tbb", "tbh"});
    list(table, {.kind = Kind::other}, {"it", "nop", "dsb", "isb", "dmb", "mrs", "msr", "bkpt", "svc"});
    list(table, {.kind = Kind::float_divide}, {"vdiv", "vsqrt"});
    return table;
  }();
  return known;
}

Traits traits_of(std::string_view name) {
  const auto known = name_table().find(name);
  if (known != name_table().end()) return known->second;
  return {.kind = name.starts_with('v') ? Kind::floating : Kind::alu};
}

Registers bits_of(unsigned reg) {
  const auto bit = [](unsigned place) { return Registers{1} << place; };
  if (reg >= ARM_REG_R0 && reg <= ARM_REG_R12) return bit(reg - ARM_REG_R0);
  if (reg >= ARM_REG_S0 && reg <= ARM_REG_S31) return bit(32 + reg - ARM_REG_S0);
  if (reg >= ARM_REG_D0 && reg <= ARM_REG_D15) return Registers{3} << (32 + 2 * (reg - ARM_REG_D0));
  if (reg == ARM_REG_SP) return bit(13);
  if (reg == ARM_REG_LR) return bit(14);
  if (reg == ARM_REG_PC) return bit(15);
  return reg == ARM_REG_CPSR ? flags : 0;
}

int number_of(unsigned reg) {
  for (int number = 0; number < 16; ++number) {
    if (bits_of(reg) == Registers{1} << number) return number;
  }
  return -1;
}

constexpr Registers program_counter = Registers{1} << 15;

void read_memory_operand(const cs_arm_op& operand, Instruction& into) {
  into.early |= bits_of(operand.mem.base) | bits_of(operand.mem.index);
  into.register_offset = operand.mem.index != ARM_REG_INVALID;
  into.base = into.register_offset ? -1 : number_of(operand.mem.base);
  into.offset = operand.mem.disp;
}

int count_words(std::string_view name, const cs_arm& arm, const Traits& traits) {
  if (!traits.multiple) return traits.kind == Kind::load || traits.kind == Kind::store ? 1 : 0;
  int words = 0;
  const bool has_base = !name.ends_with("pop") && !name.ends_with("push") && !name.ends_with("rd");
  for (int i = has_base ? 1 : 0; i < arm.op_count; ++i) {
    if (arm.operands[i].type != ARM_OP_REG) continue;
    const unsigned reg = static_cast<unsigned>(arm.operands[i].reg);
    words += reg >= ARM_REG_D0 && reg <= ARM_REG_D15 ? 2 : 1;
  }
  return words;
}

/// Who reads what, and when. Capstone 4 tells for most operands whether they are read or written; where it does not,
/// a first register is a result and the others are operands.
void classify_operands(csh handle, const cs_insn& code, const Traits& traits, Instruction& into) {
  const cs_arm& arm = code.detail->arm;
  cs_regs read, written;
  std::uint8_t reads = 0, writes = 0;
  cs_regs_access(handle, &code, read, &reads, written, &writes);
  for (unsigned i = 0; i < reads; ++i) into.reads |= bits_of(read[i]);
  for (unsigned i = 0; i < writes; ++i) into.writes |= bits_of(written[i]);

  int registers = 0;
  Registers last = 0;
  for (int i = 0; i < arm.op_count; ++i) {
    const cs_arm_op& operand = arm.operands[i];
    if (operand.type == ARM_OP_MEM) read_memory_operand(operand, into);
    if (operand.type != ARM_OP_REG) continue;
    last = bits_of(static_cast<unsigned>(operand.reg));
    if (operand.access == 0 && (registers > 0 || i > 0)) into.reads |= last;
    if (operand.shift.type != ARM_SFT_INVALID && into.kind != Kind::load && into.kind != Kind::store) {
      into.shifter = true;
      if (traits.kind == Kind::alu || traits.shifts_last) into.shifted |= last;
    }
    ++registers;
    if (into.kind == Kind::multiply && registers == 4) {
      into.late |= last;
      into.accumulates = true;
    }
  }
  if (traits.shifts_last && registers > 1) into.shifted |= last;
  if (into.kind == Kind::long_multiply && !into.text.starts_with("umull") && !into.text.starts_with("smull")) {
    into.late |= into.writes;
    into.reads |= into.writes;
    into.accumulates = true;
  }
}

/// The base of LDM and PUSH is a register, not a memory operand.
void classify_memory(std::string_view name, const cs_arm& arm, Instruction& into) {
  if (into.early == 0) {
    const bool of_stack = name.ends_with("pop") || name.ends_with("push");
    into.early = of_stack ? bits_of(ARM_REG_SP) : bits_of(static_cast<unsigned>(arm.operands[0].reg));
    into.updates = arm.writeback || of_stack ? into.early : 0;
  } else if (arm.writeback) {
    into.updates = into.base >= 0 ? Registers{1} << into.base : 0;
  }
  into.writes &= ~into.updates;
  if (into.kind == Kind::store) into.late = into.reads & ~into.early;
}

void classify_flags(std::string_view name, const cs_arm& arm, Instruction& into) {
  static constexpr std::array<std::string_view, 8> sets_ge = {"sadd8", "sadd16", "ssub8", "ssub16",
                                                              "uadd8", "uadd16", "usub8", "usub16"};
  if (arm.update_flags || name == "cmp" || std::ranges::find(sets_ge, name) != sets_ge.end()) into.writes |= flags;
  into.conditional = (arm.cc != ARM_CC_AL && arm.cc != ARM_CC_INVALID) || name == "cbz" || name == "cbnz";
  if (name == "it") {
    into.conditional = false;
  } else if ((into.conditional && name.front() != 'c') || name == "sel" || name == "adc" || name == "sbc") {
    into.reads |= flags;
  }
}

Instruction decode_one(csh handle, const cs_insn& code) {
  const char* known_name = cs_insn_name(handle, code.id);
  const std::string_view name = known_name != nullptr ? known_name : "";
  const cs_arm& arm = code.detail->arm;
  const Traits traits = traits_of(name);
  Instruction into;
  into.address = static_cast<std::uint32_t>(code.address);
  into.size = code.size;
  into.text = fmt::format("{} {}", code.mnemonic, code.op_str);
  into.kind = traits.kind;
  into.multiple = traits.multiple;
  into.narrow = traits.narrow;
  into.shifter = traits.shifter;
  classify_operands(handle, code, traits, into);
  into.words = count_words(name, arm, traits);
  if (into.kind == Kind::load || into.kind == Kind::store) classify_memory(name, arm, into);
  classify_flags(name, arm, into);
  into.branches = into.kind == Kind::branch || (into.writes & program_counter) != 0;
  into.indirect = into.branches && !(name == "b" || name == "bl" || name == "cbz" || name == "cbnz");
  if (into.kind == Kind::branch) into.writes &= ~program_counter;
  into.reads &= ~(into.early | into.shifted | into.late | program_counter);
  into.early &= ~program_counter;
  return into;
}

/// Capstone's handle, closed at the end.
class Disassembler {
 public:
  Disassembler() {
    if (cs_open(CS_ARCH_ARM, static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS), &handle_) != CS_ERR_OK) {
      fail("Capstone cannot start");
    }
    cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON);
  }
  Disassembler(const Disassembler&) = delete;
  Disassembler& operator=(const Disassembler&) = delete;
  ~Disassembler() { cs_close(&handle_); }
  csh handle() const { return handle_; }

 private:
  csh handle_ = 0;
};

/// A Thumb instruction is one halfword or two; the upper five bits of the first say which.
unsigned size_at(const std::uint8_t* bytes) { return bytes[1] >> 3 >= 0b11101 ? 4 : 2; }

Instruction unknown(std::uint32_t address, unsigned size) {
  Instruction instruction;
  instruction.address = address;
  instruction.size = size;
  instruction.text = "(unknown)";
  instruction.kind = Kind::other;
  return instruction;
}

}  // namespace

std::vector<Instruction> decode(std::uint32_t address, std::span<const std::byte> code) {
  const Disassembler disassembler;
  cs_insn* const decoded = cs_malloc(disassembler.handle());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
  std::size_t left = code.size();
  std::uint64_t at = address;
  std::vector<Instruction> instructions;
  while (left >= 2) {
    const unsigned size = size_at(bytes);
    if (cs_disasm_iter(disassembler.handle(), &bytes, &left, &at, decoded)) {
      instructions.push_back(decode_one(disassembler.handle(), *decoded));
      continue;
    }
    instructions.push_back(unknown(static_cast<std::uint32_t>(at), size));
    const std::size_t skipped = std::min<std::size_t>(size, left);
    bytes += skipped;
    left -= skipped;
    at += skipped;
  }
  cs_free(decoded, 1);
  return instructions;
}

}  // namespace thimble::emulate
