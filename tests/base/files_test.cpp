#include "base/files.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "base/npy.h"

namespace thimble {
namespace {

TEST(Files, WritesWhatItReadsAndMakesFolders) {
  const TemporaryFolder folder;
  write_text(folder.path() / "a" / "b.txt", "hello");
  EXPECT_EQ(read_text(folder.path() / "a" / "b.txt"), "hello");
}

TEST(Files, AFileThatCannotBeWrittenIsOneLineAndLeavesNothing) {
  const TemporaryFolder folder;
  write_text(folder.path() / "file", "");
  try {
    write_text(folder.path() / "file" / "below", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::bad_input);
    EXPECT_NE(std::string(error.what()).find("file"), std::string::npos);
  }
}

TEST(Files, AMissingFileAndAFolderAreErrors) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_text(folder.path() / "none"), Error);
  EXPECT_THROW(read_text(folder.path()), Error);
}

TEST(Files, TheTemporaryFolderGoesAwayWithItsContent) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    write_text(path / "x", "y");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Json, ASyntaxErrorNamesItsLine) {
  const TemporaryFolder folder;
  write_text(folder.path() / "bad.json", "{\n \"a\": 1,\n oops\n}");
  try {
    read_json(folder.path() / "bad.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 3"), std::string::npos) << error.what();
  }
}

TEST(Npy, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  Array array{"<i2", {2, 3}, std::vector<std::byte>(12)};
  for (std::size_t i = 0; i < array.bytes.size(); ++i) array.bytes[i] = static_cast<std::byte>(i * 7);
  for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{2, 3}, {6}, {1, 6, 1}}) {
    array.shape = shape;
    write_npy(folder.path() / "a.npy", array);
    const Array back = read_npy(folder.path() / "a.npy");
    EXPECT_EQ(back.dtype, array.dtype);
    EXPECT_EQ(back.shape, array.shape);
    EXPECT_EQ(back.bytes, array.bytes);
    EXPECT_EQ((std::filesystem::file_size(folder.path() / "a.npy") - 12) % 64, 0U);
  }
}

TEST(Npy, RefusesWhatIsCutOffOrNotAnArray) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a.npy";
  write_npy(file, {"|i1", {4}, std::vector<std::byte>(4)});
  const std::string whole = read_text(file);
  for (const std::size_t size : {0UL, 5UL, 9UL, 40UL, whole.size() - 1}) {
    write_text(file, std::string_view(whole).substr(0, size));
    EXPECT_THROW(read_npy(file), Error) << size;
  }
}

}  // namespace
}  // namespace thimble
