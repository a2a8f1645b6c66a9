#include "cli/training_half.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

#include "base/error.h"
#include "base/process.h"

namespace thimble::cli {

void become_training_half(const std::string& verb, const std::vector<std::string>& arguments) {
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

}  // namespace thimble::cli
