// data/picture_damage.h
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace thimble::data {

/// What is wrong with the structure of a JPEG, PNG or BMP file, or "" if it is whole or of another format. Pictures
/// pass this before stb_image decodes them, because stb_image trusts too much: it fills what was cut off from a JPEG or
/// BMP with grey or black and reports nothing, ignores a PNG's checksums, allocates whatever a chunk says it holds, and
/// its version 2.27 writes beyond its tables where a damaged JPEG defines a Huffman table of more than 256 codes. The
/// walk over a JPEG visits markers wherever that decoder can meet them.
std::string_view picture_damage(std::span<const std::byte> file);

}  // namespace thimble::data
