// cli/byte_size.h
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include <fmt/format.h>

namespace thimble::cli {

/// What is wrong with a number of bytes, or "": then `text` becomes the plain number. 16kB is 16384, 0 is none.
inline std::string to_byte_size(std::string& text) {
  std::string plain = text;
  try {
    // CLI11 reads "-1" as an unsigned number, and throws what a validator should return.
    const bool is_size = !text.empty() && text.front() != '-' && CLI::AsSizeValue(false)(plain).empty();
    if (!is_size || plain.find_first_not_of('0') == std::string::npos) plain.clear();
  } catch (const CLI::ValidationError&) {
    plain.clear();
  }
  if (plain.empty()) return fmt::format("\"{}\" is no size: 16384 and 16kB are", text);
  text = plain;
  return {};
}

/// For options that take a number of bytes.
inline CLI::Validator byte_size() { return CLI::Validator(to_byte_size, "BYTES"); }

}  // namespace thimble::cli
