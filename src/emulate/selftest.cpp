#include "emulate/selftest.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crc32.h"
#include "base/error.h"
#include "base/files.h"
#include "emulate/cycle_count.h"
#include "emulate/firmware.h"
#include "emulate/harness.h"
#include "emulate/pipeline_model.h"
#include "emulate/seeded_inputs.h"
#include "emulate/unicorn.h"
#include "reference/interpreter.h"

namespace thimble::emulate {

namespace {

void check_board(const target::Board& board) {
  if (board.is_host || board.large_memory) fail("{}: is no board; a self-test runs on one", board.name);
  if (board.core.name == "cortex-m0plus" || !has_pipeline_model(board.core.name)) {
    fail("{}: its {} has no cycle counter", board.name, board.core.name);
  }
}

ir::DataType input_type(const ir::Graph& graph) {
  const ir::DataType type = graph.tensor(graph.inputs.at(0)).type;
  for (const ir::TensorId id : graph.inputs) {
    const ir::Tensor& tensor = graph.tensor(id);
    if (tensor.type != type || (type != ir::DataType::int8 && type != ir::DataType::uint8)) {
      fail("{}: input \"{}\" is {}; a self-test makes up inputs of int8, or of uint8", graph.name, tensor.name,
           ir::name_of(tensor.type));
    }
  }
  return type;
}

std::uint32_t expected_crc(const ir::Graph& graph, const TensorValues& inputs) {
  Bytes all;
  for (const Bytes& output : reference::run(graph, inputs)) all.insert(all.end(), output.begin(), output.end());
  return crc32(all);
}

/// What the pipeline model says of each layer, without waits of memories.
std::map<int, Cycles> modelled_layers(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                                      const TensorValues& inputs) {
  FirmwareOptions firmware;
  firmware.measure = firmware.layers = true;
  const TemporaryFolder folder;
  const auto elf = build_firmware(graph, plan, board, folder.path(), firmware);
  const std::array inferences{inputs};
  const UnicornRun run = run_in_unicorn(elf, board, {{"inputs.bin", pack_inputs(graph, inferences, firmware.harness)}});
  return count_cycles(run.profile, pipeline_model(board.core.name)).layers;
}

std::string model_header(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  const TensorValues inputs = seeded_inputs(graph, graph.inputs);
  std::map<int, Cycles> layers = modelled_layers(graph, plan, board, inputs);
  const Json head = {{"selftest", 1},           {"board", board.name},
                     {"core", board.core.name}, {"clock_mhz", board.clock_mhz},
                     {"model", graph.name},     {"layers", graph.ops.size()}};
  std::string text =
      "/* selftest_model.h: the model's layers, what the pipeline model says of them, and the CRC-32 of its outputs. "
      "*/\n";
  text += "#include <stdint.h>\n\n";
  text += fmt::format("#define SELFTEST_HEAD {}\n", Json(head.dump()).dump());
  text += fmt::format("#define SELFTEST_CRC32 0x{:08X}U\n", expected_crc(graph, inputs));
  text += fmt::format("#define SELFTEST_INPUT_OFFSET {}U\n", input_type(graph) == ir::DataType::int8 ? 128 : 0);
  text += fmt::format("#define SELFTEST_OPS {}\n\n", graph.ops.size());
  text +=
      "typedef struct {\n  const char* name;\n  uint32_t macs, model_cycles, taken_branches, loaded_words;\n} "
      "selftest_op;\n\n";
  text += "static const selftest_op selftest_ops[SELFTEST_OPS] = {\n";
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const Cycles& cycles = layers[static_cast<int>(i)];
    text += fmt::format("    {{\"{}\", {}U, {}U, {}U, {}U}},\n", ir::name_of(graph.ops[i].kind),
                        ir::macs_of(graph, graph.ops[i]), std::llround(cycles.pipeline),
                        std::llround(cycles.taken_branches), std::llround(cycles.loaded_words));
  }
  return text + "};\n";
}

/// The linker's options for the memories that the arena lies in beside the first.
std::string region_sizes(const plan::Plan& plan, const target::Board& board) {
  std::string options;
  for (std::size_t i = 1; i < plan.regions.size(); ++i) {
    const auto region = std::ranges::find(board.regions, plan.regions[i].name, &target::MemoryRegion::name);
    options += fmt::format(" \\\n      -Wl,--defsym=firmware_region_{}_bytes={}", i, region->bytes);
  }
  return options;
}

/// The compiler's options that put them there.
std::string sections_of_pieces(const plan::Plan& plan) {
  std::string options;
  for (std::size_t i = 1; i < plan.regions.size(); ++i)
    options += fmt::format(" \\\n      '-DHARNESS_ARENA_{0}_ATTRIBUTE=__attribute__((section(\".arena_{0}\")))'", i);
  return options;
}

/// Where the user has to put the pieces of an arena that lies in several memories.
std::string places_of_pieces(const plan::Plan& plan) {
  if (plan.regions.empty()) return "";
  std::string places;
  for (std::size_t i = 1; i < plan.regions.size(); ++i)
    places += fmt::format("{}HARNESS_ARENA_{}_ATTRIBUTE for {}", i == 1 ? "" : ", ", i, plan.regions[i].name);
  return fmt::format(
      "   The arena is in {} pieces, the first in {}. Give each other one the section that the linker script has in "
      "its\n"
      "   memory, `'-DHARNESS_ARENA_1_ATTRIBUTE=__attribute__((section(\"...\")))'`: {}.\n",
      plan.regions.size(), plan.regions[0].name, places);
}

std::string readme(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  return fmt::format(R"(# Self-test of {model} on {board}

`main.c` runs the model twice on a made-up input, counts the core's cycles in each layer of the second run, compares the
CRC-32 of the outputs with the reference interpreter's, and prints JSON, one object a line.

## On a board

1. Make an empty C project for the board with its vendor's tools, which gives start-up code, linker script and clocks.
   Set the clock to {clock} MHz, switch the instruction and data caches on (Cortex-M7), and note the flash wait states.
2. Add `main.c`, `model.c` and `selftest_putchar.c`; replace the body of `selftest_putchar` by one that writes to a serial
   port. Compile with

       {flags} -O3 -std=c99 -ffp-contract=off -include selftest.h -I.

{places}3. Flash it, record what it prints, and send it to us or run `thimble calibrate board.log`.

## In the emulator

Shows that everything is there: the report goes to standard error, and its cycles are 0, because QEMU has no cycle counter.

    arm-none-eabi-gcc {flags} -O3 -std=c99 -ffp-contract=off -include selftest.h -I. -Iemulator \
      -ffunction-sections -fdata-sections '-DHARNESS_ARENA_ATTRIBUTE=__attribute__((section(".arena")))'{sections} \
      main.c model.c selftest_putchar.c emulator/startup.c emulator/semihosting.c \
      -nostartfiles --specs=nano.specs -Wl,--gc-sections -Wl,--defsym=firmware_stack_bytes=3072 \
      -Wl,--defsym=firmware_flash_bytes={flash} -Wl,--defsym=firmware_sram_bytes={sram}{regions} \
      -Lemulator -T board.ld -o selftest.elf
    qemu-system-arm -M {machine} -display none -monitor none -serial none \
      -semihosting-config enable=on,target=native -kernel selftest.elf
)",
                     fmt::arg("model", graph.name), fmt::arg("board", board.name), fmt::arg("clock", board.clock_mhz),
                     fmt::arg("flags", fmt::join(board.core.compile_flags, " ")), fmt::arg("flash", board.flash_bytes),
                     fmt::arg("sram", board.sram_bytes), fmt::arg("regions", region_sizes(plan, board)),
                     fmt::arg("sections", sections_of_pieces(plan)), fmt::arg("places", places_of_pieces(plan)),
                     fmt::arg("machine", board.core.qemu_machine));
}

bool belongs(const std::string& path) {
  return path != "harness.c" && path != "io.h" && path != "io_stdio.c" && path != "trace.h" && path != "trace.c";
}

}  // namespace

std::vector<emit::File> selftest_files(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  check_board(board);
  (void)input_type(graph);
  std::vector<emit::File> files;
  for (emit::File& file : harness_files(graph, plan, {})) {
    if (belongs(file.path)) files.push_back(std::move(file));
  }
  const auto boards = target::data_folder() / "boards";
  for (const char* name : {"main.c", "selftest.h", "selftest_putchar.c"}) {
    files.push_back({name, read_text(boards / "selftest" / name)});
  }
  for (const char* name : {"startup.c", "semihosting.h", "semihosting.c", "sections.ld", "board.ld"}) {
    files.push_back({fmt::format("emulator/{}", name), read_text(boards / "firmware" / name)});
  }
  files.push_back({"emulator/io.h", read_text(boards / "harness" / "io.h")});
  files.push_back({"selftest_model.h", model_header(graph, plan, board)});
  files.push_back({"README.md", readme(graph, plan, board)});
  return files;
}

}  // namespace thimble::emulate
