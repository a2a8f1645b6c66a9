// data/random.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace thimble::data {

/// SplitMix64 (Steele, Lea, Flood 2014). The standard library's distributions differ between implementations; these
/// numbers are the same everywhere, so a seed means the same split and the same augmentation on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, bound); the bias of the multiplication is below bound / 2^32. 0 if bound is 0.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }

 private:
  std::uint64_t state_;
};

/// A seed of its own for each (seed, key), such as one sample of one epoch.
inline std::uint64_t seed_for(std::uint64_t seed, std::uint64_t key) {
  return Random(Random(seed).next() ^ (key * 0xD6E8FEB86659FD93U)).next();
}

/// Fisher-Yates.
template <typename T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[random.below(static_cast<std::uint32_t>(i))]);
  }
}

/// The numbers 0 ... count - 1 in an order that depends only on the seed: the order of one training epoch.
inline std::vector<std::size_t> shuffled_order(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed);
  shuffle(order, random);
  return order;
}

}  // namespace thimble::data
