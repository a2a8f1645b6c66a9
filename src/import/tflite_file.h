// import/tflite_file.h
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <import/tflite_generated.h>

namespace thimble::import {

/// A .tflite file whose FlatBuffers structure is verified: every offset, vector and string lies inside `bytes`. What
/// the numbers mean (indices, sizes, types) is not: each reader checks what it reads. Every pointer may be null.
struct TfliteFile {
  std::span<const std::byte> bytes;
  std::string name;  ///< For messages.
  const tflite::Model* model = nullptr;
  const tflite::SubGraph* main = nullptr;  ///< The first subgraph.
};

/// @throws Error if the bytes are not a TFLite model with at least one subgraph. `bytes` must outlive the result and be
/// aligned for 8-byte loads.
TfliteFile open_tflite(std::span<const std::byte> bytes, const std::string& name);

/// The bytes of a buffer, inside the FlatBuffer or behind it; empty for a buffer without data.
/// @throws Error if the index or the range is outside the file.
std::span<const std::byte> buffer_bytes(const TfliteFile& file, std::uint32_t index);

/// The elements of a vector, none if it is absent: copied, as the verifier does not check that 8-byte elements are
/// aligned.
template <typename T>
std::vector<T> elements(const flatbuffers::Vector<T>* vector) {
  if (!vector) return {};
  std::vector<T> out(vector->size());
  if (!out.empty()) std::memcpy(out.data(), vector->Data(), out.size() * sizeof(T));
  return out;
}
template <typename T>
std::size_t count(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() : 0;
}

/// The member at `index`, or null where the index is out of range.
template <typename T>
const T* member(const flatbuffers::Vector<flatbuffers::Offset<T>>* vector, std::size_t index) {
  return index < count(vector) ? vector->Get(static_cast<flatbuffers::uoffset_t>(index)) : nullptr;
}

}  // namespace thimble::import
