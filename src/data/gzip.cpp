#include "data/gzip.h"

#include <array>
#include <memory>

#include <zlib.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble::data {

std::vector<std::byte> read_maybe_gzip(const std::filesystem::path& file) {
  std::vector<std::byte> stored = read_bytes(file);
  if (stored.size() < 2 || stored[0] != std::byte{0x1F} || stored[1] != std::byte{0x8B}) return stored;

  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) fail("{}: cannot be decompressed: no memory", file.string());
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(stored.data());
  stream.avail_in = static_cast<uInt>(stored.size());
  std::vector<std::byte> out(stored.size() * 4 + 1024);
  for (;;) {
    if (stream.total_out == out.size()) out.resize(out.size() * 2);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + stream.total_out);
    stream.avail_out = static_cast<uInt>(out.size() - stream.total_out);
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) break;
    if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      fail("{}: is truncated (gzip)", file.string());
    }
    if (status != Z_OK)
      fail("{}: is damaged (gzip: {})", file.string(), stream.msg != nullptr ? stream.msg : "bad data");
  }
  out.resize(stream.total_out);
  return out;
}

}  // namespace thimble::data
