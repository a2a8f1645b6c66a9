#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "data/open.h"

namespace thimble::cli {

void add_datasets(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("datasets", "List the datasets that have a name, and where they are");
  verb->footer("Example: thimble datasets\nEvery folder of pictures in class folders is a dataset too.");
  auto json = std::make_shared<std::filesystem::path>();
  add_json(*verb, *json);
  verb->callback([json] {
    Json list = Json::array();
    for (const data::KnownDataset& known : data::known_datasets()) {
      fmt::print("{:<16} {}\n", known.name, known.what);
      fmt::print("{:<16} {}\n", "", known.found ? "at " + known.found->string() : "not found: " + known.how_to_get);
      list.push_back({{"name", known.name},
                      {"what", known.what},
                      {"found", known.found ? Json(known.found->string()) : Json(nullptr)},
                      {"how_to_get", known.how_to_get}});
    }
    if (!json->empty()) write_json(*json, list);
  });
}

}  // namespace thimble::cli
