// Pointwise convolutions whose input channels come in groups: every variant equals the reference interpreter.
#include <cstring>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kernel_call.h"
#include "target/kernel_choice.h"
#include "target/kernel_variants.h"

namespace thimble {

namespace {

using reference::Bytes;
using testing::any_of;
using testing::one_of;
using testing::Random;
using testing::SingleOp;

/// Where the sums before are, seen from the output.
enum class Place { apart, same, just_behind, nowhere };

struct Case {
  testing::ConvCase conv;
  bool is_last = false;
  Place sums = Place::apart;
  int rows_a_call = 0;  ///< 0: all.
};

std::string text_of(const Case& c) {
  return fmt::format("in {}x{}x{} out_ch {} {}{} rows a call {} sums {}", c.conv.in_h, c.conv.in_w, c.conv.in_ch,
                     c.conv.out_ch, c.is_last ? "last " : "", c.conv.strange_channels ? "strange " : "", c.rows_a_call,
                     static_cast<int>(c.sums));
}

/// Appends a convolution before the one under test, which has its sums, as large as `depth` channels make them.
void add_sums(SingleOp& single, Random& random, int depth) {
  ir::Graph& graph = single.graph;
  ir::Tensor input = graph.tensor(single.op().inputs[0]);
  ir::Tensor weights = graph.tensor(single.op().inputs[1]);
  input.shape[3] = weights.shape[3] = depth;
  const auto values = testing::any_bytes(random, static_cast<std::size_t>(weights.elements()));
  weights.data = std::make_shared<const std::vector<std::byte>>(values);
  ir::Tensor sums = single.output();
  sums.type = ir::DataType::int32;
  sums.quantization.reset();
  const ir::TensorId in = graph.add_tensor(std::move(input));
  const ir::TensorId by = graph.add_tensor(std::move(weights));
  const ir::TensorId out = graph.add_tensor(std::move(sums));
  graph.ops.push_back({ir::Conv2D{}, {in, by, ir::no_tensor}, {out}});
  std::vector<Bytes> operands{
      testing::any_bytes(random, static_cast<std::size_t>(graph.tensor(in).bytes())), values, {}};
  graph.ops[0].inputs.push_back(out);
  single.inputs.push_back(reference::evaluate(graph, graph.ops[1], operands).at(0));
}

SingleOp single_of(Random& random, const Case& c) {
  SingleOp single = testing::conv_op(random, c.conv);
  if (!c.is_last) {
    ir::Tensor& out = single.graph.tensor(single.op().outputs[0]);
    out.type = ir::DataType::int32;
    out.quantization.reset();
    single.graph.ops[0].inputs[2] = ir::no_tensor;
  }
  if (c.sums == Place::nowhere) {
    single.graph.ops[0].inputs.push_back(ir::no_tensor);
    single.inputs.emplace_back();
  } else {
    add_sums(single, random, any_of(random, 1, 20));
  }
  return single;
}

thimble_plane plane_of(const ir::Tensor& tensor, std::int8_t* base) {
  return {base, static_cast<std::int32_t>(tensor.bytes()) / tensor.shape[1], tensor.shape[1]};
}

/// Runs the kernel with the output and the sums in one block of memory; what lies around the output must stay.
Bytes run(const SingleOp& single, const target::KernelChoice& choice, const Case& c) {
  const auto call = testing::kernel_call(single, choice);
  const ir::Tensor& out = single.output();
  const auto out_bytes = static_cast<std::size_t>(out.bytes());
  const std::size_t sums_bytes = single.inputs[3].size();
  // Just behind: row r of the output ends where row r of the sums begins.
  const std::size_t out_row = out_bytes / static_cast<std::size_t>(out.shape[1]);
  const std::size_t behind = c.sums == Place::same ? 0 : c.sums == Place::just_behind ? out_row : out_bytes;
  const std::size_t margin = 64;
  std::vector<std::int32_t> words((2 * margin + behind + out_bytes + sums_bytes) / 4 + 2, 0x5A5A5A5A);
  auto* const memory = reinterpret_cast<std::int8_t*>(words.data());
  std::int8_t* const base = memory + margin + (4 - behind % 4) % 4;  // The sums are aligned.
  if (sums_bytes > 0) std::memcpy(base + behind, single.inputs[3].data(), sums_bytes);
  Bytes input = single.inputs[0];
  std::vector<std::int32_t> scratch(static_cast<std::size_t>(choice.scratch_bytes) / 4 + 1, 0x33333333);
  const thimble_plane in =
      plane_of(single.graph.tensor(single.op().inputs[0]), reinterpret_cast<std::int8_t*>(input.data()));
  const thimble_plane sums = c.sums == Place::nowhere
                                 ? thimble_plane{nullptr, 0, 1}
                                 : plane_of(single.graph.tensor(single.op().inputs[3]), base + behind);
  const thimble_plane result = plane_of(out, base);
  const int rows_a_call = c.rows_a_call > 0 ? c.rows_a_call : out.shape[1];
  for (int first = 0; first < out.shape[1]; first += rows_a_call)
    call(&in, &sums, &result, first, std::min(rows_a_call, out.shape[1] - first), scratch.data());
  EXPECT_EQ(scratch.back(), 0x33333333) << choice.kernel << " writes behind its scratch";
  const auto is_pattern = [](std::int8_t byte) { return byte == 0x5A; };
  EXPECT_TRUE(std::all_of(memory, base, is_pattern)) << choice.kernel << " writes before its output";
  std::int8_t* const end = base + std::max(out_bytes, behind + sums_bytes);
  EXPECT_TRUE(std::all_of(end, end + margin, is_pattern)) << choice.kernel << " writes behind its output";
  const auto* const begin = reinterpret_cast<const std::byte*>(base);
  return Bytes(begin, begin + out_bytes);
}

std::set<std::string> check(Random& random, const Case& c) {
  const SingleOp single = single_of(random, c);
  const Bytes expected = single.expected();
  std::set<std::string> used;
  for (const bool dsp : {false, true}) {
    target::Core core;
    core.dsp = dsp;
    for (const auto& choice : target::kernel_candidates(single.graph, single.op(), core)) {
      used.insert(choice.kernel);
      EXPECT_EQ(run(single, choice, c), expected) << choice.kernel << ", " << text_of(c);
    }
  }
  return used;
}

Case any_case(Random& random) {
  Case c;
  c.conv.in_h = any_of(random, 1, 6);
  c.conv.in_w = any_of(random, 1, 9);
  c.conv.in_ch = one_of(random, {4, 8, 12, 16, any_of(random, 1, 40)});
  c.conv.out_ch = any_of(random, 1, 9);
  c.conv.kernel_h = c.conv.kernel_w = 1;
  c.conv.bias = any_of(random, 0, 4) > 0;
  c.conv.strange_channels = any_of(random, 0, 3) == 0;
  c.conv.spread = one_of(random, {1, 1, 1, 20});
  c.is_last = any_of(random, 0, 1) == 1;
  c.conv.activation = c.is_last ? static_cast<ir::Activation>(one_of(random, {0, 0, 1, 2, 3})) : ir::Activation::none;
  c.sums = static_cast<Place>(any_of(random, 0, 3));
  if (c.sums == Place::same && c.is_last) c.sums = Place::just_behind;
  c.rows_a_call = any_of(random, 0, 2);
  return c;
}

TEST(PartialConvolution, EqualsTheReferenceForAnyShapeAndPlaceOfTheSums) {
  Random random(1);
  for (int i = 0; i < 600 && !HasFailure(); ++i) check(random, any_case(random));
}

TEST(PartialConvolution, CasesReachEveryVariant) {
  Random random(2);
  std::set<std::string> used;
  for (const bool is_last : {false, true}) {
    Case c = any_case(random);
    c.is_last = is_last;
    c.conv.activation = ir::Activation::none;
    c.sums = Place::apart;
    used.merge(check(random, c));
  }
  for (const auto& variant : target::all_kernels()) {
    if (variant.driver == "thimble_sums_rows") {
      EXPECT_TRUE(used.contains(std::string(variant.name))) << variant.name;
    }
  }
}

}  // namespace

}  // namespace thimble
