// base/index.h
#pragma once

#include <cstddef>

namespace thimble {

/// A vector's index from an int that is not negative: ids of tensors and positions of operators are ints.
constexpr std::size_t to_index(int value) { return static_cast<std::size_t>(value); }

}  // namespace thimble
