// emit/c_text.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ir/requantize.h"

namespace thimble::emit {

/// A constant array of the generated program.
struct ConstantArray {
  std::string name;     ///< "conv_2d_3_weights"
  std::string element;  ///< "int8_t", "uint16_t", "int32_t"
  std::vector<std::int64_t> values;
  bool word_aligned = false;  ///< Kernels read it a word at a time, whatever its element.

  /// The expression that points at its first element.
  std::string pointer() const { return word_aligned ? name + ".values" : name; }
  std::int64_t bytes() const;
};

/// A field of a parameter structure, with its value as C text.
struct Field {
  std::string name;
  std::string value;
};

/// A C structure constant: its type and its fields.
struct Parameters {
  std::string type;  ///< "thimble_conv"
  std::vector<Field> fields;

  void set(std::string name, std::int64_t value);
  void set(std::string name, std::string value);
  /// An array: "{1, 2, 3}".
  void set(std::string name, const std::vector<std::int64_t>& values);
  void set(std::string name, ir::FixedPointFactor factor);
};

/// The array's definition, lines of at most 120 characters.
std::string definition_of(const ConstantArray& array);

/// `static const <type> <name> = {.a = 1, ...};` with `indent` spaces before each line.
std::string definition_of(const Parameters& parameters, const std::string& name, int indent);

/// Generated lines have at most this many characters, where they can.
inline constexpr std::size_t line_width = 120;

/// `start` and the items, separated by commas and aligned after it, and `end`: a call or a declaration.
std::string listed(const std::string& start, const std::vector<std::string>& items, const std::string& end);

/// A number as C text; the least int32 needs a sum, since C has no negative literals.
std::string integer_literal(std::int64_t value);

}  // namespace thimble::emit
