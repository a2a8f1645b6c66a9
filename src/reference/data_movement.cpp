#include <algorithm>
#include <numeric>

#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

/// Bytes of one element; the operators here move whole elements, so not two int4 in a byte.
std::size_t element_size(const Operands& operands) {
  const ir::DataType type = operands.input().type;
  if (type == ir::DataType::int4) reject_type(operands, type);
  return static_cast<std::size_t>(ir::bytes_of(type, 1));
}

/// The elements of the first input at `offsets`, in that order.
Bytes gather(const Operands& operands, const std::vector<std::int64_t>& offsets) {
  const std::size_t size = element_size(operands);
  const std::span<const std::byte> input = operands.values[0];
  Bytes output(offsets.size() * size);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    std::copy_n(input.data() + static_cast<std::size_t>(offsets[i]) * size, size, output.data() + i * size);
  }
  return output;
}

std::int64_t product(std::span<const int> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// Joins the inputs, each of which is `blocks` equal blocks of bytes, block by block.
Bytes interleave(const Operands& operands, std::int64_t blocks) {
  Bytes output;
  for (std::int64_t block = 0; block < blocks; ++block) {
    for (const std::span<const std::byte> input : operands.values) {
      const std::size_t size = input.size() / static_cast<std::size_t>(blocks);
      const std::byte* first = input.data() + static_cast<std::size_t>(block) * size;
      output.insert(output.end(), first, first + size);
    }
  }
  return output;
}

/// The element that PAD adds, in the tensor's own type.
Bytes padding_element(const Operands& operands, const ir::Pad& pad) {
  const ir::Tensor& tensor = operands.output();
  if (tensor.type == ir::DataType::float32) {
    return to_bytes(std::vector{static_cast<float>(pad.value.value_or(0.0))});
  }
  const double value = pad.value.value_or(tensor.quantization ? tensor.zero_point() : 0);
  Bytes little_endian = to_bytes(std::vector{static_cast<std::int64_t>(value)});
  little_endian.resize(element_size(operands));
  return little_endian;
}

/// First element, step and number of elements of a slice along one dimension.
struct Slice {
  std::int64_t first, step, size;
};

Slice slice_of(const Operands& operands, const ir::StridedSlice& slice, std::size_t dimension) {
  const auto at = [&](std::size_t input) {
    const std::vector<std::int32_t> values = input_values<std::int32_t>(operands, input);
    if (dimension >= values.size()) reject(operands, "its begin, end and strides are shorter than its input's shape");
    return std::int64_t{values[dimension]};
  };
  const std::int64_t size = operands.input().shape[dimension];
  const std::int64_t step = at(3);
  if (step == 0) reject(operands, "has a stride of 0");
  const auto masked = [dimension](int mask) { return (mask >> dimension & 1) != 0; };
  const auto from_start = [size](std::int64_t index) { return index < 0 ? index + size : index; };
  // Going down, the position before the first element is -1.
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const std::int64_t highest = step > 0 ? size : size - 1;
  const std::int64_t first =
      masked(slice.begin_mask) ? (step > 0 ? 0 : size - 1) : std::clamp(from_start(at(1)), lowest, highest);
  if (masked(slice.shrink_axis_mask)) {
    if (first < 0 || first >= size) reject(operands, "begins outside its input");
    return {first, 1, 1};
  }
  const std::int64_t end =
      masked(slice.end_mask) ? (step > 0 ? size : -1) : std::clamp(from_start(at(2)), lowest, highest);
  const std::int64_t distance = step > 0 ? end - first : first - end;
  const std::int64_t stride = step > 0 ? step : -step;
  return {first, step, std::max<std::int64_t>(0, (distance + stride - 1) / stride)};
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Pad& pad) {
  const ir::Shape& in = operands.input().shape;
  const ir::Shape out = operands.output_shape();
  const Bytes element = padding_element(operands, pad);
  const auto elements = static_cast<std::size_t>(ir::elements_of(out));
  Bytes output;
  output.reserve(elements * element.size());
  for (std::size_t i = 0; i < elements; ++i) output.insert(output.end(), element.begin(), element.end());
  if (operands.values[0].empty()) return output;

  // Runs of the last dimension stay together.
  const std::vector<std::int64_t> strides = dense_strides(out);
  std::int64_t start = 0;
  for (std::size_t d = 0; d < in.size(); ++d) start += pad.amounts[d][0] * strides[d];
  const std::size_t outer = in.empty() ? 0 : in.size() - 1;
  const std::size_t run = element.size() * static_cast<std::size_t>(in.empty() ? 1 : in.back());
  const std::byte* from = operands.values[0].data();
  for (const std::int64_t offset :
       strided_offsets(std::span(in).first(outer), std::span(strides).first(outer), start)) {
    std::copy_n(from, run, output.data() + static_cast<std::size_t>(offset) * element.size());
    from += run;
  }
  return output;
}

Bytes evaluate(const Operands& operands, const ir::Reshape&) {
  return {operands.values[0].begin(), operands.values[0].end()};
}

Bytes evaluate(const Operands& operands, const ir::Transpose& transpose) {
  const std::vector<std::int64_t> in_strides = dense_strides(operands.input().shape);
  std::vector<std::int64_t> strides;
  for (const int dimension : transpose.permutation)
    strides.push_back(in_strides.at(static_cast<std::size_t>(dimension)));
  return gather(operands, strided_offsets(operands.output_shape(), strides));
}

Bytes evaluate(const Operands& operands, const ir::Concat& concat) {
  if (concat.activation != ir::Activation::none) reject(operands, "has a fused activation, which is not supported");
  element_size(operands);
  const ir::Shape& shape = operands.input().shape;
  return interleave(operands, product(std::span(shape).first(static_cast<std::size_t>(concat.axis))));
}

Bytes evaluate(const Operands& operands, const ir::ResizeNearest& resize) {
  const ir::Shape& in = operands.input().shape;
  const ir::Shape out = operands.output_shape();
  const std::vector<int> rows = nearest_sources(in[1], out[1], resize.align_corners, resize.half_pixel_centers);
  const std::vector<int> columns = nearest_sources(in[2], out[2], resize.align_corners, resize.half_pixel_centers);
  const std::size_t pixel = element_size(operands) * static_cast<std::size_t>(in[3]);
  Bytes output;
  for (int n = 0; n < in[0]; ++n) {
    for (const int y : rows) {
      for (const int x : columns) {
        const std::int64_t index = (std::int64_t{n} * in[1] + y) * in[2] + x;
        const std::byte* from = operands.values[0].data() + static_cast<std::size_t>(index) * pixel;
        output.insert(output.end(), from, from + pixel);
      }
    }
  }
  return output;
}

Bytes evaluate(const Operands& operands, const ir::ShapeOf&) {
  if (operands.output().type != ir::DataType::int32) reject_type(operands, operands.output().type);
  const ir::Shape& shape = operands.input().shape;
  return to_bytes(std::vector<std::int32_t>(shape.begin(), shape.end()));
}

Bytes evaluate(const Operands& operands, const ir::StridedSlice& slice) {
  const ir::Shape& in = operands.input().shape;
  const std::vector<std::int64_t> in_strides = dense_strides(in);
  std::vector<int> sizes;
  std::vector<std::int64_t> strides;
  std::int64_t start = 0;
  for (std::size_t d = 0; d < in.size(); ++d) {
    const Slice along = slice_of(operands, slice, d);
    sizes.push_back(static_cast<int>(along.size));
    strides.push_back(along.step * in_strides[d]);
    start += along.first * in_strides[d];
  }
  if (product(sizes) != operands.output().elements()) reject(operands, "computes another shape than its output's");
  return gather(operands, strided_offsets(sizes, strides, start));
}

Bytes evaluate(const Operands& operands, const ir::Pack& pack) {
  element_size(operands);
  const ir::Shape& shape = operands.input().shape;
  return interleave(operands, product(std::span(shape).first(static_cast<std::size_t>(pack.axis))));
}

}  // namespace thimble::reference
