#include "export/tflite_lowering.h"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"
#include "ir/shapes.h"

namespace thimble::exporting {

namespace {

using tflite::BuiltinOperator;

/// The format's name for a padding, if it has one.
std::optional<tflite::Padding> named_padding(const ir::Padding& padding, const ir::Shape& in, std::array<int, 2> filter,
                                             std::array<int, 2> stride, std::array<int, 2> dilation) {
  if (padding == ir::Padding{}) return tflite::Padding::VALID;
  const auto rows = ir::same_padding(in.at(1), filter[0], stride[0], dilation[0]);
  const auto columns = ir::same_padding(in.at(2), filter[1], stride[1], dilation[1]);
  if (padding == ir::Padding{rows[0], rows[1], columns[0], columns[1]}) return tflite::Padding::SAME;
  return std::nullopt;
}

class Lowering {
 public:
  explicit Lowering(const ir::Graph& graph) : graph_(graph) { model_.tensors = graph.tensors; }

  FileModel run() {
    for (const ir::Op& op : graph_.ops) {
      op_ = &op;
      FileOp lowered{BuiltinOperator::ADD, 1, op.kind, tflite::Padding::VALID, op.inputs, op.outputs};
      std::visit([&](const auto& kind) { lower(kind, lowered); }, op.kind);
      lowered.version = version_of(lowered);
      model_.ops.push_back(std::move(lowered));
    }
    return std::move(model_);
  }

 private:
  const ir::Tensor& input(std::size_t i) const { return graph_.tensor(op_->inputs.at(i)); }
  const ir::Tensor& output() const { return graph_.tensor(op_->outputs.at(0)); }

  /// A constant with these values: one that the graph holds already, or a new one.
  template <typename T>
  ir::TensorId constant(ir::DataType type, const std::vector<T>& values, ir::Shape shape, const std::string& suffix,
                        const std::optional<ir::Quantization>& quantization = std::nullopt) {
    auto data = ir::constant_data(std::span<const T>(values));
    for (std::size_t i = 0; i < model_.tensors.size(); ++i) {
      const ir::Tensor& tensor = model_.tensors[i];
      if (tensor.is_constant() && tensor.type == type && *tensor.data == *data && tensor.quantization == quantization &&
          tensor.shape.size() == shape.size()) {
        return static_cast<ir::TensorId>(i);
      }
    }
    ir::Tensor tensor;
    tensor.name = output().name + "/" + suffix;
    tensor.type = type;
    tensor.shape = std::move(shape);
    tensor.quantization = quantization;
    tensor.data = std::move(data);
    model_.tensors.push_back(std::move(tensor));
    return static_cast<ir::TensorId>(model_.tensors.size()) - 1;
  }

  ir::TensorId integers(const std::vector<std::int32_t>& values, const std::string& suffix) {
    return constant(ir::DataType::int32, values, {static_cast<int>(values.size())}, suffix);
  }

  ir::TensorId paddings(const std::vector<std::array<int, 2>>& amounts) {
    std::vector<std::int32_t> values;
    for (const auto& [before, after] : amounts) values.insert(values.end(), {before, after});
    return constant(ir::DataType::int32, values, {static_cast<int>(amounts.size()), 2}, "paddings");
  }

  /// Adds PAD before the current convolution and makes it read the padded tensor.
  void pad_before(const ir::Padding& padding, FileOp& conv) {
    ir::Pad pad{{{0, 0}, {padding.top, padding.bottom}, {padding.left, padding.right}, {0, 0}}, std::nullopt};
    ir::Tensor padded = input(0);
    padded.name = output().name + "/padded";
    padded.shape.at(1) += padding.top + padding.bottom;
    padded.shape.at(2) += padding.left + padding.right;
    const ir::TensorId amounts = paddings(pad.amounts);
    model_.tensors.push_back(std::move(padded));
    const auto id = static_cast<ir::TensorId>(model_.tensors.size()) - 1;
    FileOp op{BuiltinOperator::PAD, 1, std::move(pad), tflite::Padding::VALID, {op_->inputs[0], amounts}, {id}};
    op.version = version_of(op);
    model_.ops.push_back(std::move(op));
    conv.inputs[0] = id;
  }

  template <typename Conv>
  void lower_convolution(const Conv& conv, BuiltinOperator code, FileOp& out) {
    out.code = code;
    const ir::Shape& weights = input(1).shape;
    const auto padding = named_padding(conv.padding, input(0).shape, {weights.at(1), weights.at(2)},
                                       {conv.stride_h, conv.stride_w}, {conv.dilation_h, conv.dilation_w});
    if (padding) {
      out.padding = *padding;
    } else {
      pad_before(conv.padding, out);
    }
    drop_absent_bias(out);
  }

  static void drop_absent_bias(FileOp& out) {
    if (out.inputs.size() == 3 && out.inputs[2] == ir::no_tensor) out.inputs.resize(2);
  }

