#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/error.h"
#include "base/json.h"
#include "base/npy.h"
#include "cli/backend.h"
#include "cli/verbs.h"

namespace thimble::cli {

namespace {

struct RunOptions {
  ModelOptions model;
  PlanningOptions planning;
  Backend backend = Backend::reference;
  std::vector<std::filesystem::path> inputs;
  std::vector<std::filesystem::path> outputs;
  std::filesystem::path trace;
  bool quantized_io = false;
};

std::string dtype_of(ir::DataType type) {
  switch (type) {
    case ir::DataType::uint8:
      return "|u1";
    case ir::DataType::int16:
      return "<i2";
    case ir::DataType::int32:
      return "<i4";
    case ir::DataType::int64:
      return "<i8";
    case ir::DataType::float32:
      return "<f4";
    case ir::DataType::boolean:
      return "|b1";
    case ir::DataType::int8:
    case ir::DataType::int4:
      break;
  }
  return "|i1";
}

/// The inferences in one .npy file for one input tensor: the tensor's own shape is one, a larger leading dimension N.
std::vector<emulate::Bytes> read_inferences(const std::filesystem::path& file, const ir::Tensor& tensor) {
  const Array array = read_npy(file);
  if (array.dtype != dtype_of(tensor.type)) {
    fail("{}: holds {}, input \"{}\" is {} ({})", file.string(), array.dtype, tensor.name, dtype_of(tensor.type),
         ir::name_of(tensor.type));
  }
  const auto size = static_cast<std::size_t>(tensor.bytes());
  if (size == 0 || array.bytes.empty() || array.bytes.size() % size != 0) {
    fail("{}: shape ({}) does not hold inferences of input \"{}\", {}", file.string(), fmt::join(array.shape, ", "),
         tensor.name, ir::text_of(tensor.shape));
  }
  std::vector<emulate::Bytes> inferences;
  for (std::size_t at = 0; at < array.bytes.size(); at += size) {
    const auto begin = array.bytes.begin() + static_cast<std::ptrdiff_t>(at);
    inferences.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
  }
  return inferences;
}

std::vector<emulate::TensorValues> read_inputs(const RunOptions& options, const ir::Graph& graph,
                                               const std::vector<ir::TensorId>& tensors) {
  if (options.inputs.size() != tensors.size()) {
    throw Error(
        fmt::format("{}: has {} inputs, {} --input were given", graph.name, tensors.size(), options.inputs.size()),
        "repeat --input in the model's order; `thimble inspect --json` lists the inputs");
  }
  std::vector<emulate::TensorValues> inferences;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    auto values = read_inferences(options.inputs[t], graph.tensor(tensors[t]));
    if (t == 0) inferences.resize(values.size());
    if (values.size() != inferences.size()) {
      fail("{}: holds {} inferences, {} holds {}", options.inputs[t].string(), values.size(),
           options.inputs[0].string(), inferences.size());
    }
    for (std::size_t i = 0; i < values.size(); ++i) inferences[i].push_back(std::move(values[i]));
  }
  return inferences;
}

void write_outputs(const RunOptions& options, const ir::Graph& graph, const std::vector<ir::TensorId>& tensors,
                   const std::vector<emulate::TensorValues>& inferences) {
  for (std::size_t t = 0; t < options.outputs.size(); ++t) {
    const ir::Tensor& tensor = graph.tensor(tensors[t]);
    Array array;
    array.dtype = dtype_of(tensor.type);
    for (const int size : tensor.shape) array.shape.push_back(static_cast<std::size_t>(size));
    if (array.shape.empty() || array.shape[0] != 1) array.shape.insert(array.shape.begin(), 1);
    array.shape[0] = inferences.size();
    for (const emulate::TensorValues& inference : inferences) {
      array.bytes.insert(array.bytes.end(), inference[t].begin(), inference[t].end());
    }
    write_npy(options.outputs[t], array);
  }
}

/// One entry for each op of the source model whose output tensor still exists.
Json trace_json(const ir::Graph& graph, const std::map<ir::TensorId, std::uint32_t>& crcs) {
  std::map<int, Json> by_op;
  for (const auto& [id, crc] : crcs) {
    const ir::Tensor& tensor = graph.tensor(id);
    if (tensor.source_op < 0) continue;
    by_op[tensor.source_op] = {
        {"index", tensor.source_op}, {"name", tensor.name}, {"crc32", fmt::format("{:08x}", crc)}};
  }
  Json list = Json::array();
  for (auto& [op, entry] : by_op) list.push_back(std::move(entry));
  return list;
}

void run(const RunOptions& options) {
  const ir::Graph graph = options.model.simplified();
  const auto in_tensors = options.quantized_io ? graph.inputs : own_inputs(graph);
  const auto out_tensors = options.quantized_io ? graph.outputs : own_outputs(graph);
  if (options.outputs.size() > out_tensors.size()) {
    fail("{}: has {} outputs, {} --output were given", graph.name, out_tensors.size(), options.outputs.size());
  }
  std::vector<emulate::TensorValues> inferences = read_inputs(options, graph, in_tensors);
  if (!options.quantized_io) {
    for (emulate::TensorValues& values : inferences) values = quantize_inputs(graph, values);
  }
  emulate::ExecuteResult result = execute(graph, options.backend, options.planning, inferences, !options.trace.empty());
  if (!options.quantized_io) {
    for (emulate::TensorValues& values : result.outputs) values = dequantize_outputs(graph, values);
  }
  write_outputs(options, graph, out_tensors, result.outputs);
  if (!options.trace.empty()) write_json(options.trace, trace_json(graph, result.trace));
  fmt::print("{}: {} inference{} done\n", graph.name, inferences.size(), inferences.size() == 1 ? "" : "s");
}

}  // namespace

void add_run(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("run", "Run a model on .npy tensors");
  verb->footer("Example: thimble run person.tflite --input x.npy --output y.npy --backend emulator");
  auto options = std::make_shared<RunOptions>();
  options->planning.board = "emulator";
  options->model.add_to(*verb);
  options->planning.add_with_compiler_to(*verb);
  add_backend(*verb, options->backend, Backend::reference);
  verb->add_option(
          "--input", options->inputs,
          "A .npy file of the input's type and shape, as `thimble inspect` lists them; a leading dimension N runs "
          "N inferences. One --input for each input, in the model's order")
      ->required()
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--output", options->outputs, "A .npy file to write; one --output for each output")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--trace", options->trace,
                   "Also write the CRC-32 of every operator's output in the first inference, as JSON")
      ->type_name("FILE");
  verb->add_flag("--quantized-io", options->quantized_io,
                 "Take and give the quantized tensors behind the model's QUANTIZE and DEQUANTIZE");
  verb->callback([options] { run(*options); });
}

}  // namespace thimble::cli
