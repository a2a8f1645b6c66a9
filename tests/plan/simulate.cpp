#include "simulate.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <stdexcept>
#include <variant>

#include "ir/tiled_block.h"

namespace thimble::testing {
namespace {

using reference::Bytes;

struct OutOfMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Bytes random_bytes(std::size_t count, std::mt19937& random) {
  Bytes bytes(count);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(random()); });
  return bytes;
}

bool runs_at_once(const ir::Operator& kind) {
  if (const auto* mean = std::get_if<ir::Mean>(&kind))
    return std::find(mean->axes.begin(), mean->axes.end(), 1) != mean->axes.end();
  return std::holds_alternative<ir::FullyConnected>(kind) || std::holds_alternative<ir::Reshape>(kind) ||
         std::holds_alternative<ir::Transpose>(kind) || std::holds_alternative<ir::Concat>(kind) ||
         std::holds_alternative<ir::Softmax>(kind);
}

class Simulation {
 public:
  Simulation(const ir::Graph& graph, const plan::Plan& plan, unsigned seed)
      : graph_(graph), plan_(plan), random_(seed) {
    std::int64_t bytes = 0;
    for (auto region = plan.regions.rbegin(); region != plan.regions.rend(); ++region) {
      region_begins_.insert(region_begins_.begin(), bytes);
      bytes += region->bytes;
    }
    if (plan.regions.empty()) bytes = std::max<std::int64_t>(plan.arena_bytes, 0);
    arena_ = random_bytes(static_cast<std::size_t>(bytes), random_);
  }

  std::vector<Bytes> run(std::span<const Bytes> inputs) {
    inputs_ = inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (!plan_.takes_rows_of(graph_.inputs[i])) scatter(graph_.inputs[i], inputs[i], 0, rows(graph_.inputs[i]));
    for (const plan::Stage& stage : plan_.stages)
      for (int iteration = 0; iteration < stage.iterations; ++iteration)
        for (const plan::Step& step : stage.steps) run_step(step, iteration);
    std::vector<Bytes> outputs;
    for (const ir::TensorId id : graph_.outputs) outputs.push_back(gather(id));
    return outputs;
  }

 private:
  int rows(ir::TensorId id) const { return plan::rows_of(graph_.tensor(id)); }

  /// `bytes` bytes, so many behind the byte of the arena at `base`: in the region of that one.
  std::byte* memory(std::int64_t base, std::int64_t behind, std::int64_t bytes) {
    const plan::ArenaByte byte = plan_.byte_at(base);
    const std::int64_t begin = region_begins_.empty() ? 0 : region_begins_[static_cast<std::size_t>(byte.region)];
    const std::int64_t address = begin + byte.offset + behind;
    if (address < 0 || bytes < 0 || address + bytes > static_cast<std::int64_t>(arena_.size()))
      throw OutOfMemory("outside the arena");
    return arena_.data() + address;
  }

  std::byte* row(ir::TensorId id, int r) {
    const plan::Placement* placement = plan_.find(id);
    if (placement == nullptr || placement->ring_rows < 1) throw OutOfMemory("no place");
    const plan::Buffer& buffer = plan_.buffers.at(static_cast<std::size_t>(placement->buffer));
    const std::int64_t slot = (std::int64_t{r} * placement->ring_step + placement->ring_shift) % placement->ring_rows;
    return memory(buffer.offset + placement->offset, slot * placement->row_bytes,
                  plan::row_bytes_of(graph_.tensor(id)));
  }

  Bytes gather(ir::TensorId id) {
    const auto row_bytes = static_cast<std::size_t>(plan::row_bytes_of(graph_.tensor(id)));
    Bytes values;
    for (int r = 0; r < rows(id); ++r) {
      const std::byte* begin = row(id, r);
      values.insert(values.end(), begin, begin + row_bytes);
    }
    return values;
  }

