#include "target/board.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/json.h"
#include "base/suggest.h"
#include "target/cores.h"

namespace thimble::target {

namespace fs = std::filesystem;

namespace {

Board parse_board(const fs::path& file, const Json& json) {
  Board board;
  board.name = file.stem().string();
  board.description = json.at("description").get<std::string>();
  const std::string core_name = json.at("core").get<std::string>();
  board.core = core(core_name, json.value("fpu", ""));
  board.clock_mhz = json.at("clock_mhz").get<double>();
  board.active_power_mw = json.value("active_power_mw", 0.0);
  const std::string sram = json.at("sram").get<std::string>();
  for (const auto& [name, bytes] : json.at("regions").items()) {
    board.regions.push_back({name, bytes.get<std::int64_t>()});
    if (name == sram) board.sram_bytes = board.regions.back().bytes;
  }
  board.flash_bytes = json.at("flash").get<std::int64_t>();
  board.large_memory = json.value("large_memory", false);
  board.is_host = board.core.qemu_machine.empty();
  if (board.sram_bytes <= 0 || board.flash_bytes <= 0) {
    fail("{}: \"sram\" must name one of \"regions\", and memory sizes must be positive", file.string());
  }
  return board;
}

Board read_board(const fs::path& file) {
  const Json json = read_json(file);
  try {
    return parse_board(file, json);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: {}", file.string(), error.what()), "docs/boards.md describes the fields");
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", file.string(), error.what()), error.hint());
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
  std::sort(files.begin(), files.end());
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
