#include <algorithm>
#include <string>
#include <vector>

#include "cli/search_check.h"
#include "cli/search_measure.h"
#include "cli/search_space.h"
#include "cli/training_half.h"
#include "cli/verbs.h"

namespace thimble::cli {

namespace {

/// The stage that `--stage` names; empty: the whole search.
std::string stage_of(const std::vector<std::string>& arguments) {
  constexpr std::string_view option = "--stage";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == option && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with(std::string(option) + "=")) return arguments[i].substr(option.size() + 1);
  }
  return {};
}

}  // namespace

void add_search(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("search", "Search the most accurate network for a board and a dataset");
  verb->footer(
      "Examples:\n"
      "  thimble search --stage space --space mcunet --board stm32f746 -o out/\n"
      "  thimble search --data fashion-mnist --board stm32f412 -o out/\n"
      "  thimble search --stage measure -o out/\n"
      "The first ranks design spaces and needs no data, the last measures what a search found; --help explains each.\n"
      "All others need the training half: thimble search --help");
  // Each stage parses, and explains, its own options.
  verb->prefix_command();
  verb->set_help_flag();
  verb->callback([verb] {
    const std::vector<std::string> arguments = verb->remaining();
    const std::string stage = stage_of(arguments);
    if (stage == "space") {
      search_space(arguments);
    } else if (stage == "check") {
      search_check(arguments);
    } else if (stage == "measure") {
      search_measure(arguments);
    } else {
      become_training_half("search", arguments);
    }
  });
}

}  // namespace thimble::cli
