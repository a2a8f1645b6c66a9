#include "import/tflite_file.h"

#include "base/error.h"

namespace thimble::import {

namespace {

/// FlatBuffers' offsets are 32 bits; larger models keep their weights behind the FlatBuffer.
constexpr std::size_t largest_flatbuffer = (std::size_t{1} << 31) - 1;
constexpr std::size_t identifier_end = 8;

const std::uint8_t* start_of(std::span<const std::byte> bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace

TfliteFile open_tflite(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) fail("{}: the file is empty", name);
  if (bytes.size() < identifier_end || !tflite::ModelBufferHasIdentifier(bytes.data())) {
    throw Error(
        fmt::format("{}: not a TensorFlow Lite model (bytes 4 to 7 are not \"{}\")", name, tflite::ModelIdentifier()),
        "thimble reads .tflite files, as TensorFlow Lite's converter writes them");
  }
  flatbuffers::Verifier verifier(start_of(bytes), std::min(bytes.size(), largest_flatbuffer));
  if (!tflite::VerifyModelBuffer(verifier))
    fail("{}: the file is damaged or cut off: its tables point outside it", name);
  TfliteFile file{bytes, name, tflite::GetModel(bytes.data()), nullptr};
  if (file.model->version() != 3) {
    fail("{}: schema version {} is not supported (3 is)", name, file.model->version());
  }
  file.main = member(file.model->subgraphs(), 0);
  if (!file.main) fail("{}: the model has no graph", name);
  return file;
}

std::span<const std::byte> buffer_bytes(const TfliteFile& file, std::uint32_t index) {
  const tflite::Buffer* buffer = member(file.model->buffers(), index);
  if (!buffer) {
    // Buffer 0 means "no data" even where a writer left the list of buffers out.
    if (index == 0) return {};
    fail("{}: buffer {} does not exist: the file has {}", file.name, index, count(file.model->buffers()));
  }
  if (buffer->offset() > 1) {
    if (buffer->offset() > file.bytes.size() || buffer->size() > file.bytes.size() - buffer->offset()) {
      fail("{}: buffer {} lies outside the file: {} bytes at {}, the file has {}", file.name, index, buffer->size(),
           buffer->offset(), file.bytes.size());
    }
    return file.bytes.subspan(buffer->offset(), buffer->size());
  }
  if (!buffer->data()) return {};
  return std::as_bytes(std::span(buffer->data()->Data(), buffer->data()->size()));
}

}  // namespace thimble::import
