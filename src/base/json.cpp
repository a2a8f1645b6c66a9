#include "base/json.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace thimble {

Json read_json(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    fail("{}: line {}: is not JSON", file.string(), 1 + std::count(text.begin(), end, '\n'));
  }
}

void write_json(const std::filesystem::path& file, const Json& json) { write_text(file, json.dump(2) + "\n"); }

}  // namespace thimble
