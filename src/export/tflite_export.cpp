#include "export/tflite_export.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "export/tflite_lowering.h"
#include "export/tflite_options.h"
#include "import/tflite_labels.h"

namespace thimble::exporting {

namespace {

tflite::TensorType type_of(ir::DataType type) {
  switch (type) {
    case ir::DataType::int4:
      return tflite::TensorType::INT4;
    case ir::DataType::int8:
      return tflite::TensorType::INT8;
    case ir::DataType::uint8:
      return tflite::TensorType::UINT8;
    case ir::DataType::int16:
      return tflite::TensorType::INT16;
    case ir::DataType::int32:
      return tflite::TensorType::INT32;
    case ir::DataType::int64:
      return tflite::TensorType::INT64;
    case ir::DataType::float32:
      return tflite::TensorType::FLOAT32;
    case ir::DataType::boolean:
      return tflite::TensorType::BOOL;
  }
  return tflite::TensorType::FLOAT32;
}

/// Writes a lowered model, children before parents as FlatBuffers wants them.
class Writer {
 public:
  Writer(const ir::Graph& graph, const FileModel& model) : graph_(graph), model_(model) {
    buffers_.push_back(tflite::CreateBuffer(builder_));  // Buffer 0 means "no data".
  }

  std::vector<std::byte> write() {
    std::vector<flatbuffers::Offset<tflite::Tensor>> tensors;
    for (const ir::Tensor& tensor : model_.tensors) tensors.push_back(write_tensor(tensor));
    std::vector<flatbuffers::Offset<tflite::Operator>> operators;
    for (const FileOp& op : model_.ops) operators.push_back(write_operator(op));
    const std::vector subgraphs = {
        tflite::CreateSubGraphDirect(builder_, &tensors, &graph_.inputs, &graph_.outputs, &operators, "main")};
    const std::vector<flatbuffers::Offset<tflite::Metadata>> metadata = write_metadata();
    constexpr std::uint32_t schema_version = 3;
    tflite::FinishModelBuffer(
        builder_, tflite::CreateModelDirect(builder_, schema_version, &operator_codes_, &subgraphs, "Thimble",
                                            &buffers_, nullptr, metadata.empty() ? nullptr : &metadata));
    const auto bytes = std::as_bytes(std::span(builder_.GetBufferPointer(), builder_.GetSize()));
    return {bytes.begin(), bytes.end()};
  }

 private:
  std::uint32_t add_buffer(const void* data, std::size_t size) {
    constexpr std::size_t alignment = 16;
    builder_.ForceVectorAlignment(size, sizeof(std::uint8_t), alignment);
    const auto vector = builder_.CreateVector(static_cast<const std::uint8_t*>(data), size);
    buffers_.push_back(tflite::CreateBuffer(builder_, vector));
    return static_cast<std::uint32_t>(buffers_.size()) - 1;
  }

  std::uint32_t buffer_of(const ir::Tensor& tensor) {
    if (!tensor.is_constant()) return 0;
    const auto [known, is_new] = buffer_ids_.try_emplace(tensor.data.get(), 0);
    if (is_new) known->second = add_buffer(tensor.data->data(), tensor.data->size());
    return known->second;
  }

  flatbuffers::Offset<tflite::Tensor> write_tensor(const ir::Tensor& tensor) {
    const std::uint32_t buffer = buffer_of(tensor);
    flatbuffers::Offset<tflite::QuantizationParameters> quantization;
    if (tensor.quantization) {
      const ir::Quantization& q = *tensor.quantization;
      std::vector<std::int64_t> zero_points(q.zero_point.begin(), q.zero_point.end());
      zero_points.resize(q.scale.size(), 0);
      quantization = tflite::CreateQuantizationParametersDirect(builder_, nullptr, nullptr, &q.scale, &zero_points,
                                                                tflite::QuantizationDetails::NONE, 0, q.axis);
    }
    constexpr bool variable = false;
    constexpr bool has_rank = true;
    return tflite::CreateTensorDirect(builder_, &tensor.shape, type_of(tensor.type), buffer, tensor.name.c_str(),
                                      quantization, variable, 0, nullptr, has_rank);
  }

  std::uint32_t operator_code(tflite::BuiltinOperator code, int version) {
    const auto next = static_cast<std::uint32_t>(operator_codes_.size());
    const auto [known, is_new] = operator_code_ids_.try_emplace({code, version}, next);
    if (is_new) {
      const auto old_code =
          std::min(static_cast<int>(code), static_cast<int>(tflite::BuiltinOperator::PLACEHOLDER_FOR_GREATER_OP_CODES));
      operator_codes_.push_back(
          tflite::CreateOperatorCodeDirect(builder_, static_cast<std::int8_t>(old_code), nullptr, version, code));
    }
    return known->second;
  }

  flatbuffers::Offset<tflite::Operator> write_operator(const FileOp& op) {
    const std::uint32_t code = operator_code(op.code, op.version);
    const Options options = write_options(builder_, op, model_.tensors.at(static_cast<std::size_t>(op.outputs.at(0))));
    return tflite::CreateOperatorDirect(builder_, code, &op.inputs, &op.outputs, options.type, options.offset);
  }

  std::vector<flatbuffers::Offset<tflite::Metadata>> write_metadata() {
    if (graph_.labels.empty()) return {};
    const std::string lines = fmt::format("{}\n", fmt::join(graph_.labels, "\n"));
    const std::uint32_t buffer = add_buffer(lines.data(), lines.size());
    return {tflite::CreateMetadataDirect(builder_, std::string(import::labels_metadata).c_str(), buffer)};
  }

  const ir::Graph& graph_;
  const FileModel& model_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<flatbuffers::Offset<tflite::Buffer>> buffers_;
  std::map<const void*, std::uint32_t> buffer_ids_;
  std::vector<flatbuffers::Offset<tflite::OperatorCode>> operator_codes_;
  std::map<std::pair<tflite::BuiltinOperator, int>, std::uint32_t> operator_code_ids_;
};

void check_has_its_ends(const ir::Graph& graph) {
  const auto taken = [](ir::TensorId id) { return id != ir::no_tensor; };
  if (std::any_of(graph.input_ends.begin(), graph.input_ends.end(), taken) ||
      std::any_of(graph.output_ends.begin(), graph.output_ends.end(), taken)) {
    throw Error(fmt::format("{}: the pass strip_ends took operators off the graph's ends, so that its file would be "
                            "another model",
                            graph.name),
                "export the graph before that pass");
  }
}

}  // namespace

std::vector<std::byte> to_tflite(const ir::Graph& graph) {
  check_has_its_ends(graph);
  return Writer(graph, lower(graph)).write();
}

void write_tflite(const ir::Graph& graph, const std::filesystem::path& file) { write_bytes(file, to_tflite(graph)); }

}  // namespace thimble::exporting
