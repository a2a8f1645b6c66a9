#include "base/progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/core.h>
#include <unistd.h>

namespace thimble {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

Progress::Progress(std::string what, std::int64_t total)
    : what_(std::move(what)),
      total_(std::max<std::int64_t>(total, 1)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      start_(steady_clock::now()),
      next_(start_ + seconds(2)) {}

Progress::~Progress() {
  if (shown_) show(true);
}

void Progress::advance(std::int64_t by, const std::string& note) {
  done_ += by;
  note_ = note;
  const auto now = steady_clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? milliseconds(200) : milliseconds(15000));
  show(false);
}

void Progress::show(bool last) {
  shown_ = true;
  const double elapsed = duration<double>(steady_clock::now() - start_).count();
  const double part = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const double left = part > 0 ? elapsed * (1 - part) / part : 0;
  const std::string time = last ? fmt::format("{:.0f} s", elapsed) : fmt::format("{:.0f} s left", left);
  if (terminal_) {
    const int filled = static_cast<int>(part * 30);
    fmt::print(stderr, "\r\033[K{} [{:=<{}}{:<{}}] {:3.0f}% {} {}{}", what_, "", filled, "", 30 - filled, part * 100,
               time, note_, last ? "\n" : "");
  } else {
    fmt::print(stderr, "{}: {}/{} ({:.0f}%), {} {}\n", what_, done_, total_, part * 100, time, note_);
  }
  std::fflush(stderr);
}

}  // namespace thimble