  void lower(const ir::Conv2D& conv, FileOp& out) { lower_convolution(conv, BuiltinOperator::CONV_2D, out); }
  void lower(const ir::DepthwiseConv2D& conv, FileOp& out) {
    lower_convolution(conv, BuiltinOperator::DEPTHWISE_CONV_2D, out);
  }
  void lower(const ir::FullyConnected&, FileOp& out) {
    out.code = BuiltinOperator::FULLY_CONNECTED;
    drop_absent_bias(out);
  }
  void lower(const ir::Add&, FileOp& out) { out.code = BuiltinOperator::ADD; }
  void lower(const ir::Sub&, FileOp& out) { out.code = BuiltinOperator::SUB; }
  void lower(const ir::Mul&, FileOp& out) { out.code = BuiltinOperator::MUL; }
  void lower(const ir::Pool2D& pool, FileOp& out) {
    out.code = pool.kind == ir::PoolKind::average ? BuiltinOperator::AVERAGE_POOL_2D : BuiltinOperator::MAX_POOL_2D;
    const auto padding = named_padding(pool.padding, input(0).shape, {pool.filter_h, pool.filter_w},
                                       {pool.stride_h, pool.stride_w}, {1, 1});
    if (!padding) {
      fail("{}: {} \"{}\": padding {},{},{},{} has no name in TensorFlow Lite (SAME and VALID have)", graph_.name,
           ir::name_of(op_->kind), output().name, pool.padding.top, pool.padding.bottom, pool.padding.left,
           pool.padding.right);
    }
    out.padding = *padding;
  }
  void lower(const ir::Mean& mean, FileOp& out) {
    out.code = BuiltinOperator::MEAN;
    out.inputs.push_back(integers({mean.axes.begin(), mean.axes.end()}, "axes"));
  }
  void lower(const ir::Pad& pad, FileOp& out) {
    out.code = pad.value ? BuiltinOperator::PADV2 : BuiltinOperator::PAD;
    out.inputs.push_back(paddings(pad.amounts));
    if (pad.value) out.inputs.push_back(pad_value(*pad.value));
  }
  ir::TensorId pad_value(double value) {
    const ir::Tensor& in = input(0);
    if (in.type == ir::DataType::int8) {
      return constant<std::int8_t>(in.type, {static_cast<std::int8_t>(value)}, {}, "value", in.quantization);
    }
    if (in.type != ir::DataType::float32) {
      fail("{}: pad \"{}\" of {} with a value cannot be exported", graph_.name, output().name, ir::name_of(in.type));
    }
    return constant<float>(in.type, {static_cast<float>(value)}, {}, "value");
  }
  void lower(const ir::Reshape&, FileOp& out) { out.code = BuiltinOperator::RESHAPE; }
  void lower(const ir::Transpose& transpose, FileOp& out) {
    out.code = BuiltinOperator::TRANSPOSE;
    out.inputs.push_back(integers({transpose.permutation.begin(), transpose.permutation.end()}, "permutation"));
  }
  void lower(const ir::Concat&, FileOp& out) { out.code = BuiltinOperator::CONCATENATION; }
  void lower(const ir::ResizeNearest&, FileOp& out) {
    out.code = BuiltinOperator::RESIZE_NEAREST_NEIGHBOR;
    out.inputs.push_back(integers({output().shape.at(1), output().shape.at(2)}, "size"));
  }
  void lower(const ir::Softmax&, FileOp& out) { out.code = BuiltinOperator::SOFTMAX; }
  void lower(const ir::Sigmoid&, FileOp& out) { out.code = BuiltinOperator::LOGISTIC; }
  void lower(const ir::HardSwish&, FileOp& out) { out.code = BuiltinOperator::HARD_SWISH; }
  void lower(const ir::Clamp& clamp, FileOp& out) {
    switch (clamp.activation) {
      case ir::Activation::relu:
        out.code = BuiltinOperator::RELU;
        return;
      case ir::Activation::relu6:
        out.code = BuiltinOperator::RELU6;
        return;
      case ir::Activation::relu_n1_to_1:
        out.code = BuiltinOperator::RELU_N1_TO_1;
        return;
      case ir::Activation::none:
        fail("{}: clamp \"{}\" has no activation", graph_.name, output().name);
    }
  }
  void lower(const ir::Quantize&, FileOp& out) { out.code = BuiltinOperator::QUANTIZE; }
  void lower(const ir::Dequantize&, FileOp& out) { out.code = BuiltinOperator::DEQUANTIZE; }
  void lower(const ir::ShapeOf&, FileOp& out) { out.code = BuiltinOperator::SHAPE; }
  void lower(const ir::StridedSlice&, FileOp& out) { out.code = BuiltinOperator::STRIDED_SLICE; }
  void lower(const ir::Pack&, FileOp& out) { out.code = BuiltinOperator::PACK; }
  void lower(const ir::TiledBlock&, FileOp&) {
    fail("{}: \"{}\" is a block in tiles, which TensorFlow Lite has not", graph_.name, output().name);
  }

  /// The lowest version of an operator that has what is asked of it: runtimes refuse versions that they do not know.
  int version_of(const FileOp& op) const {
    using enum BuiltinOperator;
    const bool is_int8 = model_.tensors.at(static_cast<std::size_t>(op.inputs.at(0))).type == ir::DataType::int8;
    switch (op.code) {
      case CONV_2D:
        return is_int8 ? 3 : 1;
      case DEPTHWISE_CONV_2D: {
        const auto& conv = std::get<ir::DepthwiseConv2D>(op.kind);
        if (is_int8) return 3;
        return conv.dilation_h != 1 || conv.dilation_w != 1 ? 2 : 1;
      }
      case FULLY_CONNECTED:
        if (op.inputs.size() == 2) return 6;
        if (std::get<ir::FullyConnected>(op.kind).keep_dims) return 5;
        return is_int8 ? 4 : 1;
      case RESIZE_NEAREST_NEIGHBOR: {
        const auto& resize = std::get<ir::ResizeNearest>(op.kind);
        if (resize.align_corners || resize.half_pixel_centers) return 3;
        return is_int8 ? 2 : 1;
      }
      case RESHAPE:
      case RELU_N1_TO_1:
      case HARD_SWISH:
      case QUANTIZE:
      case SHAPE:
        return 1;
      default:
        return is_int8 ? 2 : 1;
    }
  }

  const ir::Graph& graph_;
  const ir::Op* op_ = nullptr;
  FileModel model_;
};

}  // namespace

FileModel lower(const ir::Graph& graph) { return Lowering(graph).run(); }

}  // namespace thimble::exporting
