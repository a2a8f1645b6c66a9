// emulate/instruction.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace thimble::emulate {

/// What a pipeline needs to know of an instruction: which part of the core executes it.
enum class Kind {
  alu,
  simd,
  saturate,
  multiply,
  long_multiply,
  divide,
  load,
  store,
  branch,
  other,
  floating,
  float_divide
};

/// Registers as bits: r0 to r15, then the flags, then s0 to s31 from bit 32.
using Registers = std::uint64_t;

/// One Thumb instruction, decoded.
struct Instruction {
  std::uint32_t address = 0;
  unsigned size = 0;  ///< Bytes: 2 or 4.
  std::string text;   ///< As assembly.
  Kind kind = Kind::alu;
  bool multiple = false;         ///< LDM, LDRD, PUSH, ...: several words in one instruction.
  bool narrow = false;           ///< A load of a byte or a halfword.
  bool register_offset = false;  ///< A store whose address is the sum of registers.
  bool accumulates = false;      ///< A multiplication that also adds.
  bool shifter = false;          ///< Shifts an operand, extracts or inserts bits.
  bool branches = false;         ///< May go elsewhere; POP {pc} is both a load and a branch.
  bool indirect = false;         ///< Where it goes is in a register or in memory.
  bool conditional = false;
  int words = 0;          ///< That it loads or stores.
  Registers reads = 0;    ///< Operands that are needed when it executes,
  Registers early = 0;    ///< those needed before: the address,
  Registers shifted = 0;  ///< an operand that is shifted,
  Registers late = 0;     ///< and those needed after: an accumulator, the data of a store.
  Registers writes = 0;
  Registers updates = 0;  ///< Base registers with write-back.
  int base = -1;          ///< Number of the base register, -1 if it accesses no memory or adds an index.
  int offset = 0;         ///< From the base.
};

/// Decodes Thumb code that ends with an instruction. Bytes that are none are an instruction of kind `other`.
std::vector<Instruction> decode(std::uint32_t address, std::span<const std::byte> code);

}  // namespace thimble::emulate
