// emulate/harness.cpp
#include "emulate/harness.h"

#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "emit/names.h"
#include "target/board.h"

namespace thimble::emulate {
namespace {

enum class Direction { in, out };

/// One input or output of the program as the harness sees it.
struct Slot {
  std::string function;              ///< "model_input", "model_output_1"
  ir::TensorId tensor = -1;          ///< In the arena.
  ir::TensorId end = ir::no_tensor;  ///< The model's own tensor, where the harness converts.
  std::string conversion;            ///< "model_quantize_input"
  std::string storage;               ///< The C array of the model's own values.
  std::string reader;                ///< "harness_read_row": supplies rows, for an input that is taken by rows.
  int rows = 1;                      ///< Of the tensor.
};

std::vector<Slot> slots_of(const ir::Graph& graph, Direction direction, const HarnessOptions& options) {
  const bool in = direction == Direction::in;
  const std::vector<ir::TensorId>& tensors = in ? graph.inputs : graph.outputs;
  const std::vector<ir::TensorId>& ends = in ? graph.input_ends : graph.output_ends;
  std::vector<Slot> slots;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string what = emit::numbered(in ? "input" : "output", i);
    Slot slot;
    slot.function = fmt::format("{}_{}", harness_program, what);
    slot.tensor = tensors[i];
    if (options.float_io && i < ends.size()) slot.end = ends[i];
    slot.conversion = fmt::format("{}_{}_{}", harness_program, in ? "quantize" : "dequantize", what);
    slot.storage = "harness_own_" + what;
    slots.push_back(std::move(slot));
  }
  return slots;
}

std::vector<Slot> input_slots(const ir::Graph& graph, const plan::Plan& plan, const HarnessOptions& options) {
  std::vector<Slot> slots = slots_of(graph, Direction::in, options);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!plan.takes_rows_of(slots[i].tensor)) continue;
    slots[i].reader = emit::numbered("harness_read_row", i);
    slots[i].conversion += "_row";
    slots[i].rows = plan::rows_of(graph.tensor(slots[i].tensor));
  }
  return slots;
}

ir::TensorId seen_by_caller(const Slot& slot) { return slot.end != ir::no_tensor ? slot.end : slot.tensor; }

const char* element_of(const ir::Tensor& tensor) { return tensor.type == ir::DataType::float32 ? "float" : "uint8_t"; }

std::string storage_definitions(const ir::Graph& graph, const std::vector<Slot>& slots) {
  std::string out;
  for (const Slot& slot : slots) {
    if (slot.end == ir::no_tensor) continue;
    const ir::Tensor& end = graph.tensor(slot.end);
    out += fmt::format("static {} {}[{}];\n", element_of(end), slot.storage, end.elements() / slot.rows);
  }
  return out;
}

/// How functions of the harness take the arena.
const char* arena_parameter(const plan::Plan& plan) {
  return plan.regions.empty() ? "void* arena" : "void* const* arena";
}

/// harness_input or harness_output: where the values of tensor `index` are, and how many bytes.
std::string accessor(const ir::Graph& graph, const plan::Plan& plan, const std::vector<Slot>& slots,
                     const std::string& name) {
  std::string out = fmt::format(
      "static inline harness_values {}({}, int index) {{\n  harness_values values = {{NULL, 0}};\n"
      "  (void)arena;\n  switch (index) {{\n",
      name, arena_parameter(plan));
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    const std::string at = !slot.reader.empty()        ? "NULL"
                           : slot.end != ir::no_tensor ? slot.storage
                                                       : fmt::format("(void*){}(arena)", slot.function);
    out += fmt::format("    case {}:\n      values.at = {};\n      values.bytes = {};\n      break;\n", i, at,
                       graph.tensor(seen_by_caller(slot)).bytes());
  }
  return out + "    default:\n      break;\n  }\n  return values;\n}\n\n";
}

