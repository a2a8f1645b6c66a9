#include "base/files.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "emit/emit.h"

namespace thimble::emit {
namespace {

namespace fs = std::filesystem;

int entries_of(const fs::path& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(folder)) ++count;
  return count;
}

TEST(WriteFiles, MakesFoldersAndReplacesWhatIsThere) {
  const TemporaryFolder root;
  const fs::path folder = root.path() / "new" / "out";
  write_files({{"a.c", "first"}, {"kernels/generic/k.h", "kernel"}}, folder);
  write_files({{"a.c", "second"}}, folder);
  EXPECT_EQ(read_text(folder / "a.c"), "second");
  EXPECT_EQ(read_text(folder / "kernels/generic/k.h"), "kernel");
  EXPECT_EQ(entries_of(folder), 4) << "something temporary was left";
}

TEST(WriteFiles, WritesNothingWhereAFolderHasAFilesName) {
  const TemporaryFolder root;
  fs::create_directories(root.path() / "b.c");
  EXPECT_THROW(write_files({{"a.c", "text"}, {"b.c", "text"}}, root.path()), Error);
  EXPECT_EQ(entries_of(root.path()), 1);
}

TEST(WriteFiles, NamesTheFolderThatCannotBeWritten) {
  const TemporaryFolder root;
  write_text(root.path() / "file", "not a folder");
  try {
    write_files({{"a.c", "text"}}, root.path() / "file" / "out");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find((root.path() / "file").string()), std::string::npos) << error.what();
    EXPECT_EQ(error.code(), Exit::bad_input);
  }
  EXPECT_EQ(read_text(root.path() / "file"), "not a folder");
}

TEST(WriteFiles, LeavesNoFolderBehindWhereItCannotWrite) {
  const TemporaryFolder root;
  const fs::path folder = root.path() / "new" / "out";
  EXPECT_THROW(write_files({{"a.c", "text"}, {"a.c/inside", "text"}}, folder), Error);
  EXPECT_FALSE(fs::exists(root.path() / "new"));
}

}  // namespace
}  // namespace thimble::emit
