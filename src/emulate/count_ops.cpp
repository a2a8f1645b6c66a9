#include "emulate/count_ops.h"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/files.h"
#include "emulate/cycle_count.h"
#include "emulate/firmware.h"
#include "emulate/harness.h"
#include "emulate/pipeline_model.h"
#include "emulate/seeded_inputs.h"
#include "emulate/unicorn.h"

namespace thimble::emulate {

std::vector<cost::Cost> count_ops(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  FirmwareOptions firmware;
  firmware.measure = firmware.layers = true;
  const TemporaryFolder folder;
  const std::filesystem::path elf = build_firmware(graph, plan, board, folder.path(), firmware);
  const std::array inferences{seeded_inputs(graph, graph.inputs)};
  const UnicornRun run = run_in_unicorn(elf, board, {{"inputs.bin", pack_inputs(graph, inferences, firmware.harness)}});

  std::vector<cost::Cost> costs(graph.ops.size());
  for (const auto& [op, instructions] : run.counts.layers) {
    costs.at(static_cast<std::size_t>(op)).instructions = static_cast<double>(instructions);
  }
  if (!has_pipeline_model(board.core.name)) return costs;
  const PipelineModel model = pipeline_model(board.core.name);
  for (const auto& [op, cycles] : count_cycles(run.profile, model).layers) {
    if (op >= 0) costs.at(static_cast<std::size_t>(op)).cycles = cycles.total(model);
  }
  return costs;
}

ir::Graph side_by_side(std::span<const ir::Graph> graphs) {
  ir::Graph all;
  all.name = "side_by_side";
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    const ir::Graph& one = graphs[i];
    const int offset = static_cast<int>(all.tensors.size());
    const auto moved = [offset](std::vector<ir::TensorId> ids) {
      for (ir::TensorId& id : ids) id += id != ir::no_tensor ? offset : 0;
      return ids;
    };
    for (ir::Tensor tensor : one.tensors) {
      tensor.name = fmt::format("graph{}_{}", i, tensor.name);
      all.tensors.push_back(std::move(tensor));
    }
    for (const ir::Op& op : one.ops) all.ops.push_back({op.kind, moved(op.inputs), moved(op.outputs)});
    for (const ir::TensorId id : moved(one.inputs)) all.inputs.push_back(id);
    for (const ir::TensorId id : moved(one.outputs)) all.outputs.push_back(id);
  }
  return all;
}

}  // namespace thimble::emulate
