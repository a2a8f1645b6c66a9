// Programs whose caller supplies rows of an input: their text (see text_test.cpp for how to write it anew), and that it
// compiles everywhere.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "emit/programs.h"
#include "plan/row_pipeline.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Two convolutions; the model's own input is float32.
ir::Graph camera_graph() {
  GraphBuilder g("camera");
  const TensorId in = g.input({1, 9, 5, 3}, "picture");
  const TensorId first = g.conv(in, 4, {3, 2, 1}, "first");
  return g.finish({g.conv(first, 2, {3, 1, 1}, "second")});
}

ir::Graph with_float_input(ir::Graph graph) {
  ir::Tensor own = graph.tensor(graph.inputs[0]);
  own.name = "pixels";
  own.type = ir::DataType::float32;
  own.quantization.reset();
  graph.input_ends = {graph.add_tensor(own)};
  graph.output_ends = {ir::no_tensor};
  return graph;
}

std::vector<emit::File> rows_program(const ir::Graph& graph, const std::string& name) {
  return emit::emit_program(graph, row_pipeline(graph, plain_kernel), {name, "stm32f746"});
}

TEST(GeneratedRows, AreReadable) {
  const auto files = rows_program(with_float_input(camera_graph()), "rows");
  for (const char* path : {"rows.h", "rows.c", "main.c"}) {
    const std::filesystem::path expected =
        std::filesystem::path(THIMBLE_SOURCE_DIR) / "tests" / "cases" / "emit" / "rows" / path;
    if (std::getenv("THIMBLE_UPDATE_EXPECTED") != nullptr) write_text(expected, text_of(files, path));
    EXPECT_TRUE(text_of(files, path) == read_text(expected)) << "differs from " << expected;
  }
}

TEST(GeneratedRows, HaveNoResidentInputAndNoInvokeWithoutRows) {
  const std::string header = text_of(rows_program(camera_graph(), "camera"), "camera.h");
  EXPECT_THAT(header, HasSubstr("typedef int (*camera_read_row)(void* ctx, int32_t row, int8_t* pixels);"));
  EXPECT_THAT(header, HasSubstr("int camera_invoke_rows(void* arena, camera_read_row read_row, void* ctx);"));
  EXPECT_THAT(header, HasSubstr("camera_input_row_bytes = 15"));
  EXPECT_THAT(header, Not(HasSubstr("camera_input(")));
  EXPECT_THAT(header, Not(HasSubstr("camera_invoke(")));
}

TEST(GeneratedRows, CompileWithoutAWarningAndRun) {
  const TemporaryFolder folder;
  for (const bool is_float : {false, true}) {
    const std::string name = is_float ? "own" : "inner";
    emit::write_files(rows_program(is_float ? with_float_input(camera_graph()) : camera_graph(), name), folder.path());
    std::filesystem::rename(folder.path() / "main.c", folder.path() / (name + "_main.c"));
    const std::vector<std::string> sources{name + ".c", name + "_main.c"};
    for (const char* compiler : {"gcc", "clang", "arm-none-eabi-gcc", "g++"}) {
      if (!program_exists(compiler)) continue;
      const bool is_cpp = std::string(compiler) == "g++";
      std::vector<std::string> arguments =
          is_cpp ? std::vector<std::string>{"-Wall", "-Wextra", "-Werror"} : strict_flags;
      arguments.insert(arguments.end(), {"-fsyntax-only", "-I."});
      if (is_cpp) {
        write_text(folder.path() / "user.cpp", "#include \"" + name + ".h\"\n" + name + "_read_row reader;\n");
        arguments.emplace_back("user.cpp");
      } else {
        arguments.insert(arguments.end(), sources.begin(), sources.end());
      }
      const ProcessResult result = run_in(folder.path(), {compiler}, arguments);
      EXPECT_EQ(result.status, 0) << compiler << ":\n" << result.err;
    }
    const ProcessResult linked = run_in(folder.path(), {"gcc", "-std=c99", "-o", name}, sources);
    ASSERT_EQ(linked.status, 0) << linked.err;
    EXPECT_EQ(run_process({(folder.path() / name).string()}).status, 0);
  }
}

}  // namespace
}  // namespace thimble::testing
