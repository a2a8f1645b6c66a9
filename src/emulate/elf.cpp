#include "emulate/elf.h"

#include <cstring>

#include <elf.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble::emulate {

namespace {

template <typename T>
T read_at(const std::vector<std::byte>& file, std::size_t at, const std::filesystem::path& name) {
  if (at > file.size() || file.size() - at < sizeof(T)) fail("{}: ends within its ELF headers", name.string());
  T value;
  std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}

}  // namespace

std::vector<Segment> read_segments(const std::filesystem::path& elf) {
  const std::vector<std::byte> file = read_bytes(elf);
  const auto header = read_at<Elf32_Ehdr>(file, 0, elf);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB) {
    fail("{}: is not a 32-bit little-endian ELF file", elf.string());
  }
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto entry = read_at<Elf32_Phdr>(file, header.e_phoff + i * header.e_phentsize, elf);
    if (entry.p_type != PT_LOAD || entry.p_filesz == 0) continue;
    const std::size_t begin = entry.p_offset;
    if (begin > file.size() || file.size() - begin < entry.p_filesz) fail("{}: ends within a segment", elf.string());
    const std::byte* first = file.data() + begin;
    segments.push_back({entry.p_paddr, {first, first + entry.p_filesz}});
  }
  return segments;
}

}  // namespace thimble::emulate
