// emulate/draws.h
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace thimble::emulate {

/// A generator whose draws are the same with every standard library, unlike the standard distributions.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : bits_(seed) {}
  int between(int low, int high) { return low + static_cast<int>(bits_() % static_cast<unsigned>(high - low + 1)); }
  int one_of(const std::vector<int>& values) { return values[bits_() % values.size()]; }
  bool once_in(int times) { return bits_() % static_cast<unsigned>(times) == 0; }

 private:
  std::mt19937 bits_;
};

}  // namespace thimble::emulate
