// Tensor values as numbers and back, for tests.
#pragma once

#include <cstring>
#include <vector>

#include "reference/interpreter.h"

namespace thimble::testing {

template <typename T>
std::vector<T> numbers(const reference::Bytes& bytes) {
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

template <typename T>
reference::Bytes bytes(const std::vector<T>& values) {
  reference::Bytes out(values.size() * sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), values.data(), out.size());
  return out;
}

}  // namespace thimble::testing
