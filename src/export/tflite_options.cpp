#include "export/tflite_options.h"

namespace thimble::exporting {

namespace {

tflite::ActivationFunctionType activation_of(ir::Activation activation) {
  switch (activation) {
    case ir::Activation::none:
      return tflite::ActivationFunctionType::NONE;
    case ir::Activation::relu:
      return tflite::ActivationFunctionType::RELU;
    case ir::Activation::relu6:
      return tflite::ActivationFunctionType::RELU6;
    case ir::Activation::relu_n1_to_1:
      return tflite::ActivationFunctionType::RELU_N1_TO_1;
  }
  return tflite::ActivationFunctionType::NONE;
}

}  // namespace

Options write_options(flatbuffers::FlatBufferBuilder& b, const FileOp& op, const ir::Tensor& output) {
  using Type = tflite::BuiltinOptions;
  const auto write = [](Type type, auto offset) { return Options{type, offset.Union()}; };
  return std::visit(
      ir::Overloaded{
          [&](const ir::Conv2D& c) {
            return write(Type::Conv2DOptions,
                         tflite::CreateConv2DOptions(b, op.padding, c.stride_w, c.stride_h, activation_of(c.activation),
                                                     c.dilation_w, c.dilation_h));
          },
          [&](const ir::DepthwiseConv2D& c) {
            return write(Type::DepthwiseConv2DOptions,
                         tflite::CreateDepthwiseConv2DOptions(b, op.padding, c.stride_w, c.stride_h, c.multiplier,
                                                              activation_of(c.activation), c.dilation_w, c.dilation_h));
          },
          [&](const ir::FullyConnected& f) {
            return write(
                Type::FullyConnectedOptions,
                tflite::CreateFullyConnectedOptions(b, activation_of(f.activation),
                                                    tflite::FullyConnectedOptionsWeightsFormat::DEFAULT, f.keep_dims));
          },
          [&](const ir::Add& a) {
            return write(Type::AddOptions, tflite::CreateAddOptions(b, activation_of(a.activation)));
          },
          [&](const ir::Sub& a) {
            return write(Type::SubOptions, tflite::CreateSubOptions(b, activation_of(a.activation)));
          },
          [&](const ir::Mul& a) {
            return write(Type::MulOptions, tflite::CreateMulOptions(b, activation_of(a.activation)));
          },
          [&](const ir::Pool2D& p) {
            return write(Type::Pool2DOptions,
                         tflite::CreatePool2DOptions(b, op.padding, p.stride_w, p.stride_h, p.filter_w, p.filter_h,
                                                     activation_of(p.activation)));
          },
          [&](const ir::Mean& m) { return write(Type::ReducerOptions, tflite::CreateReducerOptions(b, m.keep_dims)); },
          [&](const ir::Pad& p) {
            return p.value ? write(Type::PadV2Options, tflite::CreatePadV2Options(b))
                           : write(Type::PadOptions, tflite::CreatePadOptions(b));
          },
          [&](const ir::Reshape&) {
            return write(Type::ReshapeOptions, tflite::CreateReshapeOptionsDirect(b, &output.shape));
          },
          [&](const ir::Transpose&) { return write(Type::TransposeOptions, tflite::CreateTransposeOptions(b)); },
          [&](const ir::Concat& c) {
            return write(Type::ConcatenationOptions,
                         tflite::CreateConcatenationOptions(b, c.axis, activation_of(c.activation)));
          },
          [&](const ir::ResizeNearest& r) {
            return write(Type::ResizeNearestNeighborOptions,
                         tflite::CreateResizeNearestNeighborOptions(b, r.align_corners, r.half_pixel_centers));
          },
          [&](const ir::Softmax& s) { return write(Type::SoftmaxOptions, tflite::CreateSoftmaxOptions(b, s.beta)); },
          [&](const ir::Sigmoid&) { return Options{}; },
          [&](const ir::HardSwish&) { return Options{}; },
          [&](const ir::Clamp&) { return Options{}; },
          [&](const ir::Quantize&) { return write(Type::QuantizeOptions, tflite::CreateQuantizeOptions(b)); },
          [&](const ir::Dequantize&) { return write(Type::DequantizeOptions, tflite::CreateDequantizeOptions(b)); },
          [&](const ir::ShapeOf&) {
            return write(Type::ShapeOptions, tflite::CreateShapeOptions(b, tflite::TensorType::INT32));
          },
          [&](const ir::StridedSlice& s) {
            return write(Type::StridedSliceOptions,
                         tflite::CreateStridedSliceOptions(b, s.begin_mask, s.end_mask, 0, 0, s.shrink_axis_mask));
          },
          [&](const ir::Pack& p) {
            return write(Type::PackOptions, tflite::CreatePackOptions(b, static_cast<int>(op.inputs.size()), p.axis));
          },
          [&](const ir::TiledBlock&) { return write(Type::NONE, flatbuffers::Offset<void>()); },
      },
      op.kind);
}

}  // namespace thimble::exporting
