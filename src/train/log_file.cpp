#include "train/log_file.h"

#include <fstream>
#include <sstream>
#include <string>

#include "base/error.h"
#include "base/files.h"

namespace thimble::train {

void append_line(const std::filesystem::path& log, const Json& line) {
  std::ofstream out(log, std::ios::app);
  out << line.dump() << '\n';
  if (!out.flush()) fail("{}: cannot be written", log.string());
}

void keep_lines(const std::filesystem::path& log, const std::function<bool(const Json& line)>& keep) {
  if (!std::filesystem::exists(log)) return;
  std::istringstream lines(read_text(log));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object() && keep(json)) kept += line + "\n";
  }
  write_text(log, kept);
}

}  // namespace thimble::train