  void scatter(ir::TensorId id, const Bytes& values, int first, int count) {
    const auto row_bytes = static_cast<std::ptrdiff_t>(plan::row_bytes_of(graph_.tensor(id)));
    for (int r = first; r < first + count; ++r) std::copy_n(values.begin() + r * row_bytes, row_bytes, row(id, r));
  }

  void spoil_scratch(const plan::Step& step) {
    if (step.kernel.scratch_bytes == 0) return;
    if (step.scratch_buffer < 0) throw OutOfMemory("no scratch");
    std::byte* begin = memory(plan_.scratch_of(step), 0, step.kernel.scratch_bytes) + step.kernel.kept_bytes;
    std::generate_n(begin, step.kernel.scratch_bytes - step.kernel.kept_bytes,
                    [&] { return static_cast<std::byte>(random_()); });
  }

  /// The caller has each row once: whichever row the program asks for, it gets the next one.
  void take_rows(const plan::Step& step, int first) {
    const auto found = std::find(graph_.inputs.begin(), graph_.inputs.end(), step.input);
    if (found == graph_.inputs.end()) throw OutOfMemory("no input");
    const Bytes& values = inputs_[static_cast<std::size_t>(found - graph_.inputs.begin())];
    const auto row_bytes = static_cast<std::ptrdiff_t>(plan::row_bytes_of(graph_.tensor(step.input)));
    for (int r = first; r < first + step.rows.count; ++r) {
      const int next = taken_[step.input]++;
      if (r < 0 || r >= rows(step.input) || next >= rows(step.input)) throw OutOfMemory("rows that do not exist");
      std::copy_n(values.begin() + next * row_bytes, row_bytes, row(step.input, r));
    }
  }

  /// Adds rows to sums of int32 in the scratch; with the last row come the means.
  void sum_up(const plan::Step& step, const ir::Op& op, int first) {
    const ir::Tensor& in = graph_.tensor(op.inputs[0]);
    const auto channels = static_cast<std::size_t>(in.shape[3]);
    if (step.scratch_buffer < 0) throw OutOfMemory("no scratch");
    std::byte* const scratch = memory(plan_.scratch_of(step), 0, step.kernel.scratch_bytes);
    if (first < 0 || first + step.rows.count > rows(op.inputs[0])) throw OutOfMemory("rows that do not exist");
    std::vector<std::int32_t> sums(channels);
    if (first > 0) std::memcpy(sums.data(), scratch, channels * sizeof(std::int32_t));
    for (int r = first; r < first + step.rows.count; ++r) {
      const std::byte* pixel = row(op.inputs[0], r);
      for (int x = 0; x < in.shape[2]; ++x)
        for (std::size_t c = 0; c < channels; ++c, ++pixel) sums[c] += static_cast<std::int8_t>(*pixel);
    }
    std::memcpy(scratch, sums.data(), channels * sizeof(std::int32_t));
    if (first + step.rows.count == rows(op.inputs[0]))
      scatter(op.outputs[0], mean_of(op, sums), 0, rows(op.outputs[0]));
  }

  /// The means of an image that has these sums; of garbage there may be none.
  Bytes mean_of(const ir::Op& op, const std::vector<std::int32_t>& sums) {
    const ir::Tensor& in = graph_.tensor(op.inputs[0]);
    const std::size_t channels = sums.size();
    const std::size_t pixels = static_cast<std::size_t>(in.bytes()) / channels;
    Bytes image(static_cast<std::size_t>(in.bytes()));
    for (std::size_t c = 0; c < channels; ++c) {
      std::int32_t left = sums[c];
      for (std::size_t i = 0; i < pixels; ++i) {
        const std::int32_t value = std::clamp(left, -128, 127);
        image[i * channels + c] = static_cast<std::byte>(value);
        left -= value;
      }
    }
    return reference::evaluate(graph_, op, std::vector<Bytes>{image}).at(0);
  }

