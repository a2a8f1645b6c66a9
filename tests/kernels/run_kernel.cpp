#include "run_kernel.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "ir/slice_region.h"
#include "kernel_call.h"
#include "target/convolution.h"

namespace thimble::testing {

namespace {

using Bytes = reference::Bytes;

/// Bytes with a pattern before and after them that must survive. Aligned to 4.
class Guarded {
 public:
  explicit Guarded(std::size_t bytes) : bytes_(bytes), memory_(bytes + 2 * margin, pattern) {}
  std::int8_t* data() { return memory_.data() + margin; }
  bool intact() const {
    const auto is_pattern = [](std::int8_t value) { return value == pattern; };
    return std::all_of(memory_.begin(), memory_.begin() + margin, is_pattern) &&
           std::all_of(memory_.begin() + margin + static_cast<std::ptrdiff_t>(bytes_), memory_.end(), is_pattern);
  }

 private:
  static constexpr std::ptrdiff_t margin = 64;
  static constexpr std::int8_t pattern = 0x5A;
  std::size_t bytes_;
  std::vector<std::int8_t> memory_;
};

/// Rows as plans count them: those of [1,H,W,C], else one.
int rows_of(const ir::Tensor& tensor) { return tensor.shape.size() == 4 && tensor.shape[0] == 1 ? tensor.shape[1] : 1; }

thimble_plane whole_plane(const ir::Tensor& tensor, std::int8_t* base) {
  const int rows = rows_of(tensor);
  return {base, static_cast<std::int32_t>(tensor.bytes()) / rows, rows};
}

/// The input rows that output rows [first, last] of a windowed or element-wise operator read, unclipped.
std::array<int, 2> input_rows(const SingleOp& single, int first, int last) {
  const ir::Op& op = single.op();
  if (const auto c = target::convolution_of(single.graph, op)) {
    return {first * c->stride_h - c->padding.top,
            last * c->stride_h - c->padding.top + (c->kernel_h - 1) * c->dilation_h};
  }
  if (const auto* pool = std::get_if<ir::Pool2D>(&op.kind)) {
    return {first * pool->stride_h - pool->padding.top, last * pool->stride_h - pool->padding.top + pool->filter_h - 1};
  }
  if (const auto* pad = std::get_if<ir::Pad>(&op.kind)) return {first - pad->amounts[1][0], last - pad->amounts[1][0]};
  if (const auto region = ir::sliced_region(single.graph, op))
    return {first + region->rows.first, last + region->rows.first};
  return {first, last};
}

/// Computes `execution.rows_a_call` rows at a time between rings.
Bytes run_in_rings(const SingleOp& single, const target::KernelChoice& choice, const Call& call, int rows_a_call) {
  const ir::Tensor& in = single.graph.tensor(single.op().inputs[0]);
  const int in_rows = rows_of(in);
  const int out_rows = rows_of(single.output());
  const auto in_row_bytes = static_cast<std::size_t>(in.bytes()) / static_cast<std::size_t>(in_rows);
  const auto out_row_bytes = static_cast<std::size_t>(single.output().bytes()) / static_cast<std::size_t>(out_rows);
  const auto window = input_rows(single, 0, rows_a_call - 1);
  const int in_ring = window[1] - window[0] + 1;
  Guarded input(in_row_bytes * static_cast<std::size_t>(in_ring));
  Guarded output(out_row_bytes * static_cast<std::size_t>(rows_a_call));
  Guarded scratch(static_cast<std::size_t>(choice.scratch_bytes));
  const thimble_plane in_plane{input.data(), static_cast<std::int32_t>(in_row_bytes), in_ring};
  const thimble_plane out_plane{output.data(), static_cast<std::int32_t>(out_row_bytes), rows_a_call};
  std::vector<Bytes> others(single.inputs.begin() + 1, single.inputs.end());
  const bool binary = choice.driver == "thimble_binary_rows";
  const thimble_plane other =
      binary ? whole_plane(single.graph.tensor(single.op().inputs[1]), reinterpret_cast<std::int8_t*>(others[0].data()))
             : thimble_plane{};
  Bytes result;
  for (int first = 0; first < out_rows; first += rows_a_call) {
    const int count = std::min(rows_a_call, out_rows - first);
    const auto needed = input_rows(single, first, first + count - 1);
    std::memset(input.data(), 0x33, in_row_bytes * static_cast<std::size_t>(in_ring));
    for (int row = std::max(0, needed[0]); row <= std::min(needed[1], in_rows - 1); ++row) {
      std::memcpy(thimble_row(&in_plane, row), single.inputs[0].data() + static_cast<std::size_t>(row) * in_row_bytes,
                  in_row_bytes);
    }
    call(&in_plane, &other, &out_plane, first, count, scratch.data());
    for (int row = first; row < first + count; ++row) {
      const auto* from = reinterpret_cast<const std::byte*>(thimble_row(&out_plane, row));
      result.insert(result.end(), from, from + out_row_bytes);
    }
  }
  EXPECT_TRUE(output.intact() && scratch.intact() && input.intact()) << choice.kernel << " writes out of its memory";
  return result;
}

/// Sums up the input's rows, `rows_a_call` at a time, from a ring of one row more.
Bytes sum_up(const SingleOp& single, const target::KernelChoice& choice, const Call& call, int rows_a_call) {
  const ir::Tensor& in = single.graph.tensor(single.op().inputs[0]);
  const int rows = rows_of(in);
  const auto row_bytes = static_cast<std::size_t>(in.bytes()) / static_cast<std::size_t>(rows);
  const int ring = std::min(rows, rows_a_call + 1);
  Guarded input(row_bytes * static_cast<std::size_t>(ring));
  Guarded output(static_cast<std::size_t>(single.output().bytes()));
  Guarded sums(static_cast<std::size_t>(choice.scratch_bytes));
  const thimble_plane in_plane{input.data(), static_cast<std::int32_t>(row_bytes), ring};
  const thimble_plane out_plane = whole_plane(single.output(), output.data());
  for (int first = 0; first < rows; first += rows_a_call) {
    const int count = std::min(rows_a_call, rows - first);
    std::memset(input.data(), 0x33, row_bytes * static_cast<std::size_t>(ring));
    for (int row = first; row < first + count; ++row)
      std::memcpy(thimble_row(&in_plane, row), single.inputs[0].data() + static_cast<std::size_t>(row) * row_bytes,
                  row_bytes);
    call(&in_plane, nullptr, &out_plane, first, count, sums.data());
  }
  EXPECT_TRUE(output.intact() && sums.intact() && input.intact()) << choice.kernel << " writes out of its memory";
  const auto* begin = reinterpret_cast<const std::byte*>(output.data());
  return Bytes(begin, begin + single.output().bytes());
}

/// How many bytes before the first input the output must begin so that each of its rows, computed in order, lies over
/// input rows only that no row from it on reads.
int least_lead(const SingleOp& single) {
  const ir::Tensor& in = single.graph.tensor(single.op().inputs[0]);
  const auto in_row_bytes = static_cast<int>(in.bytes()) / rows_of(in);
  const auto out_row_bytes = static_cast<int>(single.output().bytes()) / rows_of(single.output());
  int lead = 0;
  for (int row = 0; row < rows_of(single.output()); ++row) {
    const int first_needed = std::clamp(input_rows(single, row, row)[0], 0, rows_of(in));
    lead = std::max(lead, (row + 1) * out_row_bytes - first_needed * in_row_bytes);
  }
  return lead;
}

/// The output in the bytes of the input, as close behind the rows that are still needed as it can be.
Bytes run_into_input(const SingleOp& single, const target::KernelChoice& choice, const Call& call, int rows_a_call) {
  const auto out_bytes = static_cast<std::size_t>(single.output().bytes());
  const auto lead = static_cast<std::size_t>(least_lead(single));
  Guarded memory(std::max(out_bytes, lead + single.inputs[0].size()));
  Guarded scratch(static_cast<std::size_t>(choice.scratch_bytes));
  const ir::Tensor& in = single.graph.tensor(single.op().inputs[0]);
  const thimble_plane in_plane = whole_plane(in, memory.data() + lead);
  const thimble_plane out_plane = whole_plane(single.output(), memory.data());
  std::memcpy(in_plane.base, single.inputs[0].data(), single.inputs[0].size());
  for (int first = 0; first < rows_of(single.output()); first += rows_a_call)
    call(&in_plane, nullptr, &out_plane, first, std::min(rows_a_call, rows_of(single.output()) - first),
         scratch.data());
  EXPECT_TRUE(memory.intact() && scratch.intact()) << choice.kernel << " writes out of its memory";
  const auto* begin = reinterpret_cast<const std::byte*>(memory.data());
  return Bytes(begin, begin + out_bytes);
}

}  // namespace

reference::Bytes run_kernel(const SingleOp& single, const target::KernelChoice& choice, const Execution& execution) {
  const Call call = kernel_call(single, choice);
  if (choice.accumulates) {
    const int all = rows_of(single.graph.tensor(single.op().inputs[0]));
    return sum_up(single, choice, call, execution.rows_a_call > 0 ? std::min(execution.rows_a_call, all) : all);
  }
  const int out_rows = rows_of(single.output());
  const int rows_a_call = execution.rows_a_call > 0 ? std::min(execution.rows_a_call, out_rows) : out_rows;
  if (execution.rings) return run_in_rings(single, choice, call, rows_a_call);
  if (execution.into_input) return run_into_input(single, choice, call, rows_a_call);

  std::vector<Bytes> inputs = single.inputs;
  const auto out_bytes = static_cast<std::size_t>(single.output().bytes());
  Guarded output(execution.in_place ? std::max(out_bytes, inputs[0].size()) : out_bytes);
  Guarded scratch(static_cast<std::size_t>(choice.scratch_bytes));
  std::vector<thimble_plane> planes;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (single.op().inputs[i] == ir::no_tensor) continue;
    planes.push_back(
        whole_plane(single.graph.tensor(single.op().inputs[i]), reinterpret_cast<std::int8_t*>(inputs[i].data())));
  }
  planes.resize(std::max<std::size_t>(planes.size(), 2));
  if (execution.in_place) {
    std::memcpy(output.data(), inputs[0].data(), inputs[0].size());
    planes[0].base = output.data();
  }
  const thimble_plane out = whole_plane(single.output(), output.data());
  for (int first = 0; first < out_rows; first += rows_a_call) {
    call(planes.data(), &planes[1], &out, first, std::min(rows_a_call, out_rows - first), scratch.data());
  }
  EXPECT_TRUE(output.intact() && scratch.intact()) << choice.kernel << " writes out of its memory";
  const auto* begin = reinterpret_cast<const std::byte*>(output.data());
  return Bytes(begin, begin + single.output().bytes());
}

}  // namespace thimble::testing
