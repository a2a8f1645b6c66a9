#include "emulate/measure.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "emulate/firmware.h"
#include "emulate/harness.h"
#include "emulate/pipeline_model.h"
#include "emulate/qemu.h"
#include "emulate/unicorn.h"
#include "marks.h"

namespace thimble::emulate {

namespace {

std::int64_t read_stack_mark(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_bytes(file);
  std::uint32_t used = 0;
  if (bytes.size() != sizeof used) fail("{}: the firmware did not measure its stack", file.string());
  std::memcpy(&used, bytes.data(), sizeof used);
  return used;
}

/// Bytes of the model's own inputs and outputs that the caller holds beside the arena, where the program converts them:
/// one row of an input that it takes row by row.
std::int64_t own_end_bytes(const ir::Graph& graph, const plan::Plan& plan) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < graph.input_ends.size(); ++i) {
    if (graph.input_ends[i] == ir::no_tensor) continue;
    const ir::TensorId inside = graph.inputs.at(i);
    const int pieces = plan.takes_rows_of(inside) ? plan::rows_of(graph.tensor(inside)) : 1;
    bytes += graph.tensor(graph.input_ends[i]).bytes() / pieces;
  }
  for (const ir::TensorId end : graph.output_ends) bytes += end != ir::no_tensor ? graph.tensor(end).bytes() : 0;
  return bytes;
}

/// Builds and boots one measuring firmware on one inference.
InstructionCounts count(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                        const TensorValues& input, const std::filesystem::path& folder,
                        const FirmwareOptions& options) {
  const std::filesystem::path elf = build_firmware(graph, plan, board, folder, options);
  write_bytes(folder / "inputs.bin", pack_inputs(graph, std::array{input}, options.harness));
  return boot_and_count(elf, board, folder);
}

/// Runs a firmware that `count` has built once more, block by block, and estimates its cycles.
CycleCounts estimate(const std::filesystem::path& folder, const target::Board& board, const PipelineModel& model) {
  const UnicornRun run =
      run_in_unicorn(folder / "firmware.elf", board, {{"inputs.bin", read_bytes(folder / "inputs.bin")}});
  return count_cycles(run.profile, model);
}

}  // namespace

bool fits(const Measurement& measured, const target::Board& board) {
  return measured.sram.total() <= board.sram_bytes && measured.flash.total() <= board.flash_bytes;
}

Measurement measure(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                    const TensorValues& input, const MeasureOptions& options) {
  FirmwareOptions firmware;
  firmware.measure = true;
  firmware.harness.float_io = options.float_io;
  firmware.optimize = options.optimize;

  Measurement measured;
  const TemporaryFolder folder;
  const std::filesystem::path plain = folder.path() / "plain";
  measured.instructions = count(graph, plan, board, input, plain, firmware).total;
  measured.outputs = unpack_outputs(graph, read_bytes(plain / "outputs.bin"), 1, firmware.harness).at(0);
  const bool has_pipeline = has_pipeline_model(board.core.name);
  const PipelineModel model = has_pipeline ? pipeline_model(board.core.name) : PipelineModel{};
  if (has_pipeline) {
    measured.cycles = estimate(plain, board, model);
    measured.estimated_cycles = measured.cycles.total.total(model);
  }
  const FirmwareSizes sizes = firmware_sizes(plain / "firmware.elf");
  measured.flash.weights = sizes.model_constants;
  measured.flash.code = sizes.model_code;
  measured.flash.firmware = sizes.image;
  measured.sram.arena = plan.arena_bytes;
  if (options.float_io) measured.sram.io = own_end_bytes(graph, plan);
  measured.sram.static_ = sizes.model_static;
  measured.sram.stack = read_stack_mark(plain / "stack.bin");

  if (options.layers && graph.ops.size() <= MARK_LAYERS) {
    firmware.layers = true;
    const std::filesystem::path marked = folder.path() / "layers";
    const InstructionCounts counts = count(graph, plan, board, input, marked, firmware);
    CycleCounts cycles;
    if (has_pipeline) cycles = estimate(marked, board, model);
    for (const auto& [op, instructions] : counts.layers) {
      measured.layers.push_back({op, instructions, has_pipeline ? cycles.layers[op].total(model) : 0});
    }
  }
  measured.flags = firmware_flags(board, options.optimize);
  measured.machine = board.core.qemu_machine + ", " + board.core.qemu_core;
  if (board.core.qemu_core != board.core.name) measured.machine += fmt::format(" running {} code", board.core.name);
  return measured;
}

}  // namespace thimble::emulate
