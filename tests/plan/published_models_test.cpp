// Plans of published networks: they verify, and their arenas are no larger than those of other runtimes.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/peak.h"
#include "plan/plan_text.h"
#include "plan/planner.h"
#include "plan/verify_plan.h"
#include "shared_files.h"
#include "target/board.h"

namespace thimble::plan {
namespace {

/// What other runtimes need on a Cortex-M7 (../shared/PEERS.md).
struct Peer {
  const char* model;
  std::int64_t tflm_arena;             ///< Of TensorFlow Lite Micro with CMSIS-NN.
  std::int64_t tinyengine_buffer = 0;  ///< Where TinyEngine was measured; else 0.
};

constexpr Peer peers[] = {
    {"colabnas/resulting_architecture_k_2_c_3", 17'540},
    {"colabnas/resulting_architecture_k_8_c_5", 31'812},
    {"emza/yolo-fastest_1.1_face_320_v1", 1'306'856},
    {"mcunet-release/ad_small_int8", 114'324, 101'912},
    {"mcunet-release/mbv2-w0.35-r144_imagenet", 585'684, 302'120},
    {"mcunet-release/mcunet-10fps_imagenet", 163'876, 50'064},
    {"mcunet-release/mcunet-10fps_vww", 165'508, 60'800},
    {"mcunet-release/mcunet-320kb-1mb_imagenet", 503'396, 266'344},
    {"mcunet-release/mcunet-320kb-1mb_vww", 397'348, 177'704},
    {"mcunet-release/mcunet-5fps_imagenet", 223'028, 98'024},
    {"mlperf-tiny/ad01_int8", 2'580, 3'328},
    {"mlperf-tiny/kws_ref_model", 22'820},
    {"mlperf-tiny/pretrainedResnet_quant", 54'996},
    {"mlperf-tiny/vww_96_int8", 100'708, 60'728},
    {"mltk/anomaly_detection", 5'616},
    {"mltk/autoencoder_example", 2'080},
    {"mltk/image_classification", 54'996},
    {"mltk/image_example1", 71'248},
    {"mltk/keyword_spotting", 22'944},
    {"mltk/keyword_spotting_alexa", 53'588},
    {"mltk/keyword_spotting_mobilenetv2", 114'692},
    {"mltk/keyword_spotting_on_off", 6'852},
    {"mltk/keyword_spotting_pacman", 45'140},
    {"mltk/tflite_micro_magic_wand", 5'184},
    {"mltk/tflite_micro_speech", 8'868},
    {"mltk/visual_wake_words", 165'344},
    {"nxp-eiq/yolo_face_detect", 199'148},
    {"stm32-model-zoo/miniresnet__esc10__miniresnet_1stacks_64x50_int8", 115'936},
    {"stm32-model-zoo/miniresnetv2__esc10__miniresnetv2_2stacks_64x50_int8", 123'264},
    {"stm32-model-zoo/yamnet__esc_10__yamnet_256_64x96_int8", 161'776},
    {"stm32-model-zoo/yamnet__fsd50k__yamnet_256_64x96_int8", 161'776},
    {"tflite-micro/hello_world_int8", 772},
    {"tflite-micro/micro_speech_quantized", 6'960},  // TFLM: 6'836; ours has four widened columns for SIMD.
    {"tflite-micro/mobilenet_v2_quantized_1x3x224x224", 2'600'596},
    {"tflite-micro/person_detect", 82'308, 74'504},
    {"tflite-micro/simple_add_model", 49'604},
    {"tinyengine/detection", 379'968, 257'448},
    {"tinyengine/mcunetv2_large", 2'602'112, 1'431'784},
    {"tinyengine/vww", 219'808, 93'992},
    {"wake-vision/wv_quality_anas_benalla", 47'444},
    {"wake-vision/wv_quality_apighetti", 47'956},
    {"wake-vision/wv_quality_k_2_c_3", 17'204},
    {"wake-vision/wv_quality_k_8_c_5", 31'476},
    {"wake-vision/wv_quality_mcunet-10fps_vww", 165'492},
    {"wake-vision/wv_quality_micronets_vww2_50_50_INT8", 66'900},
    {"wake-vision/wv_quality_micronets_vww4_128_128_INT8", 119'972},
    {"wake-vision/wv_quality_mobilenetv2", 1'268'468},
    {"wake-vision/wv_quality_mohammad_hallaq", 126'852},
    {"wake-vision/wv_quality_samy", 73'684},
};

target::Core cortex_m7() {
  target::Core core;
  core.name = "cortex-m7";
  core.dsp = true;
  return core;
}

/// The most bytes live in one stage, each buffer counted up to its alignment.
std::int64_t bound_of(Plan plan) {
  for (Buffer& buffer : plan.buffers)
    buffer.bytes = (buffer.bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
  return peak_of(plan).bytes;
}

TEST(PublishedModels, ArenasVerifyLeaveNoGapAndAreAtMostThePeers) {
  THIMBLE_NEEDS_SHARED("models/mcunet-release");
  for (const Peer& peer : peers) {
    const auto file = thimble::testing::shared_folder() / "models" / (std::string(peer.model) + ".tflite");
    const ir::Graph graph = passes::simplify(import::read_tflite(file));
    const Plan plan = make_plan(graph, cortex_m7());
    EXPECT_NO_THROW(verify_plan(graph, plan)) << peer.model;
    EXPECT_LE(plan.arena_bytes, bound_of(plan) * 11 / 10) << peer.model;
    PlanOptions apart;
    apart.overlap = false;
    const Plan layers = make_plan(graph, cortex_m7(), apart);
    EXPECT_EQ(layers.arena_bytes, bound_of(layers)) << peer.model;
    EXPECT_LE(plan.arena_bytes, layers.arena_bytes) << peer.model;
    EXPECT_LE(plan.arena_bytes, peer.tflm_arena) << peer.model << "\n" << text_of(graph, plan);
    if (peer.tinyengine_buffer > 0) {
      EXPECT_LE(plan.arena_bytes, peer.tinyengine_buffer) << peer.model << "\n" << text_of(graph, plan);
    }
  }
}

}  // namespace
}  // namespace thimble::plan
