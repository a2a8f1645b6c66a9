#include "cli/train_compiler_half.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <unistd.h>

#include "base/error.h"
#include "base/process.h"

namespace thimble::cli {

void become_compiler_half(const std::vector<std::string>& arguments) {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  std::string program = (self.parent_path() / "thimble").string();
  if (!program_exists(program)) program = "thimble";
  if (!program_exists(program)) {
    throw Error("thimble: is not installed beside thimble-train, nor on PATH: what was found is not measured",
                "build both: ./run build", Exit::missing_tool);
  }
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::fflush(nullptr);
  ::execvp(pointers[0], pointers.data());
  fail("{}: cannot be started: {}", program, std::strerror(errno));
}

}  // namespace thimble::cli
