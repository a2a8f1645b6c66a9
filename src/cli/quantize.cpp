#include "quantize/quantize.h"

#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/prepare.h"
#include "cli/samples.h"
#include "cli/verbs.h"
#include "data/model_inputs.h"
#include "export/tflite_export.h"

namespace thimble::cli {

namespace {

struct QuantizeVerbOptions {
  ModelOptions model;
  SampleOptions samples;
  std::filesystem::path output;
  std::string method = "min-max";
  std::int64_t calibration = 500;
  std::string input_type = "int8";
  std::string output_type = "int8";
  std::filesystem::path json;
};

ir::DataType type_named(const std::string& name) {
  if (name == "uint8") return ir::DataType::uint8;
  if (name == "float32") return ir::DataType::float32;
  return ir::DataType::int8;
}

void quantize_model(const QuantizeVerbOptions& options) {
  const ir::Graph graph = options.model.simplified();
  if (graph.inputs.size() != 1)
    fail("{}: has {} inputs; quantize calibrates models with one", graph.name, graph.inputs.size());
  const data::Normalization normalization = options.samples.normalization_for(options.model.model);
  const data::DatasetSplits splits = options.samples.open(graph.tensor(graph.inputs[0]));
  // Ranges come from training samples: the test set must not shape the model that it measures.
  const data::Dataset& source = splits.train.empty() ? splits.for_evaluation() : splits.train;
  const data::Dataset samples = source.sample_of(static_cast<std::size_t>(options.calibration), options.samples.seed);

  quantize::CalibrationOptions calibration;
  calibration.method = quantize::calibration_method_named(options.method);
  quantize::QuantizeOptions quantization;
  quantization.input_type = type_named(options.input_type);
  quantization.output_type = type_named(options.output_type);
  const quantize::Calibration ranges =
      quantize::calibrate(graph, data::model_inputs(samples, graph, normalization), calibration);
  ir::Graph quantized = quantize::quantize(graph, ranges, quantization);
  if (quantized.labels.empty()) quantized.labels = samples.class_names();
  exporting::write_tflite(quantized, options.output);
  // The int8 model is fed with the same normalized pixels: record how, where eval looks for it.
  const std::filesystem::path record = options.output.parent_path() / normalization_file;
  write_json(record, data::to_json(normalization));
  fmt::print("{}: int8, calibrated on {} samples ({}), {} bytes\n", options.output.string(), samples.size(),
             options.method, std::filesystem::file_size(options.output));
  if (!options.json.empty()) {
    write_json(options.json, {{"model", options.output.string()},
                              {"calibration_samples", samples.size()},
                              {"method", options.method},
                              {"bytes", std::filesystem::file_size(options.output)}});
  }
}

}  // namespace

void add_quantize(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("quantize", "Quantize a float .tflite to int8, calibrated on a dataset");
  verb->footer("Example: thimble quantize out/float.tflite --data fashion-mnist -o out/model.tflite");
  auto options = std::make_shared<QuantizeVerbOptions>();
  options->model.add_file_to(*verb, "The model: a float32 .tflite file");
  options->samples.add_to(*verb);
  verb->add_option("-o,--output", options->output, "The .tflite to write")->required()->type_name("FILE");
  verb->add_option("--method", options->method, "How a tensor's range follows from its values")
      ->check(CLI::IsMember({"min-max", "moving-average", "percentile", "mse"}))
      ->capture_default_str();
  verb->add_option("--calibration", options->calibration, "Samples to calibrate on")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--input-type", options->input_type, "Type of the model's input")
      ->check(CLI::IsMember({"int8", "uint8", "float32"}))
      ->capture_default_str();
  verb->add_option("--output-type", options->output_type, "Type of the model's output")
      ->check(CLI::IsMember({"int8", "uint8", "float32"}))
      ->capture_default_str();
  add_json(*verb, options->json);
  verb->callback([options] { quantize_model(*options); });
}

}  // namespace thimble::cli
