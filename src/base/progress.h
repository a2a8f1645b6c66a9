// base/progress.h
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace thimble {

/// Shows how far long work is, on standard error: a bar with the remaining time on a terminal, a plain line now and
/// then otherwise, nothing for work that ends within two seconds.
class Progress {
 public:
  Progress(std::string what, std::int64_t total);
  ~Progress();
  /// `note` is shown at the end of the line ("loss 0.31").
  void advance(std::int64_t by = 1, const std::string& note = {});

 private:
  void show(bool last);
  std::string what_, note_;
  std::int64_t total_, done_ = 0;
  bool terminal_, shown_ = false;
  std::chrono::steady_clock::time_point start_, next_;
};

}  // namespace thimble
