#include "quantize/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/suggest.h"
#include "quantize/histogram.h"

namespace thimble::quantize {

namespace {

using Method = CalibrationMethod;
constexpr std::array<std::pair<std::string_view, Method>, 4> method_names{{{"min-max", Method::min_max},
                                                                           {"moving-average", Method::moving_average},
                                                                           {"percentile", Method::percentile},
                                                                           {"mse", Method::mse}}};

std::span<const float> floats_of(const reference::Bytes& bytes) {
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

using Visitor = std::function<void(ir::TensorId id, std::span<const float> values)>;

/// Calls `visit` with every float32 tensor that one sample's run computes, the graph's inputs included.
void visit_activations(const ir::Graph& graph, const std::vector<reference::Bytes>& inputs, const Visitor& visit) {
  const auto visit_float = [&](ir::TensorId id, const reference::Bytes& bytes) {
    if (graph.tensor(id).type == ir::DataType::float32) visit(id, floats_of(bytes));
  };
  if (inputs.size() != graph.inputs.size()) {
    fail("{}: has {} inputs, a calibration sample {}", graph.name, graph.inputs.size(), inputs.size());
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) visit_float(graph.inputs[i], inputs[i]);
  reference::run(graph, inputs, [&](std::size_t op, std::span<const reference::Bytes> outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) visit_float(graph.ops[op].outputs[i], outputs[i]);
  });
}

Range range_of(const ir::Graph& graph, ir::TensorId id, std::span<const float> values) {
  Range range{.min = values.empty() ? 0.0F : values[0], .max = values.empty() ? 0.0F : values[0]};
  for (const float value : values) {
    if (!std::isfinite(value))
      fail("{}: \"{}\" is not finite on a calibration sample", graph.name, graph.tensor(id).name);
    range = {.min = std::min(range.min, value), .max = std::max(range.max, value)};
  }
  return range;
}

using Ranges = std::vector<std::optional<Range>>;

/// The ranges of each sample by itself.
std::vector<Ranges> sample_ranges(const ir::Graph& graph, const LabelledInputs& samples, unsigned threads) {
  std::vector<Ranges> all(samples.size(), Ranges(graph.tensors.size()));
  Progress progress("calibrating", static_cast<std::int64_t>(samples.size()));
  std::mutex mutex;
  parallel_for(samples.size(), threads, [&](std::size_t i) {
    visit_activations(graph, samples.inputs(i), [&](ir::TensorId id, std::span<const float> values) {
      all[i][static_cast<std::size_t>(id)] = range_of(graph, id, values);
    });
    const std::lock_guard lock(mutex);
    progress.advance();
  });
  return all;
}

/// Puts `next` into `ranges`, tensor by tensor.
template <typename Combine>
void combine_into(Ranges& ranges, const Ranges& next, const Combine& combine) {
  for (std::size_t t = 0; t < ranges.size(); ++t) {
    if (ranges[t] && next[t]) ranges[t] = combine(*ranges[t], *next[t]);
  }
}

Ranges hull_of(std::span<const Ranges> samples) {
  Ranges ranges = samples[0];
  for (const Ranges& next : samples.subspan(1)) combine_into(ranges, next, hull);
  return ranges;
}

Ranges moving_average_of(std::span<const Ranges> samples, const CalibrationOptions& options) {
  const auto mix = [&](float before, float now) {
    return static_cast<float>(options.decay * before + (1 - options.decay) * now);
  };
  const std::size_t batch = std::max<std::size_t>(1, options.batch);
  Ranges ranges = hull_of(samples.first(std::min(batch, samples.size())));
  for (std::size_t first = batch; first < samples.size(); first += batch) {
    combine_into(ranges, hull_of(samples.subspan(first, std::min(batch, samples.size() - first))),
                 [&](const Range& before, const Range& now) {
                   return Range{.min = mix(before.min, now.min), .max = mix(before.max, now.max)};
                 });
  }
  return ranges;
}

std::vector<Histogram> histograms(const ir::Graph& graph, const LabelledInputs& samples, const Ranges& ranges,
                                  const CalibrationOptions& options) {
  const auto bins = static_cast<std::size_t>(std::max(2, options.histogram_bins));
  std::vector<Histogram> all(ranges.size());
  for (std::size_t t = 0; t < ranges.size(); ++t) {
    if (ranges[t]) all[t] = {.range = *ranges[t], .counts = std::vector<std::uint64_t>(bins)};
  }
  std::mutex mutex;
  Progress progress("calibrating: histograms", static_cast<std::int64_t>(samples.size()));
  parallel_for(samples.size(), options.threads, [&](std::size_t i) {
    visit_activations(graph, samples.inputs(i), [&](ir::TensorId id, std::span<const float> values) {
      const auto t = static_cast<std::size_t>(id);
      Histogram own{.range = *ranges[t], .counts = std::vector<std::uint64_t>(bins)};
      own.add(values);
      const std::lock_guard lock(mutex);
      all[t].add(own);
    });
    const std::lock_guard lock(mutex);
    progress.advance();
  });
  return all;
}

void check(const ir::Graph& graph, const LabelledInputs& samples, const CalibrationOptions& options) {
  if (samples.size() == 0) fail("{}: there are no calibration samples", graph.name);
  for (const ir::TensorId id : graph.inputs) {
    const ir::Tensor& input = graph.tensor(id);
    if (input.type != ir::DataType::float32) {
      fail("{}: input \"{}\" is {}: only a float32 model can be calibrated", graph.name, input.name,
           ir::name_of(input.type));
    }
  }
  if (!(options.percentile > 50) || options.percentile > 100)
    fail("a percentile of {} is not in (50, 100]", options.percentile);
  if (!(options.decay >= 0) || options.decay >= 1) fail("a decay of {} is not in [0, 1)", options.decay);
}

}  // namespace

CalibrationMethod calibration_method_named(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, method] : method_names) {
    if (known == name) return method;
    names.emplace_back(known);
  }
  const std::string meant = nearest(name, names);
  throw Error(
      fmt::format("there is no calibration method \"{}\"", name),
      meant.empty() ? fmt::format("{} are known", fmt::join(names, ", ")) : fmt::format("did you mean {}?", meant));
}

std::string_view name_of(CalibrationMethod method) { return method_names.at(static_cast<std::size_t>(method)).first; }

Calibration calibrate(const ir::Graph& graph, const LabelledInputs& samples, const CalibrationOptions& options) {
  check(graph, samples, options);
  const std::vector<Ranges> all = sample_ranges(graph, samples, options.threads);
  const Ranges full = hull_of(all);
  Ranges ranges = full;
  if (options.method == Method::moving_average) ranges = moving_average_of(all, options);
  if (options.method == Method::percentile || options.method == Method::mse) {
    const std::vector<Histogram> counted = histograms(graph, samples, full, options);
    for (std::size_t t = 0; t < ranges.size(); ++t) {
      if (!ranges[t] || ranges[t]->min == ranges[t]->max) continue;
      ranges[t] = options.method == Method::percentile ? percentile_range(counted[t], options.percentile)
                                                       : least_error_range(counted[t]);
    }
  }
  for (const ir::TensorId input : graph.inputs)
    ranges[static_cast<std::size_t>(input)] = full[static_cast<std::size_t>(input)];
  return {std::move(ranges)};
}

}  // namespace thimble::quantize
