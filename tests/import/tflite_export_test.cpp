#include "export/tflite_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "import/sample_models.h"
#include "import/tflite_file.h"
#include "import/tflite_import.h"
#include "ir/dump.h"
#include "shared_files.h"

namespace thimble::exporting {
namespace {

using namespace thimble::testing;

ir::Graph read_back(const ir::Graph& graph) { return import::parse_tflite(to_tflite(graph), graph.name); }

/// Equal operators over equal tensors; `after` may have further constants behind those of `before`.
void expect_equal(const ir::Graph& before, const ir::Graph& after) {
  EXPECT_EQ(ir::dump(before), ir::dump(after));
  EXPECT_EQ(before.labels, after.labels);
  ASSERT_LE(before.tensors.size(), after.tensors.size());
  for (std::size_t i = 0; i < before.tensors.size(); ++i) {
    const ir::Tensor& a = before.tensors[i];
    const ir::Tensor& b = after.tensors[i];
    const auto what = ::testing::Message() << before.name << " tensor " << i << " " << a.name;
    EXPECT_EQ(a.name, b.name) << what;
    EXPECT_EQ(a.shape, b.shape) << what;
    EXPECT_EQ(a.type, b.type) << what;
    EXPECT_EQ(a.quantization, b.quantization) << what;
    EXPECT_EQ(a.source_op, b.source_op) << what;
    ASSERT_EQ(a.is_constant(), b.is_constant()) << what;
    if (a.is_constant()) {
      EXPECT_EQ(*a.data, *b.data) << what;
    }
  }
}

TEST(TfliteExport, GivesTheSameGraphWhenReadBack) {
  for (ir::Graph graph : {float_network(), int8_network()}) {
    for (ir::Tensor& tensor : graph.tensors) {
      // What reading adds: every quantization has zero points.
      if (tensor.quantization && tensor.quantization->zero_point.empty()) tensor.quantization->zero_point = {0};
    }
    expect_equal(graph, read_back(graph));
  }
}

TEST(TfliteExport, GivesTheSameGraphForEveryPublishedModel) {
  THIMBLE_NEEDS_SHARED("models");
  int compared = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(shared_folder() / "models")) {
    if (file.path().extension() != ".tflite") continue;
    ir::Graph graph;
    try {
      graph = import::read_tflite(file.path());
    } catch (const Error&) {
      continue;  // TfliteImport's tests say which and why.
    }
    expect_equal(graph, read_back(graph));
    ++compared;
  }
  EXPECT_GE(compared, 57);
}

TEST(TfliteExport, WritesWhatOtherToolsExpect) {
  const std::vector<std::byte> bytes = to_tflite(int8_network());
  const import::TfliteFile file = import::open_tflite(bytes, "exported");
  EXPECT_EQ(import::count(file.model->buffers()->Get(0)->data()), 0U);
  for (const tflite::OperatorCode* code : *file.model->operator_codes()) {
    EXPECT_EQ(static_cast<int>(code->builtin_code()), code->deprecated_builtin_code());
    if (code->builtin_code() == tflite::BuiltinOperator::CONV_2D) {
      EXPECT_EQ(code->version(), 3);  // The first with int8.
    }
  }
  for (std::uint32_t i = 1; i < file.model->buffers()->size(); ++i) {
    const auto* data = reinterpret_cast<const std::byte*>(file.model->buffers()->Get(i)->data()->data());
    EXPECT_EQ((data - bytes.data()) % 16, 0) << "buffer " << i;
  }
  const tflite::Tensor* weights = file.main->tensors()->Get(3);
  EXPECT_EQ(weights->name()->str(), "conv/weights");
  EXPECT_EQ(weights->quantization()->scale()->size(), 4U);
  EXPECT_EQ(weights->quantization()->quantized_dimension(), 0);
}

TEST(TfliteExport, WritesHardSwishInItsOnlyVersion) {
  for (const bool is_int8 : {false, true}) {
    HandGraph g("swish");
    const auto quantization = [&](float scale, int zero_point) {
      return is_int8 ? HandGraph::Quantization(per_tensor(scale, zero_point)) : std::nullopt;
    };
    const auto in = g.input("in", {1, 3, 3, 2}, quantization(0.1F, 7));
    const ir::Graph graph =
        g.with_outputs({g.op(ir::HardSwish{}, {in}, "out", {1, 3, 3, 2}, quantization(0.05F, -120))});
    expect_equal(graph, read_back(graph));
    const std::vector<std::byte> bytes = to_tflite(graph);
    const import::TfliteFile file = import::open_tflite(bytes, "exported");
    const tflite::OperatorCode* code = file.model->operator_codes()->Get(0);
    EXPECT_EQ(code->builtin_code(), tflite::BuiltinOperator::HARD_SWISH);
    EXPECT_EQ(code->version(), 1);
  }
}

TEST(TfliteExport, PadsApartWhereThePaddingHasNoName) {
  HandGraph g("odd");
  const auto in = g.input("in", {1, 5, 5, 2}, per_tensor(0.1F, 7));
  ir::Conv2D conv;
  conv.padding = {2, 0, 1, 1};
  const auto out = g.op(conv, {in, g.weights("weights", {3, 3, 3, 2}, 0), g.bias("bias", 3)}, "out", {1, 5, 5, 3},
                        per_tensor(0.2F, -4));
  const ir::Graph graph = g.with_outputs({out});
  const ir::Graph after = read_back(graph);
  EXPECT_EQ(ir::dump(after), R"(graph odd
input %0 int8[1x5x5x2](scale 0.1 zero 7)
%5 = pad (0,0)(2,0)(1,1)(0,0)(%0) int8[1x7x7x2](scale 0.1 zero 7)
%3 = conv_2d(%5, %1:const int8[3x3x3x2](3 scales), %2:const int32[3]) int8[1x5x5x3](scale 0.2 zero -4)
output %3
)");
  const auto inputs = random_inputs(graph, 5);
  EXPECT_EQ(reference::run(after, inputs), reference::run(graph, inputs));
}

TEST(TfliteExport, RefusesWhatTheFormatCannotSay) {
  HandGraph g("pool");
  const auto in = g.input("in", {1, 4, 4, 1});
  ir::Pool2D pool;
  pool.filter_h = pool.filter_w = 3;
  pool.padding = {2, 2, 2, 2};
  const ir::Graph odd = g.with_outputs({g.op(pool, {in}, "out", {1, 6, 6, 1})});
  EXPECT_THROW(to_tflite(odd), Error);

  ir::Graph stripped = int8_network();
  stripped.input_ends = {stripped.inputs[0]};
  EXPECT_THROW(to_tflite(stripped), Error);
}

TEST(TfliteExport, WritesAFileThatReadsBack) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "new" / "float_network";
  write_tflite(float_network(), file);
  expect_equal(float_network(), import::read_tflite(file));
  EXPECT_THROW(write_tflite(float_network(), "/proc/nowhere/model.tflite"), Error);
}

}  // namespace
}  // namespace thimble::exporting