/// The functions that supply rows to the program: from the file, converted on the way if need be.
std::string row_readers(const ir::Graph& graph, const std::vector<Slot>& inputs) {
  std::string out;
  std::int64_t position = 0;
  for (const Slot& slot : inputs) {
    const std::int64_t bytes = graph.tensor(seen_by_caller(slot)).bytes();
    if (!slot.reader.empty()) {
      const bool converts = slot.end != ir::no_tensor;
      out += fmt::format(
          "static inline int {0}(void* ctx, int32_t row, {1}* pixels) {{\n  (void)ctx;\n  {2}harness_supply({3} + "
          "(size_t)row * {4}, {5}, {4}){6};\n",
          slot.reader, graph.tensor(slot.tensor).type == ir::DataType::uint8 ? "uint8_t" : "int8_t",
          converts ? "if (" : "return ", position, bytes / slot.rows, converts ? slot.storage : "pixels",
          converts ? ") return 1" : "");
      if (converts) out += fmt::format("  {}({}, pixels);\n  return 0;\n", slot.conversion, slot.storage);
      out += "}\n\n";
    }
    position += bytes;
  }
  return out;
}

std::string invocation(const plan::Plan& plan, const std::vector<Slot>& inputs, const std::vector<Slot>& outputs) {
  std::string readers;
  std::string out = fmt::format("static inline int harness_invoke({}) {{\n  int status = 0;\n", arena_parameter(plan));
  for (const Slot& slot : inputs)
    if (!slot.reader.empty())
      readers += fmt::format(", {}, NULL", slot.reader);
    else if (slot.end != ir::no_tensor)
      out += fmt::format("  {}({}, {}(arena));\n", slot.conversion, slot.storage, slot.function);
  out += readers.empty() ? fmt::format("  {}_invoke(arena);\n", harness_program)
                         : fmt::format("  status = {}_invoke_rows(arena{});\n", harness_program, readers);
  for (const Slot& slot : outputs)
    if (slot.end != ir::no_tensor)
      out += fmt::format("  {}({}(arena), {});\n", slot.conversion, slot.function, slot.storage);
  return out + "  return status;\n}\n";
}

std::int64_t bytes_of(const ir::Graph& graph, const std::vector<Slot>& slots) {
  std::int64_t bytes = 0;
  for (const Slot& slot : slots) bytes += graph.tensor(seen_by_caller(slot)).bytes();
  return bytes;
}

/// The bytes of the arena, or of its pieces.
std::string arena_bytes(const plan::Plan& plan) {
  if (plan.regions.empty())
    return fmt::format("#define HARNESS_ARENA_BYTES ((size_t){}_arena_bytes)\n", harness_program);
  std::string pieces;
  for (std::size_t i = 0; i < plan.regions.size(); ++i)
    pieces += fmt::format(" define({0}, (size_t){1}_arena_{0}_bytes)", i, harness_program);
  return fmt::format("#define HARNESS_PIECES(define){}\n", pieces);
}

std::string model_header(const ir::Graph& graph, const plan::Plan& plan, const HarnessOptions& options) {
  const std::vector<Slot> inputs = input_slots(graph, plan, options);
  const std::vector<Slot> outputs = slots_of(graph, Direction::out, options);
  std::string out = "/* harness_model.h: the harness's view of the program that it runs. */\n";
  out += fmt::format("#include \"{}.h\"\n\n", harness_program);
  out += arena_bytes(plan);
  out += fmt::format("#define HARNESS_INPUT_BYTES ((size_t){})\n", bytes_of(graph, inputs));
  out += fmt::format("#define HARNESS_INPUTS {}\n#define HARNESS_OUTPUTS {}\n", inputs.size(), outputs.size());
  out += fmt::format("#define HARNESS_TENSORS {}\n\n", graph.tensors.size());
  out += storage_definitions(graph, inputs) + storage_definitions(graph, outputs) + "\n";
  return out + accessor(graph, plan, inputs, "harness_input") + accessor(graph, plan, outputs, "harness_output") +
         row_readers(graph, inputs) + invocation(plan, inputs, outputs);
}

void append(std::vector<std::byte>& out, const void* from, std::size_t bytes) {
  const std::size_t before = out.size();
  out.resize(before + bytes);
  std::memcpy(out.data() + before, from, bytes);
}

}  // namespace

