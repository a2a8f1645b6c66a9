#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "ir/dump.h"

namespace thimble::cli {

namespace {

struct InspectOptions {
  ModelOptions model;
  bool dump = false;
  std::filesystem::path json;
};

std::string tensor_text(const ir::Tensor& tensor) {
  return fmt::format("{} {}", ir::text_of(tensor.shape), ir::name_of(tensor.type));
}

Json tensor_json(const ir::Tensor& tensor) {
  Json json = {{"name", tensor.name}, {"shape", tensor.shape}, {"type", ir::name_of(tensor.type)}};
  if (tensor.quantization && tensor.quantization->scale.size() == 1) {
    json["scale"] = tensor.scale();
    json["zero_point"] = tensor.zero_point();
  }
  return json;
}

void inspect(const InspectOptions& options) {
  const ir::Graph graph = options.model.simplified();
  if (options.dump) fmt::print("{}", ir::dump(graph));
  Json layers = Json::array();
  if (!options.dump)
    fmt::print("{:>5} {:<18} {:<22} {:<22} {:>12}  {}\n", "layer", "op", "input", "output", "MACs", "name");
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    const ir::Tensor& in = graph.tensor(op.inputs.at(0));
    const ir::Tensor& out = graph.tensor(op.outputs.at(0));
    const std::int64_t macs = ir::macs_of(graph, op);
    if (!options.dump) {
      fmt::print("{:>5} {:<18} {:<22} {:<22} {:>12}  {}\n", out.source_op >= 0 ? out.source_op : static_cast<int>(i),
                 ir::name_of(op.kind), tensor_text(in), tensor_text(out), macs, out.name);
    }
    layers.push_back(
        {{"index", out.source_op}, {"op", ir::name_of(op.kind)}, {"macs", macs}, {"output", tensor_json(out)}});
  }
  Json inputs = Json::array();
  Json outputs = Json::array();
  for (const ir::TensorId id : graph.inputs) inputs.push_back(tensor_json(graph.tensor(id)));
  for (const ir::TensorId id : graph.outputs) outputs.push_back(tensor_json(graph.tensor(id)));
  if (!options.dump) {
    fmt::print("\n{} layer{}, {:.2f} M MACs, {} bytes of constants\n", graph.ops.size(),
               graph.ops.size() == 1 ? "" : "s", static_cast<double>(ir::macs_of(graph)) / 1e6,
               plan::constant_bytes(graph));
  }
  if (!options.json.empty()) {
    write_json(options.json, {{"name", graph.name},
                              {"macs", {{"model", ir::macs_of(graph)}}},
                              {"constants", plan::constant_bytes(graph)},
                              {"inputs", inputs},
                              {"outputs", outputs},
                              {"layers", layers}});
  }
}

}  // namespace

void add_inspect(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("inspect", "List the layers of a model");
  verb->footer("Example: thimble inspect person.tflite --passes none");
  auto options = std::make_shared<InspectOptions>();
  options->model.add_file_to(*verb);
  verb->add_flag("--dump", options->dump, "Print the graph as text that can be compared");
  add_json(*verb, options->json);
  verb->callback([options] { inspect(*options); });
}

}  // namespace thimble::cli
