#include "base/files.h"
#include "emulate/execute.h"
#include "emulate/firmware.h"
#include "emulate/harness.h"
#include "emulate/qemu.h"

namespace thimble::emulate {

ExecuteResult execute_on_emulator(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                                  std::span<const TensorValues> inputs, const ExecuteOptions& options) {
  FirmwareOptions firmware;
  firmware.harness.trace = options.trace;
  firmware.harness.float_io = options.float_io;
  firmware.optimize = options.optimize;
  const std::vector<std::byte> packed = pack_inputs(graph, inputs, firmware.harness);

  const TemporaryFolder folder;
  const std::filesystem::path elf = build_firmware(graph, plan, board, folder.path(), firmware);
  write_bytes(folder.path() / "inputs.bin", packed);
  boot(elf, board, folder.path());

  ExecuteResult result;
  result.outputs = unpack_outputs(graph, read_bytes(folder.path() / "outputs.bin"), inputs.size(), firmware.harness);
  if (options.trace && !inputs.empty()) result.trace = unpack_trace(read_bytes(folder.path() / "trace.bin"));
  return result;
}

}  // namespace thimble::emulate
