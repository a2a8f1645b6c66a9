// What a firmware engineer finds in the generated header, and which files there are.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "emit/op_graphs.h"
#include "emit/programs.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string header_of(const ir::Graph& graph) { return text_of(program_of(graph, "net", portable_core()), "net.h"); }

TEST(Header, DeclaresSizesAndFunctionsOfOneInputAndOutput) {
  const std::string header = header_of(chain_graph());
  EXPECT_THAT(header, HasSubstr("enum { net_arena_bytes = "));
  EXPECT_THAT(header, HasSubstr("int8_t* net_input(void* arena);"));
  EXPECT_THAT(header, HasSubstr("void net_invoke(void* arena);"));
  EXPECT_THAT(header, HasSubstr("const int8_t* net_output(const void* arena);"));
  EXPECT_THAT(header, HasSubstr("  net_input_height = 8,\n  net_input_width = 6,\n  net_input_channels = 3,\n"));
  EXPECT_THAT(header, HasSubstr("net_input_zero_point = -3,"));
  EXPECT_THAT(header, HasSubstr("net_input_bytes = 144"));
  EXPECT_THAT(header, HasSubstr("#define net_input_shape {1, 8, 6, 3}"));
  EXPECT_THAT(header, HasSubstr("#define net_output_scale 0.00390625f"));
  EXPECT_THAT(header, HasSubstr("extern \"C\""));
  EXPECT_THAT(header, Not(HasSubstr("quantize_input")));
  EXPECT_THAT(header, Not(HasSubstr("_labels")));
}

TEST(Header, NumbersFurtherInputsAndOutputs) {
  const std::string header = header_of(two_ended_graph());
  for (const char* declaration :
       {"int8_t* net_input(void* arena);", "int8_t* net_input_1(void* arena);",
        "const int8_t* net_output(const void* arena);", "const int8_t* net_output_1(const void* arena);"})
    EXPECT_THAT(header, HasSubstr(declaration));
}

TEST(Header, OffersConversionsWhereTheModelsOwnEndsAreOfAnotherType) {
  const std::string header = header_of(foreign_ends_graph());
  for (const char* declaration : {"void net_quantize_input(const uint8_t* in, int8_t* out);",
                                  "void net_quantize_input_1(const float* in, int8_t* out);",
                                  "void net_dequantize_output(const int8_t* in, float* out);",
                                  "void net_dequantize_output_1(const int8_t* in, uint8_t* out);"})
    EXPECT_THAT(header, HasSubstr(declaration));
}

TEST(Header, NamesTheClasses) {
  ir::Graph graph = chain_graph();
  graph.labels = {"no person", "a \"person\"", "*/"};
  const std::string header = header_of(graph);
  EXPECT_THAT(header, HasSubstr("enum { net_label_count = 3 };"));
  EXPECT_THAT(header, HasSubstr("\"a \\\"person\\\"\""));
}

TEST(Program, HoldsOnlyTheKernelsThatItUses) {
  const std::vector<emit::File> files = program_of(residual_graph(), "net", portable_core());
  const auto has = [&](const std::string& path) {
    return std::ranges::any_of(files, [&](const emit::File& file) { return file.path == path; });
  };
  EXPECT_TRUE(has("kernels/generic/types.h"));
  EXPECT_TRUE(has("kernels/generic/s8_add_generic.h"));
  EXPECT_TRUE(has("kernels/generic/binary_rows.h"));
  EXPECT_FALSE(has("kernels/generic/s8_softmax_generic.h"));
  EXPECT_FALSE(has("kernels/generic/quantize.h"));
  for (const char* path : {"net.h", "net.c", "net_weights.h", "main.c", "CMakeLists.txt", "plan.json"})
    EXPECT_TRUE(has(path)) << path;
}

TEST(Program, IsTheSameEveryTime) {
  const auto once = program_of(branching_graph(), "net", dsp_core());
  const auto again = program_of(branching_graph(), "net", dsp_core());
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].content, again[i].content) << once[i].path;
}

TEST(Program, RefusesFloatEndsAndNamesThatAreNotC) {
  ir::Graph graph = chain_graph();
  const plan::Plan plan = plan::make_plan(graph, portable_core());
  EXPECT_THROW(emit::emit_program(graph, plan, {"not-c", "host"}), Error);
  graph.tensor(graph.inputs[0]).type = ir::DataType::float32;
  EXPECT_THROW(emit::emit_program(graph, plan, {"net", "host"}), Error);
}

}  // namespace
}  // namespace thimble::testing
