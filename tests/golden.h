// The golden outputs of ../shared/golden: what TensorFlow Lite Micro's reference kernels compute for real models on
// seeded noise. golden/README.md defines the inputs and the fields; this file reads the ones that tests compare.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "shared_files.h"

namespace thimble::testing {

/// Every golden model that computes in integers only and whose operators Thimble has: bit-exactness is asked of these.
inline constexpr std::array exact_golden_models = std::to_array<std::string_view>({
    "colabnas__resulting_architecture_k_2_c_3",
    "colabnas__resulting_architecture_k_8_c_5",
    "emza__yolo-fastest_1.1_face_320_v1",
    "mcunet-release__ad_small_int8",
    "mcunet-release__mbv2-w0.35-r144_imagenet",
    "mcunet-release__mcunet-10fps_imagenet",
    "mcunet-release__mcunet-10fps_vww",
    "mcunet-release__mcunet-320kb-1mb_imagenet",
    "mcunet-release__mcunet-320kb-1mb_vww",
    "mcunet-release__mcunet-5fps_imagenet",
    "mlperf-tiny__ad01_int8",
    "mlperf-tiny__kws_ref_model",
    "mlperf-tiny__pretrainedResnet_quant",
    "mlperf-tiny__vww_96_int8",
    "mltk__anomaly_detection",
    "mltk__autoencoder_example",
    "mltk__image_classification",
    "mltk__image_example1",
    "mltk__keyword_spotting",
    "mltk__keyword_spotting_alexa",
    "mltk__keyword_spotting_mobilenetv2",
    "mltk__keyword_spotting_on_off",
    "mltk__keyword_spotting_pacman",
    "mltk__tflite_micro_magic_wand",
    "mltk__tflite_micro_speech",
    "mltk__visual_wake_words",
    "nxp-eiq__yolo_face_detect",
    "stm32-model-zoo__miniresnet__esc10__miniresnet_1stacks_64x50_int8",
    "stm32-model-zoo__miniresnetv2__esc10__miniresnetv2_2stacks_64x50_int8",
    "stm32-model-zoo__yamnet__esc_10__yamnet_256_64x96_int8",
    "stm32-model-zoo__yamnet__fsd50k__yamnet_256_64x96_int8",
    "tflite-micro__hello_world_int8",
    "tflite-micro__micro_speech_quantized",
    "tflite-micro__mobilenet_v2_quantized_1x3x224x224",
    "tflite-micro__person_detect",
    "tflite-micro__simple_add_model",
    "tinyengine__detection",
    "tinyengine__mcunetv2_large",
    "tinyengine__vww",
    "wake-vision__wv_quality_anas_benalla",
    "wake-vision__wv_quality_apighetti",
    "wake-vision__wv_quality_k_2_c_3",
    "wake-vision__wv_quality_k_8_c_5",
    "wake-vision__wv_quality_mcunet-10fps_vww",
    "wake-vision__wv_quality_micronets_vww2_50_50_INT8",
    "wake-vision__wv_quality_micronets_vww4_128_128_INT8",
    "wake-vision__wv_quality_mobilenetv2",
    "wake-vision__wv_quality_mohammad_hallaq",
    "wake-vision__wv_quality_samy",
});

/// The float32 ones, which agree to 1e-4 relative. (tinyengine__ptq_mnist_lenet-300-100 ends in LOG_SOFTMAX.)
inline constexpr std::array float_golden_models = std::to_array<std::string_view>({
    "mlperf-tiny__ad01_fp32",
    "mlperf-tiny__pretrainedResnet",
    "mlperf-tiny__vww_96_float",
    "mltk__autoencoder_example.float32",
    "mltk__image_example1.float32",
    "mltk__keyword_spotting_alexa.float32",
    "mltk__keyword_spotting_pacman.float32",
    "tflite-micro__hello_world_float",
});

using GoldenBytes = std::vector<std::byte>;

/// An input or output of the file. `quantized_*`: the int8 tensor behind the first QUANTIZE or before the final
/// DEQUANTIZE, if there is one.
struct GoldenTensor {
  std::string name;
  std::string dtype;  ///< "int8", "uint8", "int16", "float32".
  std::vector<int> shape;
  bool has_quantized = false;
  std::string quantized_dtype;
  float quantized_scale = 0.0F;
  int quantized_zero_point = 0;
};

struct GoldenCase {
  std::uint32_t seed = 0;
  std::string dtype;                        ///< Type of the elements in `outputs`.
  std::vector<GoldenBytes> outputs;         ///< Little-endian and dense, in the order of the file's outputs.
  std::vector<std::uint32_t> output_crc32;  ///< Of the file's own outputs, whatever `dtype` is.
};

/// CRC-32 of each output of one operator of the file; empty where the golden file has none (float tensors).
struct GoldenLayer {
  std::string op;
  std::vector<std::uint32_t> seed0, seed1000;                                ///< For `cases`.
  std::vector<std::uint32_t> after_quantize_seed0, after_quantize_seed1000;  ///< For `cases_after_quantize`.
};

struct Golden {
  std::string model;
  std::filesystem::path model_file;
  bool exact = false;
  std::vector<GoldenTensor> inputs, outputs;
  std::vector<GoldenCase> cases;
  /// Cases whose float input makes the int8 tensor after the first QUANTIZE v_i itself. Their `outputs` are the int8
  /// tensors before the final DEQUANTIZE (float32 where the file has none). Empty for most models.
  std::vector<GoldenCase> cases_after_quantize;
  std::vector<GoldenLayer> layers;
};

/// Which of golden/README.md's two definitions of the input a case belongs to.
enum class GoldenInput { of_file, after_quantize };

/// v_i of golden/README.md: -128..127.
inline int golden_value(std::uint32_t i, std::uint32_t seed) {
  return static_cast<int>(((i + seed) * 1103515245U + 12345U) >> 16 & 0xFFU) - 128;
}

namespace golden_detail {

template <typename T>
void append(GoldenBytes& bytes, T value) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof(T));
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

inline void append_as(GoldenBytes& bytes, const std::string& dtype, double value) {
  if (dtype == "int8") return append(bytes, static_cast<std::int8_t>(value));
  if (dtype == "uint8") return append(bytes, static_cast<std::uint8_t>(value));
  if (dtype == "int16") return append(bytes, static_cast<std::int16_t>(value));
  if (dtype == "int32") return append(bytes, static_cast<std::int32_t>(value));
  if (dtype == "float32") return append(bytes, static_cast<float>(value));
  fail("golden file: unknown type {}", dtype);
}

inline void append_input(GoldenBytes& bytes, const GoldenTensor& tensor, GoldenInput kind, int v) {
  if (kind == GoldenInput::after_quantize) {
    return append(bytes, static_cast<float>(v - tensor.quantized_zero_point) * tensor.quantized_scale);
  }
  if (tensor.dtype == "float32") return append(bytes, static_cast<float>(v) / 128.0F);
  if (tensor.dtype == "uint8") return append(bytes, static_cast<std::uint8_t>(v + 128));
  if (tensor.dtype == "int16") return append(bytes, static_cast<std::int16_t>(v * 256));
  append(bytes, static_cast<std::int8_t>(v));
}

inline std::vector<std::uint32_t> crcs(const Json& json) {
  std::vector<std::uint32_t> out;
  if (json.is_string()) out.push_back(static_cast<std::uint32_t>(std::stoul(json.get<std::string>(), nullptr, 16)));
  if (json.is_array()) {
    for (const Json& item : json) out.push_back(crcs(item).at(0));
  }
  return out;
}

inline std::vector<std::uint32_t> crcs(const Json& layer, const char* key) {
  return layer.contains(key) ? crcs(layer.at(key)) : std::vector<std::uint32_t>{};
}

inline GoldenTensor tensor(const Json& json) {
  GoldenTensor out{json.at("name"), json.at("dtype"), json.at("shape"), false, {}, 0.0F, 0};
  if (json.contains("quantized") && !json.at("quantized").is_null()) {
    const Json& quantized = json.at("quantized");
    out.has_quantized = true;
    out.quantized_dtype = quantized.at("dtype");
    out.quantized_scale = static_cast<float>(quantized.at("scale").get<double>());
    out.quantized_zero_point = quantized.at("zp");
  }
  return out;
}

inline GoldenCase one_case(const Json& json) {
  constexpr std::string_view prefix = "output_";
  GoldenCase out;
  out.seed = json.at("seed");
  out.output_crc32 = crcs(json.at("output_crc32"));
  for (const auto& [key, value] : json.items()) {
    if (!key.starts_with(prefix) || key == "output_crc32" || !value.is_array()) continue;
    out.dtype = key.substr(prefix.size());
    const bool several = !value.empty() && value.front().is_array();
    for (const Json& tensor : several ? value : Json::array({value})) {
      GoldenBytes& bytes = out.outputs.emplace_back();
      for (const Json& element : tensor) append_as(bytes, out.dtype, element.get<double>());
    }
  }
  return out;
}

}  // namespace golden_detail

