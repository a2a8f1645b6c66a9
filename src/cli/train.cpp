#include "cli/training_half.h"
#include "cli/verbs.h"

namespace thimble::cli {

void add_train(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("train", "Train a network on a dataset (needs the training half)");
  verb->footer("Example: thimble train --recipe fashion-mnist -o out/\nAll options: thimble train --help");
  // The training half parses, and explains, its own options.
  verb->prefix_command();
  verb->set_help_flag();
  verb->callback([verb] { become_training_half("train", verb->remaining()); });
}

}  // namespace thimble::cli
