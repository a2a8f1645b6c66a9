#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.h"
#include "base/process.h"
#include "cli/verbs.h"

namespace thimble::cli {

namespace {

/// Replaces this process by the training half, so that Ctrl-C and exit codes are its own.
[[noreturn]] void become_training_half(const std::string& verb, const std::vector<std::string>& arguments) {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  std::filesystem::path program = self.parent_path() / "thimble-train";
  if (!program_exists(program.string())) program = "thimble-train";
  if (!program_exists(program.string())) {
    throw Error("thimble-train: the training half is not installed",
                "build with the training half (it needs libtorch-dev): ./run build", Exit::missing_tool);
  }
  std::vector<std::string> words = {program.string(), verb};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execvp(pointers[0], pointers.data());
  fail("{}: cannot be started: {}", program.string(), std::strerror(errno));
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("train", "Train a network on a dataset (needs the training half)");
  verb->footer("Example: thimble train --recipe fashion-mnist -o out/\nAll options: thimble train --help");
  // The training half parses, and explains, its own options.
  verb->prefix_command();
  verb->set_help_flag();
  verb->callback([verb] { become_training_half("train", verb->remaining()); });
}

}  // namespace thimble::cli
