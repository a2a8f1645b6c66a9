// The optional folder of real models, data and golden outputs beside the repository. Tests that need it skip without.
#pragma once

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace thimble::testing {

inline std::filesystem::path shared_folder() {
  if (const char* folder = std::getenv("THIMBLE_SHARED")) return folder;
  return std::filesystem::path(THIMBLE_SOURCE_DIR).parent_path() / "shared";
}

}  // namespace thimble::testing

/// Skips the test, saying what it skips, where the shared file is not there.
#define THIMBLE_NEEDS_SHARED(file)                                          \
  if (!std::filesystem::exists(thimble::testing::shared_folder() / (file))) \
  GTEST_SKIP() << "skipped: ../shared/" << (file) << " is not there (set THIMBLE_SHARED)"