  void run_step(const plan::Step& step, int iteration) {
    const int first = step.rows.first + iteration * step.rows.advance;
    if (step.input != ir::no_tensor) {
      take_rows(step, first);
      return;
    }
    const ir::Op& op = graph_.ops.at(static_cast<std::size_t>(step.op));
    if (step.kernel.accumulates) {
      sum_up(step, op, first);
      return;
    }
    if (first < 0 || step.rows.count < 0 || first + step.rows.count > rows(op.outputs[0]))
      throw OutOfMemory("rows that do not exist");
    if (step.kernel.driver == "thimble_dwconv_rows") {
      run_by_channels(step, op, first);
      return;
    }
    if (std::holds_alternative<ir::TiledBlock>(op.kind)) {
      run_tiles(step, op, first);
      return;
    }
    if (runs_at_once(op.kind)) {
      compute(step, op, first, step.rows.count);
      return;
    }
    for (int r = first; r < first + step.rows.count; ++r) compute(step, op, r, 1);
  }

  /// A depthwise kernel with a copy of the rows under the window: for every few channels of the output, all rows.
  void run_by_channels(const plan::Step& step, const ir::Op& op, int first) {
    const auto& conv = std::get<ir::DepthwiseConv2D>(op.kind);
    const ir::Tensor& in = graph_.tensor(op.inputs[0]);
    const int window = (graph_.tensor(op.inputs[1]).shape[1] - 1) * conv.dilation_h + 1;
    const int in_channels = in.shape[3];
    const int multiplier = graph_.tensor(op.outputs[0]).shape[3] / in_channels;
    const int group = 1 + static_cast<int>(random_() % 4);
    for (int c = 0; c < in_channels; c += group) {
      const int end = std::min(c + group, in_channels);
      Bytes copy = random_bytes(static_cast<std::size_t>(in.bytes()), random_);
      int next = first * conv.stride_h - conv.padding.top;
      for (int r = first; r < first + step.rows.count; ++r) {
        spoil_scratch(step);
        for (; next < r * conv.stride_h - conv.padding.top + window; ++next)
          if (next >= 0 && next < in.shape[1]) copy_channels(op.inputs[0], next, c, end, copy);
        const Bytes output = evaluate_on(op, copy);
        store_channels(op.outputs[0], r, c * multiplier, end * multiplier, output);
      }
    }
    spoil_scratch(step);
  }

  /// Bands of tiles: columns are written before those to the right of them are read. Rows of the expansion that are
  /// kept lie in the scratch.
  void run_tiles(const plan::Step& step, const ir::Op& op, int first) {
    const auto& block = std::get<ir::TiledBlock>(op.kind);
    const auto [expansion, filter, projection] = ir::layers_of(op);
    const ir::Tensor& expanded = graph_.tensor(block.expanded);
    const auto row_bytes = static_cast<std::ptrdiff_t>(plan::row_bytes_of(expanded));
    const int kept = ir::kept_rows(graph_, op);
    const auto kept_row = [&](int y) { return memory(plan_.scratch_of(step), (y % kept) * row_bytes, row_bytes); };
    const int last = first + step.rows.count;
    for (int r = first; r < last;) {
      const ir::Band band = ir::band_of(graph_, op, r);
      const int end = std::min(band.end, last);
      const int top = r * block.filter.stride_h - block.filter.padding.top;
      const int y0 = std::max(top, 0);
      const int bottom = top + (end - r - 1) * block.filter.stride_h + graph_.tensor(op.inputs[3]).shape[1];
      const int y1 = std::min(bottom, rows(block.expanded));
      const int new_row = kept > 0 && r > 0 ? std::clamp(top + kept, y0, y1) : y0;
      spoil_scratch(step);
      Bytes image = random_bytes(static_cast<std::size_t>(expanded.bytes()), random_);
      for (int x = 0; x < graph_.tensor(op.outputs[0]).shape[2]; x += block.columns) {
        const Bytes computed = evaluate_on(expansion, gather(op.inputs[0]));
        for (int y = y0; y < y1; ++y)
          std::copy_n(y < new_row ? kept_row(y) : computed.data() + y * row_bytes, row_bytes,
                      image.begin() + y * row_bytes);
        store_columns(op.outputs[0], r, end, x, x + block.columns, evaluate_on(projection, evaluate_on(filter, image)));
      }
      for (int y = std::max(y1 - kept, new_row); y < y1; ++y)
        std::copy_n(image.begin() + y * row_bytes, row_bytes, kept_row(y));
      r = end;
    }
  }

