#include "import/tflite_import.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/files.h"
#include "import/tflite_file.h"
#include "import/tflite_labels.h"
#include "import/tflite_layer.h"
#include "import/tflite_operators.h"
#include "import/tflite_tensors.h"
#include "ir/verify.h"

namespace thimble::import {

namespace {

const tflite::OperatorCode& code_of(const TfliteFile& file, const tflite::Operator& op, std::size_t index) {
  const tflite::OperatorCode* code = member(file.model->operator_codes(), op.opcode_index());
  if (!code) fail("{}: layer {}: operator code {} does not exist", file.name, index, op.opcode_index());
  return *code;
}

tflite::BuiltinOperator builtin_of(const tflite::OperatorCode& code) {
  return static_cast<tflite::BuiltinOperator>(std::max(static_cast<std::int32_t>(code.deprecated_builtin_code()),
                                                       static_cast<std::int32_t>(code.builtin_code())));
}

std::string output_name(const TfliteFile& file, const tflite::Operator& op) {
  const auto outputs = elements(op.outputs());
  const tflite::Tensor* tensor =
      outputs.empty() || outputs[0] < 0 ? nullptr : member(file.main->tensors(), static_cast<std::size_t>(outputs[0]));
  return tensor && tensor->name() ? tensor->name()->str() : "";
}

/// Unsupported operators first: a tensor of an odd type is mostly the consequence of one.
void check_operators_supported(const TfliteFile& file) {
  for (std::size_t i = 0; i < count(file.main->operators()); ++i) {
    const tflite::Operator& op = *member(file.main->operators(), i);
    const tflite::OperatorCode& code = code_of(file, op, i);
    if (is_supported(builtin_of(code))) continue;
    const std::string instead = nearest_supported(builtin_of(code));
    throw Error(fmt::format("{}: layer {} \"{}\": {} is not supported{}", file.name, i, output_name(file, op),
                            operator_name(code), instead.empty() ? "" : " (" + instead + " is)"),
                "docs/ops.md lists what each operator supports");
  }
}

/// Ids of a list of tensors, each in range; absent ones where `optional`.
std::vector<ir::TensorId> ids_of(const flatbuffers::Vector<std::int32_t>* list, const ir::Graph& graph,
                                 const std::string& where, bool optional = false) {
  std::vector<ir::TensorId> ids;
  for (const std::int32_t id : elements(list)) {
    if (optional && id == ir::no_tensor) {
      ids.push_back(ir::no_tensor);
      continue;
    }
    if (id < 0 || std::cmp_greater_equal(id, graph.tensors.size())) {
      fail("{}: {} is tensor {}, which does not exist", graph.name, where, id);
    }
    ids.push_back(id);
  }
  return ids;
}

/// The size of a batch may be left open: it is 1 here. Any other open dimension has no meaning without a runtime.
void check_inputs_static(const TfliteFile& file, const ir::Graph& graph) {
  for (const ir::TensorId id : graph.inputs) {
    const auto signature = elements(member(file.main->tensors(), static_cast<std::size_t>(id))->shape_signature());
    if (signature.size() > 1 && std::find(signature.begin() + 1, signature.end(), -1) != signature.end()) {
      throw Error(fmt::format("{}: input \"{}\" has a dynamic shape, which is not supported", graph.name,
                              graph.tensor(id).name),
                  "fix every dimension but the first when converting");
    }
  }
}

/// A tensor without elements has an empty buffer, as a computed one has: what nothing computes is a constant.
void find_empty_constants(ir::Graph& graph) {
  for (ir::Tensor& tensor : graph.tensors) {
    if (tensor.data || tensor.elements() != 0 || tensor.source_op >= 0) continue;
    const auto id = static_cast<ir::TensorId>(&tensor - graph.tensors.data());
    if (std::find(graph.inputs.begin(), graph.inputs.end(), id) != graph.inputs.end()) continue;
    tensor.data = std::make_shared<const std::vector<std::byte>>();
  }
}

ir::Graph import_graph(const TfliteFile& file) {
  check_operators_supported(file);
  ir::Graph graph;
  graph.name = file.name;
  graph.tensors = import_tensors(file);
  graph.inputs = ids_of(file.main->inputs(), graph, "an input");
  graph.outputs = ids_of(file.main->outputs(), graph, "an output");
  check_inputs_static(file, graph);
  for (std::size_t i = 0; i < count(file.main->operators()); ++i) {
    for (const ir::TensorId id :
         ids_of(member(file.main->operators(), i)->outputs(), graph, fmt::format("an output of layer {}", i))) {
      graph.tensor(id).source_op = static_cast<int>(i);
    }
  }
  find_empty_constants(graph);
  for (std::size_t i = 0; i < count(file.main->operators()); ++i) {
    const tflite::Operator& source = *member(file.main->operators(), i);
    ir::Op tensors{{},
                   ids_of(source.inputs(), graph, fmt::format("an input of layer {}", i), true),
                   ids_of(source.outputs(), graph, fmt::format("an output of layer {}", i))};
    const Layer layer{graph, source, builtin_of(code_of(file, source, i)), static_cast<int>(i), std::move(tensors)};
    graph.ops.push_back(import_operator(layer));
  }
  graph.labels = import_labels(file);
  return graph;
}

}  // namespace

ir::Graph parse_tflite(std::span<const std::byte> bytes, const std::string& name) {
  std::vector<std::byte> aligned;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::max_align_t) != 0) {
    aligned.assign(bytes.begin(), bytes.end());
    bytes = aligned;
  }
  ir::Graph graph = import_graph(open_tflite(bytes, name));
  ir::verify(graph);
  return graph;
}

ir::Graph read_tflite(const std::filesystem::path& file) {
  return parse_tflite(read_bytes(file), file.filename().string());
}

}  // namespace thimble::import
