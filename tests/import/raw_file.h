// .tflite files with one operator, written field by field: also such as no converter writes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <import/tflite_generated.h>

namespace thimble::testing {

struct RawTensor {
  std::string name;
  std::vector<std::int32_t> shape;
  tflite::TensorType type = tflite::TensorType::INT8;
  std::vector<std::uint8_t> data = {};
  std::vector<float> scale = {0.5F};
  std::vector<std::int64_t> zero_point = {0};
  bool variable = false;
  std::vector<std::int32_t> signature = {};
};

/// The first tensor is the graph's input, the last its output; the operator reads all but the last.
struct RawFile {
  std::vector<RawTensor> tensors;
  std::int32_t code = 0;
  std::int8_t old_code = 0;
  std::string custom_code = {};
  tflite::BuiltinOptions options_type = tflite::BuiltinOptions::NONE;
  flatbuffers::Offset<void> options = {};
  std::vector<std::int32_t> inputs = {};  ///< Of the operator, instead of the default.

  /// `builder` holds the options already.
  std::vector<std::byte> bytes(flatbuffers::FlatBufferBuilder& builder) const {
    std::vector<flatbuffers::Offset<tflite::Buffer>> buffers = {tflite::CreateBuffer(builder)};
    std::vector<flatbuffers::Offset<tflite::Tensor>> offsets;
    std::vector<std::int32_t> read = inputs;
    for (const RawTensor& tensor : tensors) {
      std::uint32_t buffer = 0;
      if (!tensor.data.empty()) {
        buffer = static_cast<std::uint32_t>(buffers.size());
        buffers.push_back(tflite::CreateBufferDirect(builder, &tensor.data));
      }
      const auto quantization =
          tflite::CreateQuantizationParametersDirect(builder, nullptr, nullptr, &tensor.scale, &tensor.zero_point);
      const auto* signature = tensor.signature.empty() ? nullptr : &tensor.signature;
      offsets.push_back(tflite::CreateTensorDirect(builder, &tensor.shape, tensor.type, buffer, tensor.name.c_str(),
                                                   quantization, tensor.variable, 0, signature));
      if (inputs.empty() && offsets.size() < tensors.size()) read.push_back(static_cast<std::int32_t>(read.size()));
    }
    const std::vector first = {0};
    const std::vector last = {static_cast<std::int32_t>(tensors.size()) - 1};
    const std::vector operators = {tflite::CreateOperatorDirect(builder, 0, &read, &last, options_type, options)};
    const std::vector subgraphs = {tflite::CreateSubGraphDirect(builder, &offsets, &first, &last, &operators)};
    const char* custom = custom_code.empty() ? nullptr : custom_code.c_str();
    const std::vector codes = {
        tflite::CreateOperatorCodeDirect(builder, old_code, custom, 1, static_cast<tflite::BuiltinOperator>(code))};
    tflite::FinishModelBuffer(builder, tflite::CreateModelDirect(builder, 3, &codes, &subgraphs, nullptr, &buffers));
    const auto out = std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
    return {out.begin(), out.end()};
  }

  std::vector<std::byte> bytes() const {
    flatbuffers::FlatBufferBuilder builder;
    return bytes(builder);
  }
};

}  // namespace thimble::testing
