#include "import/tflite_tensors.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"

namespace thimble::import {

namespace {

/// A tensor larger than this is not for a microcontroller, whatever else it is, and arithmetic on its sizes is safe.
constexpr std::int64_t most_elements = std::int64_t{1} << 30;
constexpr std::size_t most_dimensions = 8;

std::optional<ir::DataType> data_type(tflite::TensorType type) {
  switch (type) {
    case tflite::TensorType::INT4:
      return ir::DataType::int4;
    case tflite::TensorType::INT8:
      return ir::DataType::int8;
    case tflite::TensorType::UINT8:
      return ir::DataType::uint8;
    case tflite::TensorType::INT16:
      return ir::DataType::int16;
    case tflite::TensorType::INT32:
      return ir::DataType::int32;
    case tflite::TensorType::INT64:
      return ir::DataType::int64;
    case tflite::TensorType::FLOAT32:
      return ir::DataType::float32;
    case tflite::TensorType::BOOL:
      return ir::DataType::boolean;
    default:
      return std::nullopt;
  }
}

/// Zero points that a type can hold.
std::pair<std::int64_t, std::int64_t> range_of(ir::DataType type) {
  switch (type) {
    case ir::DataType::int4:
      return {-8, 7};
    case ir::DataType::int8:
      return {-128, 127};
    case ir::DataType::uint8:
      return {0, 255};
    case ir::DataType::int16:
      return {-32768, 32767};
    default:
      return {std::numeric_limits<int>::min(), std::numeric_limits<int>::max()};
  }
}

class TensorReader {
 public:
  explicit TensorReader(const TfliteFile& file) : file_(file) {}

  std::vector<ir::Tensor> read() {
    const std::size_t tensors = count(file_.main->tensors());
    std::vector<ir::Tensor> out;
    out.reserve(tensors);
    for (index_ = 0; index_ < tensors; ++index_) {
      source_ = member(file_.main->tensors(), index_);
      out.push_back(read_tensor());
    }
    return out;
  }

 private:
  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    fail("{}: tensor {} \"{}\" {}", file_.name, index_, source_->name() ? source_->name()->str() : "",
         fmt::format(format, std::forward<Args>(args)...));
  }

  ir::Tensor read_tensor() {
    const auto type = data_type(source_->type());
    if (!type) {
      refuse("is {}, which is not supported (int8, uint8, int32 and float32 are)",
             tflite::EnumNameTensorType(source_->type()));
    }
    if (source_->is_variable()) refuse("is a variable: state between inferences is not supported");
    if (source_->sparsity()) refuse("is sparse, which is not supported (densify it when converting)");
    ir::Tensor tensor;
    tensor.name = source_->name() ? source_->name()->str() : fmt::format("tensor_{}", index_);
    tensor.type = *type;
    tensor.shape = read_shape();
    tensor.quantization = read_quantization(tensor);
    tensor.data = read_data(tensor);
    return tensor;
  }

  ir::Shape read_shape() const {
    ir::Shape shape;
    if (count(source_->shape()) > most_dimensions) {
      refuse("has {} dimensions (at most {} are supported)", count(source_->shape()), most_dimensions);
    }
    std::int64_t elements_so_far = 1;
    for (const int size : elements(source_->shape())) {
      if (size < 0) refuse("has a dynamic shape, which is not supported (fix every dimension when converting)");
      elements_so_far *= size;
      if (elements_so_far > most_elements || size > most_elements) refuse("is too large");
      shape.push_back(size);
    }
    return shape;
  }

  std::optional<ir::Quantization> read_quantization(const ir::Tensor& tensor) const {
    const tflite::QuantizationParameters* source = source_->quantization();
    if (!source || count(source->scale()) == 0) return std::nullopt;
    if (source->details_type() != tflite::QuantizationDetails::NONE) {
      refuse("has {} quantization, which is not supported (affine is)",
             tflite::EnumNameQuantizationDetails(source->details_type()));
    }
    ir::Quantization out;
    // Some writers give a bias the dimension of its weights.
    out.axis = tensor.shape.size() == 1 ? 0 : source->quantized_dimension();
    // Published files have negative scales on some weights and biases; runtimes compute with them as they are.
    for (const float scale : elements(source->scale())) {
      if (!std::isfinite(scale)) refuse("has a scale of {}", scale);
      out.scale.push_back(scale);
    }
    const auto [lowest, highest] = range_of(tensor.type);
    for (const std::int64_t zero : elements(source->zero_point())) {
      if (zero < lowest || zero > highest) refuse("has a zero point of {}, outside {}", zero, ir::name_of(tensor.type));
      out.zero_point.push_back(static_cast<int>(zero));
    }
    if (out.zero_point.empty()) out.zero_point.resize(out.scale.size(), 0);
    if (out.zero_point.size() == 1) out.zero_point.resize(out.scale.size(), out.zero_point[0]);
    if (out.zero_point.size() != out.scale.size()) {
      refuse("has {} scales but {} zero points", out.scale.size(), out.zero_point.size());
    }
    const bool axis_exists = out.axis >= 0 && static_cast<std::size_t>(out.axis) < tensor.shape.size();
    if (out.scale.size() > 1 &&
        (!axis_exists || std::cmp_not_equal(tensor.shape[static_cast<std::size_t>(out.axis)], out.scale.size()))) {
      refuse("of {} has {} scales along dimension {}", ir::text_of(tensor.shape), out.scale.size(), out.axis);
    }
    return out;
  }

  /// Null for a tensor that an operator computes.
  std::shared_ptr<const std::vector<std::byte>> read_data(const ir::Tensor& tensor) {
    const std::span<const std::byte> bytes = buffer_bytes(file_, source_->buffer());
    if (bytes.empty()) return nullptr;
    if (std::cmp_not_equal(bytes.size(), tensor.bytes())) {
      refuse("of {} {} needs {} bytes, the file has {}", ir::text_of(tensor.shape), ir::name_of(tensor.type),
             tensor.bytes(), bytes.size());
    }
    auto& shared = constants_[{bytes.data(), bytes.size()}];
    if (!shared) {
      // Buffers of an honest file do not overlap. Without this a small file could ask for any amount of memory.
      copied_ += bytes.size();
      if (copied_ > file_.bytes.size()) refuse("overlaps other constants");
      shared = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
    }
    return shared;
  }

  const TfliteFile& file_;
  std::size_t index_ = 0;
  const tflite::Tensor* source_ = nullptr;
  std::map<std::pair<const std::byte*, std::size_t>, std::shared_ptr<const std::vector<std::byte>>> constants_;
  std::size_t copied_ = 0;
};

}  // namespace

std::vector<ir::Tensor> import_tensors(const TfliteFile& file) { return TensorReader(file).read(); }

}  // namespace thimble::import
