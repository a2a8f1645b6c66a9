#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/backend.h"
#include "cli/verbs.h"
#include "emulate/measure.h"
#include "emulate/measurement_report.h"

namespace thimble::cli {

namespace {

struct BenchOptions {
  ModelOptions model;
  PlanningOptions planning;
  bool float_io = false;
  bool no_layers = false;
  std::uint32_t seed = 0;
  std::filesystem::path json;
};

/// The made-up input that docs/numbers.md defines, running on from one input tensor to the next.
emulate::TensorValues seeded_inputs(const ir::Graph& graph, const std::vector<ir::TensorId>& tensors,
                                    std::uint32_t seed) {
  emulate::TensorValues inputs;
  std::uint32_t index = seed;
  for (const ir::TensorId id : tensors) {
    const ir::Tensor& tensor = graph.tensor(id);
    emulate::Bytes bytes(static_cast<std::size_t>(tensor.bytes()));
    for (std::int64_t i = 0; i < tensor.elements(); ++i, ++index) {
      const int value = static_cast<int>(((index * 1103515245U + 12345U) >> 16) & 0xFFU) - 128;
      const auto at = static_cast<std::size_t>(i);
      if (tensor.type == ir::DataType::float32) {
        const float real = static_cast<float>(value) / 128.0F;
        std::memcpy(bytes.data() + at * sizeof real, &real, sizeof real);
      } else {
        bytes.at(at) = static_cast<std::byte>(tensor.type == ir::DataType::uint8 ? value + 128 : value);
      }
    }
    inputs.push_back(std::move(bytes));
  }
  return inputs;
}

void bench(const BenchOptions& options) {
  target::Board board = options.planning.chosen_board();
  const ir::Graph graph = options.model.simplified();
  const plan::Plan plan = options.planning.planned(graph, board);
  if (options.planning.ignore_budget) {
    board = target::without_budget(board);
  } else {
    check_budget(graph, plan, board);
  }
  emulate::MeasureOptions measuring;
  measuring.float_io = options.float_io;
  measuring.layers = !options.no_layers;
  const auto inputs = seeded_inputs(graph, options.float_io ? own_inputs(graph) : graph.inputs, options.seed);
  const emulate::Measurement measured = emulate::measure(graph, plan, board, inputs, measuring);
  fmt::print("{}", emulate::text_of(measured, graph, plan, board));
  if (!options.json.empty()) write_json(options.json, emulate::to_json(measured, graph, plan, board));
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("bench", "Build the firmware, run it on the emulated core, and measure it");
  verb->footer(
      "Example: thimble bench person.tflite --board stm32f746 --json person.json\n"
      "docs/numbers.md says what each number means.");
  auto options = std::make_shared<BenchOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  verb->add_flag("--float-io", options->float_io, "Count the QUANTIZE and DEQUANTIZE at the model's ends too");
  verb->add_flag("--no-layers", options->no_layers, "Do not count each layer");
  verb->add_option("--input-seed", options->seed, "Seed of the made-up input")->capture_default_str();
  add_json(*verb, options->json);
  verb->callback([options] { bench(*options); });
}

}  // namespace thimble::cli
