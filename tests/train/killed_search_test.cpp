// A search whose process is killed, and not asked to stop, ends with what it would have ended with.
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/random.h"
#include "search_place.h"

namespace thimble::train {
namespace {

pid_t started(std::vector<std::string> words) {
  const pid_t child = fork();
  if (child != 0) return child;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::freopen("/dev/null", "w", stdout);
  std::freopen("/dev/null", "w", stderr);
  execv(pointers[0], pointers.data());
  _exit(127);
}

/// The exit status, or -1 for a process that was killed.
int waited_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class KilledSearch : public ::testing::Test {
 protected:
  std::vector<std::string> command(const std::string& folder) const {
    const std::string out = place_.path(folder).string();
    if (std::filesystem::exists(place_.path(folder) / "search.json"))
      return {THIMBLE_TRAIN_PROGRAM, "search", "--resume", "--threads", "1", "--stage", "finish", "-o", out};
    const SearchSettings settings = place_.settings();
    return {THIMBLE_TRAIN_PROGRAM,
            "search",
            "--data",
            settings.dataset,
            "--board",
            settings.board,
            "--space",
            settings.space,
            "--no-flip",
            "--budget-minutes",
            "1",
            "--no-time-limit",
            "--threads",
            "1",
            "--stage",
            "finish",
            "-o",
            out};
  }

  /// Milliseconds that the whole search takes here and now.
  unsigned run_whole() {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(waited_for(started(command("whole"))), 0);
    const auto passed = std::chrono::steady_clock::now() - start;
    return static_cast<unsigned>(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
  }

  testing::SearchPlace place_;
};

TEST_F(KilledSearch, ResumesToTheSameResult) {
  const unsigned whole = run_whole();
  data::Random random(7);
  for (int kills = 0; kills < 5; ++kills) {
    const pid_t child = started(command("pieces"));
    usleep(1000 * (whole / 5 + random.below(whole / 2)));
    kill(child, SIGKILL);
    waited_for(child);
  }
  ASSERT_EQ(waited_for(started(command("pieces"))), 0);
  for (const char* file : {"winner.json", "candidates.jsonl", "int8.tflite"})
    EXPECT_TRUE(read_bytes(place_.path("pieces") / file) == read_bytes(place_.path("whole") / file)) << file;
}

}  // namespace
}  // namespace thimble::train
