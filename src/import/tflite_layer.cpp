#include "import/tflite_layer.h"

#include <algorithm>

namespace thimble::import {

std::string operator_name(const tflite::OperatorCode& code) {
  const int value = std::max<int>(code.deprecated_builtin_code(), static_cast<int>(code.builtin_code()));
  if (value == static_cast<int>(tflite::BuiltinOperator::CUSTOM)) {
    return fmt::format("custom operator {}", code.custom_code() ? code.custom_code()->str() : "without a name");
  }
  const std::string name = tflite::EnumNameBuiltinOperator(static_cast<tflite::BuiltinOperator>(value));
  return name.empty() ? fmt::format("operator code {}", value) : name;
}

std::string nearest_supported(tflite::BuiltinOperator code) {
  using enum tflite::BuiltinOperator;
  switch (code) {
    case TRANSPOSE_CONV:
    case RESIZE_BILINEAR:
      return "RESIZE_NEAREST_NEIGHBOR followed by CONV_2D";
    case CONV_3D:
      return "CONV_2D";
    case L2_POOL_2D:
    case SUM:
      return "AVERAGE_POOL_2D or MEAN";
    case REDUCE_MAX:
      return "MAX_POOL_2D";
    case MIRROR_PAD:
      return "PAD";
    case SPACE_TO_DEPTH:
    case SPACE_TO_BATCH_ND:
      return "CONV_2D with a stride or a dilation";
    case DEPTH_TO_SPACE:
    case BATCH_TO_SPACE_ND:
    case UNPACK:
      return "RESHAPE with TRANSPOSE";
    case LEAKY_RELU:
    case PRELU:
    case ELU:
    case GELU:
    case RELU_0_TO_1:
    case MINIMUM:
    case MAXIMUM:
      return "RELU or RELU6";
    case TANH:
      return "LOGISTIC";
    case LOG_SOFTMAX:
      return "SOFTMAX";
    case DIV:
      return "MUL by the reciprocal";
    case BATCH_MATMUL:
      return "FULLY_CONNECTED with constant weights";
    case CAST:
      return "QUANTIZE or DEQUANTIZE";
    case ARG_MAX:
      return "an output of scores, whose largest the caller picks";
    case SPLIT:
    case SPLIT_V:
    case SLICE:
      return "a CONV_2D for each part";
    case ADD_N:
      return "ADD, two at a time";
    case SQUARE:
      return "MUL of a tensor with itself";
    case LSTM:
    case UNIDIRECTIONAL_SEQUENCE_LSTM:
    case BIDIRECTIONAL_SEQUENCE_LSTM:
    case RNN:
    case UNIDIRECTIONAL_SEQUENCE_RNN:
    case SVDF:
      return "CONV_2D along time";
    default:
      return "";
  }
}

}  // namespace thimble::import
