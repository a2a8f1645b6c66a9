// base/error.h
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace thimble {

/// How a command ends. The numbers are the process's exit codes.
enum class Exit {
  done = 0,
  answer_is_no = 1,  ///< The work ran and its answer is no: the model does not fit, the accuracy is too low.
  bad_input = 2,     ///< Bad input or usage.
  missing_tool = 3,  ///< An outside program is missing.
};

/// The one exception of Thimble. `what()` is one line that says what, where and why; `hint` (may be empty) says what to
/// do next. Only `main` catches it, prints both and exits with `code`.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = {}, Exit code = Exit::bad_input)
      : std::runtime_error(message), hint_(std::move(hint)), code_(code) {}

  const std::string& hint() const { return hint_; }
  Exit code() const { return code_; }

 private:
  std::string hint_;
  Exit code_;
};

/// Throws an Error for bad input (exit code 2) with a formatted message.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace thimble
