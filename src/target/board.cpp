#include "target/board.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/json.h"
#include "base/suggest.h"
#include "target/cores.h"

namespace thimble::target {

namespace fs = std::filesystem;

namespace {

/// The fields of boards/<name>.json; docs/boards.md says what they mean.
const std::vector<std::string> fields = {"description", "core",    "fpu",   "clock_mhz",    "active_power_mw",
                                         "sram",        "regions", "flash", "large_memory", "note"};

void check_fields(const Json& json) {
  if (!json.is_object()) fail("must be an object");
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(fields, key) != fields.end()) continue;
    const std::string meant = nearest(key, fields);
    fail("there is no field \"{}\"{}", key, meant.empty() ? "" : fmt::format(", did you mean \"{}\"?", meant));
  }
}

const Json& field(const Json& json, const char* name) {
  if (!json.contains(name)) fail("\"{}\" is missing", name);
  return json.at(name);
}

std::string text(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_string() || value.get<std::string>().empty()) fail("\"{}\" must be a text", name);
  return value.get<std::string>();
}

double number(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_number() || value.get<double>() < 0) fail("\"{}\" must be a number, at least 0", name);
  return value.get<double>();
}

std::int64_t bytes(const Json& value, const std::string& name) {
  if (value.is_number_integer()) {
    const auto count = value.get<std::int64_t>();
    if (count > 0 && count <= std::int64_t{1} << 40) return count;
  }
  fail("\"{}\" must be a number of bytes", name);
}

Core parse_core(const Json& json) {
  const std::string name = text(json, "core");
  const std::string fpu = json.contains("fpu") ? text(json, "fpu") : "";
  constexpr std::array<std::string_view, 4> known = {"", "fpv4-sp-d16", "fpv5-sp-d16", "fpv5-d16"};
  if (std::ranges::find(known, fpu) == known.end()) {
    fail("\"fpu\" is \"{}\"; fpv4-sp-d16, fpv5-sp-d16 and fpv5-d16 are known", fpu);
  }
  return core(name, fpu);
}

std::vector<MemoryRegion> parse_regions(const Json& json) {
  const Json& regions = field(json, "regions");
  if (!regions.is_object()) fail("\"regions\" must be an object of names and bytes");
  std::vector<MemoryRegion> parsed;
  for (const auto& [name, value] : regions.items()) parsed.push_back({name, bytes(value, name)});
  return parsed;
}

Board parse_board(const std::string& name, const Json& json) {
  check_fields(json);
  Board board;
  board.name = name;
  board.description = text(json, "description");
  board.core = parse_core(json);
  board.clock_mhz = number(json, "clock_mhz");
  if (json.contains("active_power_mw")) board.active_power_mw = number(json, "active_power_mw");
  board.flash_bytes = bytes(field(json, "flash"), "flash");
  board.regions = parse_regions(json);
  const std::string sram = text(json, "sram");
  const auto region = std::ranges::find(board.regions, sram, &MemoryRegion::name);
  if (region == board.regions.end()) fail("\"sram\" is \"{}\", which is none of \"regions\"", sram);
  board.sram_bytes = region->bytes;
  board.sram_region = sram;
  board.large_memory = json.value("large_memory", false);
  board.is_host = board.core.qemu_machine.empty();
  return board;
}

Board read_board(const fs::path& file) {
  const Json json = read_json(file);
  try {
    return parse_board(file.stem().string(), json);
  } catch (const Error& error) {
    const std::string hint = error.hint().empty() ? "docs/boards.md describes the fields" : error.hint();
    throw Error(fmt::format("{}: {}", file.string(), error.what()), hint);
  }
}

std::vector<fs::path> board_files() {
  std::vector<fs::path> files;
  const fs::path folder = data_folder() / "boards";
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) fail("{}: cannot be listed: {}", folder.string(), error.message());
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<Board> boards() {
  std::vector<Board> all;
  for (const fs::path& file : board_files()) all.push_back(read_board(file));
  return all;
}

Board board(const std::string& name) {
  std::vector<std::string> names;
  for (const fs::path& file : board_files()) {
    names.push_back(file.stem().string());
    if (names.back() == name) return read_board(file);
  }
  const std::string meant = nearest(name, names);
  throw Error(fmt::format("no board is called \"{}\"", name),
              meant.empty() ? "`thimble boards` lists them"
                            : fmt::format("did you mean {}? `thimble boards` lists them", meant));
}

Board without_budget(Board board) {
  if (board.is_host) return board;
  const Board large = target::board("emulator");
  board.sram_bytes = large.sram_bytes;
  board.flash_bytes = large.flash_bytes;
  board.large_memory = true;
  return board;
}

fs::path data_folder() {
  if (const char* folder = std::getenv("THIMBLE_DATA")) return folder;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = self.parent_path().parent_path() / "share" / "thimble";
  if (fs::exists(installed / "boards", error)) return installed;
  return THIMBLE_SOURCE_DIR;
}

}  // namespace thimble::target