  /// Columns [begin, end) of rows [first, last).
  void store_columns(ir::TensorId id, int first, int last, int begin, int end, const Bytes& values) {
    const ir::Shape& shape = graph_.tensor(id).shape;
    const int stop = std::min(end, shape[2]);
    for (int r = first; r < last; ++r)
      std::copy_n(values.begin() + (r * shape[2] + begin) * shape[3], (stop - begin) * shape[3],
                  row(id, r) + begin * shape[3]);
  }

  void copy_channels(ir::TensorId id, int r, int begin, int end, Bytes& copy) {
    const ir::Shape& shape = graph_.tensor(id).shape;
    const std::byte* from = row(id, r);
    for (int x = 0; x < shape[2]; ++x)
      for (int c = begin; c < end; ++c)
        copy[static_cast<std::size_t>((r * shape[2] + x) * shape[3] + c)] = from[x * shape[3] + c];
  }

  void store_channels(ir::TensorId id, int r, int begin, int end, const Bytes& values) {
    const ir::Shape& shape = graph_.tensor(id).shape;
    std::byte* to = row(id, r);
    for (int x = 0; x < shape[2]; ++x)
      for (int c = begin; c < end; ++c)
        to[x * shape[3] + c] = values[static_cast<std::size_t>((r * shape[2] + x) * shape[3] + c)];
  }

  /// The output of a convolution of `image`.
  Bytes evaluate_on(const ir::Op& op, const Bytes& image) {
    std::vector<Bytes> inputs{image};
    for (std::size_t i = 1; i < op.inputs.size(); ++i)
      inputs.push_back(op.inputs[i] == ir::no_tensor ? Bytes() : *graph_.tensor(op.inputs[i]).data);
    return reference::evaluate(graph_, op, inputs).at(0);
  }

  /// A kernel uses its scratch from before its first read to after its last write.
  void compute(const plan::Step& step, const ir::Op& op, int first, int count) {
    spoil_scratch(step);
    std::vector<Bytes> inputs;
    for (const ir::TensorId id : op.inputs) {
      if (id == ir::no_tensor)
        inputs.emplace_back();
      else if (graph_.tensor(id).is_constant())
        inputs.push_back(*graph_.tensor(id).data);
      else
        inputs.push_back(gather(id));
    }
    scatter(op.outputs[0], reference::evaluate(graph_, op, inputs).at(0), first, count);
    spoil_scratch(step);
  }

  const ir::Graph& graph_;
  const plan::Plan& plan_;
  std::mt19937 random_;
  Bytes arena_;
  std::vector<std::int64_t> region_begins_;  ///< Empty if the arena is one range.
  std::span<const Bytes> inputs_;
  std::map<ir::TensorId, int> taken_;  ///< Rows of inputs.
};

}  // namespace

std::optional<std::vector<Bytes>> simulate(const ir::Graph& graph, const plan::Plan& plan,
                                           std::span<const Bytes> inputs, unsigned seed) {
  try {
    return Simulation(graph, plan, seed).run(inputs);
  } catch (const OutOfMemory&) {
    return std::nullopt;
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
}

std::vector<Bytes> random_inputs(const ir::Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Bytes> inputs;
  for (const ir::TensorId id : graph.inputs)
    inputs.push_back(random_bytes(static_cast<std::size_t>(graph.tensor(id).bytes()), random));
  return inputs;
}

}  // namespace thimble::testing
