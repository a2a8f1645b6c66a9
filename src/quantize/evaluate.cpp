#include "quantize/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <mutex>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"

namespace thimble::quantize {

namespace {

const ir::Op* producer(const ir::Graph& graph, ir::TensorId id) {
  const auto found = std::find_if(graph.ops.begin(), graph.ops.end(), [id](const ir::Op& op) {
    return std::find(op.outputs.begin(), op.outputs.end(), id) != op.outputs.end();
  });
  return found == graph.ops.end() ? nullptr : &*found;
}

std::vector<double> real_values(const reference::Bytes& bytes, const ir::Tensor& output) {
  if (bytes.size() != static_cast<std::size_t>(output.bytes())) {
    fail("output \"{}\" has {} bytes, not {}", output.name, bytes.size(), output.bytes());
  }
  std::vector<double> values(static_cast<std::size_t>(output.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (output.type == ir::DataType::float32) {
      float value = 0;
      std::memcpy(&value, bytes.data() + 4 * i, 4);
      values[i] = static_cast<double>(value);
    } else {
      const auto stored = std::to_integer<std::uint8_t>(bytes[i]);
      const int value = output.type == ir::DataType::int8 ? static_cast<std::int8_t>(stored) : stored;
      values[i] = static_cast<double>(output.scale()) * (value - output.zero_point());
    }
  }
  return values;
}

/// Probabilities of the classes.
std::vector<double> probabilities_of(std::vector<double> values, OutputKind kind) {
  if (values.size() == 1) {
    const double p = kind == OutputKind::probabilities ? values[0] : 1 / (1 + std::exp(-values[0]));
    return {1 - p, p};
  }
  if (kind == OutputKind::probabilities) return values;
  const double greatest = *std::max_element(values.begin(), values.end());
  for (double& value : values) value = std::exp(value - greatest);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
  return values;
}

/// Greatest first; of equal ones the first.
std::vector<std::size_t> ranking(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t top = std::min<std::size_t>(5, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top), order.end(),
      [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
  order.resize(top);
  return order;
}

/// The outcome of one sample.
struct Outcome {
  std::size_t predicted = 0;
  bool in_top5 = false;
  double loss = 0;
};

void check(const LabelledInputs& samples, const ir::Tensor& output) {
  const bool is_known =
      output.type == ir::DataType::float32 ||
      ((output.type == ir::DataType::int8 || output.type == ir::DataType::uint8) && output.quantization);
  if (!is_known)
    fail("output \"{}\" is {}: classes are read from float32, int8 and uint8", output.name, ir::name_of(output.type));
  const auto classes = static_cast<std::int64_t>(samples.class_names.size());
  const std::int64_t outputs = output.elements() == 1 ? 2 : output.elements();
  if (outputs < classes) {
    fail("the model tells {} classes apart, the dataset has {} ({} ... {})", outputs, classes,
         samples.class_names.front(), samples.class_names.back());
  }
}

Evaluation summary(const LabelledInputs& samples, const std::vector<Outcome>& outcomes, std::size_t classes) {
  Evaluation evaluation;
  evaluation.class_names = samples.class_names;
  for (std::size_t c = evaluation.class_names.size(); c < classes; ++c) {
    evaluation.class_names.push_back(fmt::format("class {}", c));
  }
  evaluation.confusion.assign(classes, std::vector<std::int64_t>(classes, 0));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto label = static_cast<std::size_t>(samples.labels[i]);
    ++evaluation.samples;
    evaluation.correct += outcomes[i].predicted == label ? 1 : 0;
    evaluation.correct_in_top5 += outcomes[i].in_top5 ? 1 : 0;
    evaluation.loss += outcomes[i].loss;
    ++evaluation.confusion[label][outcomes[i].predicted];
  }
  if (evaluation.samples > 0) evaluation.loss /= static_cast<double>(evaluation.samples);
  return evaluation;
}

}  // namespace

OutputKind output_kind(const ir::Graph& graph) {
  ir::TensorId id = graph.outputs.at(0);
  for (const ir::Op* op = producer(graph, id); op != nullptr; op = producer(graph, id)) {
    if (std::holds_alternative<ir::Softmax>(op->kind) || std::holds_alternative<ir::Sigmoid>(op->kind)) {
      return OutputKind::probabilities;
    }
    const bool passes = std::holds_alternative<ir::Reshape>(op->kind) ||
                        std::holds_alternative<ir::Quantize>(op->kind) ||
                        std::holds_alternative<ir::Dequantize>(op->kind);
    if (!passes) break;
    id = op->inputs[0];
  }
  return OutputKind::logits;
}

Model reference_model(const ir::Graph& graph) {
  return [&graph](std::span<const reference::Bytes> inputs) { return reference::run(graph, inputs); };
}

Evaluation evaluate(const LabelledInputs& samples, const Model& model, const ir::Tensor& output, OutputKind kind,
                    unsigned threads) {
  check(samples, output);
  const bool rounds_to_zero = kind == OutputKind::probabilities && output.type != ir::DataType::float32;
  const double least = rounds_to_zero ? static_cast<double>(output.scale()) / 2 : 1e-7;
  std::vector<Outcome> outcomes(samples.size());
  Progress progress("evaluating", static_cast<std::int64_t>(samples.size()));
  std::mutex mutex;
  parallel_for(samples.size(), threads, [&](std::size_t i) {
    const std::vector<reference::Bytes> outputs = model(samples.inputs(i));
    const std::vector<double> probabilities = probabilities_of(real_values(outputs.at(0), output), kind);
    const std::vector<std::size_t> order = ranking(probabilities);
    const auto label = static_cast<std::size_t>(samples.labels[i]);
    outcomes[i] = {.predicted = order[0],
                   .in_top5 = std::find(order.begin(), order.end(), label) != order.end(),
                   .loss = -std::log(std::max(probabilities.at(label), least))};
    const std::lock_guard lock(mutex);
    progress.advance();
  });
  return summary(samples, outcomes, static_cast<std::size_t>(output.elements() == 1 ? 2 : output.elements()));
}

Json to_json(const Evaluation& evaluation) {
  const double count = std::max<double>(1, static_cast<double>(evaluation.samples));
  return {{"samples", evaluation.samples},
          {"accuracy", evaluation.accuracy()},
          {"top5", static_cast<double>(evaluation.correct_in_top5) / count},
          {"loss", evaluation.loss},
          {"classes", evaluation.class_names},
          {"confusion", evaluation.confusion}};
}

std::string text_of(const Evaluation& evaluation) {
  std::string text = fmt::format("accuracy {:.2f} % ({} of {}), loss {:.4f}\n", 100 * evaluation.accuracy(),
                                 evaluation.correct, evaluation.samples, evaluation.loss);
  const std::size_t classes = evaluation.confusion.size();
  if (classes > 20) return text;
  std::size_t width = 5;
  for (const std::string& name : evaluation.class_names) width = std::max(width, name.size());
  auto out = std::back_inserter(text);
  fmt::format_to(out, "{:>{}}  predicted\n{:>{}} ", "", width, "label", width);
  for (std::size_t c = 0; c < classes; ++c) fmt::format_to(out, "{:>6}", c);
  fmt::format_to(out, "  correct\n");
  for (std::size_t label = 0; label < classes; ++label) {
    const std::vector<std::int64_t>& row = evaluation.confusion[label];
    const auto total = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    fmt::format_to(out, "{:>{}} ", evaluation.class_names[label], width);
    for (const std::int64_t count : row) fmt::format_to(out, "{:>6}", count);
    const double share = total == 0 ? 0 : 100.0 * static_cast<double>(row[label]) / static_cast<double>(total);
    fmt::format_to(out, "  {:6.2f} %\n", share);
  }
  return text;
}

}  // namespace thimble::quantize
