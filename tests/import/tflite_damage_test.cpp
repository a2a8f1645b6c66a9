#include <random>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "export/tflite_export.h"
#include "import/sample_models.h"
#include "import/tflite_import.h"
#include "ir/verify.h"
#include "passes/passes.h"
#include "shared_files.h"

namespace thimble::import {
namespace {

using File = std::vector<std::byte>;

/// One random change to a file, of the kinds that broken disks, downloads and enemies make.
class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  File operator()(File file) {
    switch (below(6)) {
      case 0:
        flip_bytes(file);
        break;
      case 1:
        file.resize(below(file.size()));
        break;
      case 2:
        splice(file);
        break;
      case 3:
        overwrite_number(file);
        break;
      case 4:
        nudge_number(file);
        break;
      default:
        file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(below(16)));
        break;
    }
    return file;
  }

 private:
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
  /// Mostly near the front, where FlatBuffers keeps tables in a model with large constants.
  std::size_t place(const File& file) {
    return below(2) == 0 ? below(file.size()) : below(std::min<std::size_t>(file.size(), 4096));
  }

  void flip_bytes(File& file) {
    for (std::size_t n = 1 + below(8); n > 0; --n) file[place(file)] ^= static_cast<std::byte>(1 + below(255));
  }
  void splice(File& file) {
    const std::size_t size = 1 + below(64);
    const std::size_t from = place(file);
    const std::size_t to = place(file);
    for (std::size_t i = 0; i < size && from + i < file.size() && to + i < file.size(); ++i)
      file[to + i] = file[from + i];
  }
  /// A 32-bit field becomes an interesting value: offsets, sizes and indices are such fields.
  void overwrite_number(File& file) {
    constexpr std::array<std::uint32_t, 8> values = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 64, 4};
    if (file.size() < 8) return;
    const std::uint32_t value = below(3) == 0 ? static_cast<std::uint32_t>(random_()) : values[below(values.size())];
    std::memcpy(file.data() + place(file) % (file.size() - 4) / 4 * 4, &value, sizeof value);
  }
  void nudge_number(File& file) {
    if (file.size() < 8) return;
    std::byte* at = file.data() + place(file) % (file.size() - 4) / 4 * 4;
    *at = static_cast<std::byte>(static_cast<int>(*at) + (below(2) == 0 ? 1 : -1) * static_cast<int>(1 + below(16)));
  }

  std::mt19937 random_;
};

/// Whatever is damaged, the answer is a graph that verifies and simplifies, or an Error.
void expect_survives(const File& file, unsigned seeds, const std::string& name) {
  int read = 0;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    const File damaged = Damage(seed)(file);
    try {
      const ir::Graph graph = parse_tflite(damaged, name);
      ir::verify(graph);
      ++read;
      passes::simplify(graph);
    } catch (const Error&) {
    } catch (const std::exception& error) {
      ADD_FAILURE() << name << ", seed " << seed << ": " << error.what();
    }
  }
  // Damage to constants and names is none to the structure: some files must come through.
  EXPECT_GT(read, 0) << name;
}

TEST(DamagedTflite, IsAnErrorOrAValidGraphForSmallNetworks) {
  expect_survives(exporting::to_tflite(testing::float_network()), 3000, "float_network");
  expect_survives(exporting::to_tflite(testing::int8_network()), 5000, "int8_network");
}

TEST(DamagedTflite, IsAnErrorOrAValidGraphForPublishedModels) {
  for (const char* model : {"tflite-micro/simple_add_model", "tflite-micro/hello_world_int8",
                            "colabnas/resulting_architecture_k_2_c_3", "wake-vision/wv_quality_k_2_c_3"}) {
    const std::string file = std::string("models/") + model + ".tflite";
    THIMBLE_NEEDS_SHARED(file);
    expect_survives(read_bytes(testing::shared_folder() / file), 500, model);
  }
}

}  // namespace
}  // namespace thimble::import
