#include "base/npy.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <regex>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble {

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);

std::size_t item_size(const std::string& dtype) {
  static const std::vector<std::pair<std::string, std::size_t>> known = {{"|i1", 1}, {"|u1", 1}, {"|b1", 1}, {"<i2", 2},
                                                                         {"<i4", 4}, {"<i8", 8}, {"<f4", 4}};
  for (const auto& [name, size] : known) {
    if (name == dtype) return size;
  }
  return 0;
}

}  // namespace

Array read_npy(const std::filesystem::path& file) {
  const std::vector<std::byte> content = read_bytes(file);
  const std::string name = file.string();
  if (content.size() < 10 || std::memcmp(content.data(), magic.data(), magic.size()) != 0) {
    fail("{}: is not a .npy file", name);
  }
  const int major = static_cast<int>(content[6]);
  std::size_t header_size = 0;
  std::size_t header_start = 10;
  if (major == 1) {
    header_size = static_cast<std::size_t>(content[8]) | static_cast<std::size_t>(content[9]) << 8;
  } else {
    if (content.size() < 12) fail("{}: the header is cut off", name);
    for (std::size_t i = 0; i < 4; ++i) header_size |= static_cast<std::size_t>(content[8 + i]) << (8 * i);
    header_start = 12;
  }
  if (header_size > content.size() - header_start) fail("{}: the header is cut off", name);
  const std::string header(reinterpret_cast<const char*>(content.data()) + header_start, header_size);

  std::smatch match;
  Array array;
  if (!std::regex_search(header, match, std::regex("'descr': *'([^']*)'"))) fail("{}: the header has no dtype", name);
  array.dtype = match[1];
  if (array.dtype == "<i1" || array.dtype == "<u1") array.dtype[0] = '|';
  const std::size_t item = item_size(array.dtype);
  if (item == 0)
    fail("{}: dtype {} is not supported (int8, uint8, int16, int32, int64, float32 are)", name, array.dtype);
  if (std::regex_search(header, std::regex("'fortran_order': *True"))) {
    throw Error(fmt::format("{}: is in Fortran order", name), "save it with numpy.ascontiguousarray");
  }
  if (!std::regex_search(header, match, std::regex("'shape': *\\(([^)]*)\\)")))
    fail("{}: the header has no shape", name);
  std::size_t count = 1;
  const std::string dimensions = match[1];
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(dimensions.begin(), dimensions.end(), number), end; it != end; ++it) {
    const std::string digits = it->str();
    if (digits.size() > 12) fail("{}: dimension {} is too large", name, digits);
    array.shape.push_back(std::stoull(digits));
    if (array.shape.back() != 0 && count > std::numeric_limits<std::size_t>::max() / 16 / array.shape.back()) {
      fail("{}: the shape is too large", name);
    }
    count *= array.shape.back();
  }
  const std::size_t start = header_start + header_size;
  if (content.size() - start != count * item) {
    fail("{}: has {} bytes of data, its shape needs {}", name, content.size() - start, count * item);
  }
  array.bytes.assign(content.begin() + static_cast<std::ptrdiff_t>(start), content.end());
  return array;
}

void write_npy(const std::filesystem::path& file, const Array& array) {
  std::string shape = fmt::format("{}", fmt::join(array.shape, ", "));
  if (array.shape.size() == 1) shape += ",";
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", array.dtype, shape);
  // The format wants the data to start at a multiple of 64 and the header to end in a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string content(magic);
  content += '\x01';
  content += '\x00';
  content += static_cast<char>(header.size() & 0xFF);
  content += static_cast<char>(header.size() >> 8);
  content += header;
  content.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
  write_text(file, content);
}

}  // namespace thimble