/// "golden/<model>.json", for THIMBLE_NEEDS_SHARED.
inline std::string golden_file(std::string_view model) { return fmt::format("golden/{}.json", model); }

inline Golden read_golden(std::string_view model) {
  using namespace golden_detail;
  const Json json = read_json(shared_folder() / golden_file(model));
  Golden out;
  out.model = model;
  out.model_file = shared_folder() / json.at("model_file").get<std::string>();
  out.exact = json.at("exact");
  for (const Json& item : json.at("inputs")) out.inputs.push_back(tensor(item));
  for (const Json& item : json.at("outputs")) out.outputs.push_back(tensor(item));
  for (const Json& item : json.at("cases")) out.cases.push_back(one_case(item));
  if (json.contains("cases_after_quantize")) {
    for (const Json& item : json.at("cases_after_quantize")) out.cases_after_quantize.push_back(one_case(item));
  }
  for (const Json& layer : json.at("layers")) {
    out.layers.push_back({layer.at("op"), crcs(layer, "crc32_seed0"), crcs(layer, "crc32_seed1000"),
                          crcs(layer, "crc32_q_seed0"), crcs(layer, "crc32_q_seed1000")});
  }
  return out;
}

/// The file's inputs for a seed, each as little-endian bytes of its own type. With several inputs the index runs on.
inline std::vector<GoldenBytes> golden_inputs(const Golden& golden, std::uint32_t seed,
                                              GoldenInput kind = GoldenInput::of_file) {
  std::vector<GoldenBytes> out;
  std::uint32_t i = 0;
  for (const GoldenTensor& tensor : golden.inputs) {
    std::size_t elements = 1;
    for (const int size : tensor.shape) elements *= static_cast<std::size_t>(size);
    GoldenBytes& bytes = out.emplace_back();
    for (std::size_t n = 0; n < elements; ++n) {
      golden_detail::append_input(bytes, tensor, kind, golden_value(i++, seed));
    }
  }
  return out;
}

/// The expected CRCs of an operator's outputs, or nothing where the golden file has none for that seed.
inline std::vector<std::uint32_t> golden_crc32(const GoldenLayer& layer, std::uint32_t seed,
                                               GoldenInput kind = GoldenInput::of_file) {
  const bool own = kind == GoldenInput::of_file;
  if (seed == 0) return own ? layer.seed0 : layer.after_quantize_seed0;
  if (seed == 1000) return own ? layer.seed1000 : layer.after_quantize_seed1000;
  return {};
}

}  // namespace thimble::testing