std::vector<emit::File> harness_files(const ir::Graph& graph, const plan::Plan& plan, const HarnessOptions& options) {
  emit::EmitOptions program;
  program.name = harness_program;
  std::vector<emit::File> files;
  for (emit::File& file : emit::emit_program(graph, plan, program))
    if (file.path.ends_with(".c") ? file.path != "main.c" : file.path.ends_with(".h")) files.push_back(std::move(file));
  files.push_back({"harness_model.h", model_header(graph, plan, options)});
  for (const char* name : {"harness.h", "harness.c", "io.h", "io_stdio.c", "trace.h", "trace.c"})
    files.push_back({name, read_text(target::data_folder() / "boards" / "harness" / name)});
  return files;
}

std::vector<std::string> harness_sources(const HarnessOptions& options) {
  std::vector<std::string> sources{std::string(harness_program) + ".c", "harness.c"};
  if (options.trace) sources.emplace_back("trace.c");
  return sources;
}

std::vector<std::string> harness_flags(const HarnessOptions& options) {
  std::vector<std::string> flags{"-std=c99", "-ffp-contract=off", "-I."};
  if (options.trace) flags.insert(flags.end(), {"-DHARNESS_TRACE", "-include", "trace.h"});
  return flags;
}

std::vector<std::byte> pack_inputs(const ir::Graph& graph, std::span<const TensorValues> inputs,
                                   const HarnessOptions& options) {
  const std::vector<Slot> slots = slots_of(graph, Direction::in, options);
  std::vector<std::byte> out;
  const auto count = static_cast<std::uint32_t>(inputs.size());
  append(out, &count, sizeof count);
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    if (inputs[n].size() != slots.size())
      fail("{}: inference {} has {} inputs, the model takes {}", graph.name, n, inputs[n].size(), slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const ir::Tensor& tensor = graph.tensor(seen_by_caller(slots[i]));
      const Bytes& values = inputs[n][i];
      if (static_cast<std::int64_t>(values.size()) != tensor.bytes())
        fail("{}: inference {}: input \"{}\" has {} bytes, the model takes {} ({} {})", graph.name, n, tensor.name,
             values.size(), tensor.bytes(), ir::text_of(tensor.shape), ir::name_of(tensor.type));
      append(out, values.data(), values.size());
    }
  }
  return out;
}

std::vector<TensorValues> unpack_outputs(const ir::Graph& graph, std::span<const std::byte> file,
                                         std::size_t inferences, const HarnessOptions& options) {
  const std::vector<Slot> slots = slots_of(graph, Direction::out, options);
  const auto bytes_each = static_cast<std::size_t>(bytes_of(graph, slots));
  if (file.size() != bytes_each * inferences)
    fail("{}: the program wrote {} bytes of outputs, {} were expected", graph.name, file.size(),
         bytes_each * inferences);
  std::vector<TensorValues> outputs;
  for (std::size_t n = 0; n < inferences; ++n) {
    TensorValues values;
    for (const Slot& slot : slots) {
      const auto bytes = static_cast<std::size_t>(graph.tensor(seen_by_caller(slot)).bytes());
      values.emplace_back(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes));
      file = file.subspan(bytes);
    }
    outputs.push_back(std::move(values));
  }
  return outputs;
}

std::map<ir::TensorId, std::uint32_t> unpack_trace(std::span<const std::byte> file) {
  struct Entry {
    std::uint32_t rows, crc;
  };
  std::map<ir::TensorId, std::uint32_t> trace;
  for (std::size_t i = 0; (i + 1) * sizeof(Entry) <= file.size(); ++i) {
    Entry entry{};
    std::memcpy(&entry, file.data() + i * sizeof entry, sizeof entry);
    if (entry.rows > 0) trace[static_cast<ir::TensorId>(i)] = entry.crc;
  }
  return trace;
}

std::string harness_failure(int status) {
  switch (status) {
    case 10:
      return "the program cannot read inputs.bin";
    case 11:
      return "the program found fewer inputs in inputs.bin than it counts";
    case 12:
      return "the program cannot write outputs.bin";
    case 13:
      return "the program cannot write trace.bin";
    case 14:
      return "the program wrote beside its arena";
    default:
      return status > 128 ? fmt::format("the program was ended by signal {}", status - 128)
                          : fmt::format("the program ended with exit status {}", status);
  }
}

}  // namespace thimble::emulate
