#include "search/line_log.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace thimble::search {

namespace {

/// The whole lines of a text, and nothing of a last one that has no end.
std::vector<std::string_view> whole_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

Json parsed(std::string_view line, const std::string& where) {
  Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) fail("{}: is not a JSON object", where);
  return json;
}

/// The first field in which two searches differ.
std::string difference(const Json& there, const Json& here) {
  for (const auto& [key, value] : here.items())
    if (!there.contains(key) || there.at(key) != value)
      return fmt::format("its {} is {}, not {}", key, there.contains(key) ? there.at(key).dump() : "missing",
                         value.dump());
  return "it has other options";
}

}  // namespace

LineLog::LineLog(const std::filesystem::path& file, const Json& header,
                 const std::function<void(const Json& line, const std::string& where)>& read)
    : path_(file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const std::string text = std::filesystem::exists(file) ? read_text(file) : "";
  const std::vector<std::string_view> lines = whole_lines(text);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string where = fmt::format("{}:{}", file.string(), i + 1);
    const Json json = parsed(lines[i], where);
    if (i == 0 && json != header) {
      throw Error(fmt::format("{}: is the log of another search: {}", file.string(), difference(json, header)),
                  "give another folder, or the options that the search began with");
    }
    if (i > 0) read(json, where);
    bytes += lines[i].size() + 1;
  }
  if (bytes < text.size()) std::filesystem::resize_file(file, bytes);
  file_.reset(std::fopen(file.c_str(), "ab"));
  if (!file_) fail("{}: cannot be opened: {}", file.string(), std::strerror(errno));
  if (lines.empty()) append(header);
}

void LineLog::append(const Json& line) {
  if (!file_) return;
  const std::string text = line.dump() + "\n";
  const bool is_written =
      std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() && std::fflush(file_.get()) == 0;
  if (!is_written) fail("{}: cannot be written: {}", path_.string(), std::strerror(errno));
}

}  // namespace thimble::search
