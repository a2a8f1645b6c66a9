#include "quantize/check_int8.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace thimble::quantize {

namespace {

class Checker {
 public:
  explicit Checker(const ir::Graph& graph) : graph_(graph) {}

  std::vector<std::string> run() {
    for (const ir::Op& op : graph_.ops) {
      const std::size_t before = found_.size();
      check_activation(op, op.outputs.at(0));
      for (const ir::TensorId input : activation_inputs(op)) check_activation(op, input);
      // Rules about scales make sense only where there are scales.
      if (found_.size() == before) check_rules(op);
    }
    return std::move(found_);
  }

 private:
  template <typename... Args>
  void report(const ir::Op& op, fmt::format_string<Args...> format, Args&&... args) {
    found_.push_back(fmt::format("{} \"{}\": {}", ir::name_of(op.kind), graph_.name_of(op),
                                 fmt::format(format, std::forward<Args>(args)...)));
  }

  static bool has_weights(const ir::Op& op) {
    return std::holds_alternative<ir::Conv2D>(op.kind) || std::holds_alternative<ir::DepthwiseConv2D>(op.kind) ||
           std::holds_alternative<ir::FullyConnected>(op.kind);
  }

  static std::vector<ir::TensorId> activation_inputs(const ir::Op& op) {
    if (std::holds_alternative<ir::Concat>(op.kind) || std::holds_alternative<ir::Pack>(op.kind)) return op.inputs;
    const bool is_binary = std::holds_alternative<ir::Add>(op.kind) || std::holds_alternative<ir::Sub>(op.kind) ||
                           std::holds_alternative<ir::Mul>(op.kind);
    return is_binary ? op.inputs : std::vector<ir::TensorId>{op.inputs.at(0)};
  }

  void check_activation(const ir::Op& op, ir::TensorId id) {
    const ir::Tensor& t = graph_.tensor(id);
    const bool may_be_other =
        std::holds_alternative<ir::Quantize>(op.kind) || std::holds_alternative<ir::Dequantize>(op.kind);
    if (may_be_other && (t.type == ir::DataType::float32 || t.type == ir::DataType::uint8)) return;
    if (t.type != ir::DataType::int8) {
      report(op, "\"{}\" is {}, not int8", t.name, ir::name_of(t.type));
    } else if (!t.quantization || t.quantization->scale.size() != 1 || t.quantization->zero_point.size() != 1) {
      report(op, "\"{}\" does not have one scale and one zero point", t.name);
    } else if (!std::isnormal(t.scale()) || t.scale() < 0 || t.zero_point() < -128 || t.zero_point() > 127) {
      report(op, "\"{}\" has scale {} and zero point {}", t.name, t.scale(), t.zero_point());
    }
  }

  void check_rules(const ir::Op& op) {
    if (has_weights(op)) {
      check_weights(op);
      check_bias(op);
    }
    const ir::Tensor& out = graph_.tensor(op.outputs[0]);
    const bool is_probability =
        std::holds_alternative<ir::Softmax>(op.kind) || std::holds_alternative<ir::Sigmoid>(op.kind);
    if (is_probability && (out.scale() != 1.0F / 256 || out.zero_point() != -128)) {
      report(op, "its output has scale {} and zero point {}, not 1/256 and -128", out.scale(), out.zero_point());
    }
    const bool same = std::holds_alternative<ir::Pool2D>(op.kind) || std::holds_alternative<ir::Reshape>(op.kind) ||
                      std::holds_alternative<ir::Transpose>(op.kind) || std::holds_alternative<ir::Pad>(op.kind) ||
                      std::holds_alternative<ir::ResizeNearest>(op.kind) || std::holds_alternative<ir::Concat>(op.kind);
    if (!same) return;
    for (const ir::TensorId input : activation_inputs(op)) {
      const ir::Tensor& in = graph_.tensor(input);
      if (in.scale() == out.scale() && in.zero_point() == out.zero_point()) continue;
      report(op, "input \"{}\" has other parameters ({}, {}) than the output ({}, {})", in.name, in.scale(),
             in.zero_point(), out.scale(), out.zero_point());
    }
  }

  void check_weights(const ir::Op& op) {
    const ir::Tensor& weights = graph_.tensor(op.inputs[1]);
    if (weights.type != ir::DataType::int8 || !weights.quantization || !weights.is_constant()) {
      report(op, "weights are no int8 constant with a scale");
      return;
    }
    const ir::Quantization& q = *weights.quantization;
    const int axis = std::holds_alternative<ir::DepthwiseConv2D>(op.kind) ? 3 : 0;
    const auto channels = static_cast<std::size_t>(weights.shape.at(static_cast<std::size_t>(axis)));
    if (q.scale.size() != 1 && (q.scale.size() != channels || q.axis != axis)) {
      report(op, "weights have {} scales along dimension {}", q.scale.size(), q.axis);
    }
    if (std::any_of(q.zero_point.begin(), q.zero_point.end(), [](int z) { return z != 0; })) {
      report(op, "weights have a zero point other than 0");
    }
    if (!std::all_of(q.scale.begin(), q.scale.end(), [](float s) { return std::isnormal(s) && s > 0; })) {
      report(op, "weights have a scale that is not positive");
    }
    const std::vector<std::int8_t> values = weights.values<std::int8_t>();
    if (std::find(values.begin(), values.end(), std::int8_t{-128}) != values.end()) report(op, "a weight is -128");
  }

  void check_bias(const ir::Op& op) {
    if (op.inputs[2] == ir::no_tensor) return;
    const ir::Tensor& bias = graph_.tensor(op.inputs[2]);
    const ir::Tensor& weights = graph_.tensor(op.inputs[1]);
    if (bias.type != ir::DataType::int32 || !bias.quantization || !weights.quantization) {
      report(op, "bias is no int32 constant with a scale");
      return;
    }
    const std::vector<float>& scale = bias.quantization->scale;
    const std::vector<float>& weight_scale = weights.quantization->scale;
    if (scale.size() != weight_scale.size()) {
      report(op, "bias has {} scales, weights {}", scale.size(), weight_scale.size());
      return;
    }
    for (std::size_t c = 0; c < scale.size(); ++c) {
      const double product =
          static_cast<double>(graph_.tensor(op.inputs[0]).scale()) * static_cast<double>(weight_scale[c]);
      if (std::abs(static_cast<double>(scale[c]) - product) > 1e-6 * product) {
        report(op, "bias scale {} of channel {} is not input scale * weight scale, {}", scale[c], c, product);
        return;
      }
    }
    const std::vector<int>& zero_points = bias.quantization->zero_point;
    if (std::any_of(zero_points.begin(), zero_points.end(), [](int z) { return z != 0; })) {
      report(op, "bias has a zero point other than 0");
    }
  }

  const ir::Graph& graph_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> int8_violations(const ir::Graph& graph) { return Checker(graph).run(); }

}  // namespace thimble::quantize
