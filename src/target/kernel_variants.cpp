#include "target/kernel_variants.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace thimble::target {

namespace {

constexpr std::array variants{
    KernelVariant{"s8_conv_1x2_generic", "generic", "thimble_conv_rows", "ohwi"},
    KernelVariant{"s8_conv1x1_1x2_generic", "generic", "thimble_conv_rows", "ohwi"},
    KernelVariant{"s8_conv1x1_partial_1x2_generic", "generic", "thimble_sums_rows", "ohwi"},
    KernelVariant{"s8_conv1x1_final_1x2_generic", "generic", "thimble_sums_rows", "ohwi"},
    KernelVariant{"s8_dwconv_generic", "generic", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_avgpool_generic", "generic", "thimble_pool_rows", ""},
    KernelVariant{"s8_maxpool_generic", "generic", "thimble_pool_rows", ""},
    KernelVariant{"s8_add_generic", "generic", "thimble_binary_rows", ""},
    KernelVariant{"s8_sub_generic", "generic", "thimble_binary_rows", ""},
    KernelVariant{"s8_mul_generic", "generic", "thimble_binary_rows", ""},
    KernelVariant{"s8_lut_generic", "generic", "thimble_map_rows", ""},
    KernelVariant{"s8_pad_generic", "generic", "thimble_pad_rows", ""},
    KernelVariant{"s8_resize_nearest_generic", "generic", "thimble_resize_rows", ""},
    KernelVariant{"s8_mean_generic", "generic", "thimble_mean_rows", ""},
    KernelVariant{"s8_mean_rows_generic", "generic", "thimble_mean_by_rows", ""},
    KernelVariant{"s8_avgpool_rows_generic", "generic", "thimble_pool_by_rows", ""},
    KernelVariant{"s8_transpose_generic", "generic", "thimble_transpose_rows", ""},
    KernelVariant{"s8_copy_generic", "generic", "thimble_copy_rows", ""},
    KernelVariant{"s8_softmax_generic", "generic", "thimble_softmax_rows", ""},
    KernelVariant{"s8_conv1x1_4x2_dsp", "dsp", "thimble_conv_rows", "pairs_by_four"},
    KernelVariant{"s8_conv1x1_partial_4x2_dsp", "dsp", "thimble_sums_rows", "pairs_by_four"},
    KernelVariant{"s8_conv1x1_final_4x2_dsp", "dsp", "thimble_sums_rows", "pairs_by_four"},
    KernelVariant{"s8_conv_4x2_dsp", "dsp", "thimble_conv_rows", "pairs_by_four"},
    KernelVariant{"s8_conv_any_4x2_dsp", "dsp", "thimble_conv_rows", "pairs_by_four"},
    KernelVariant{"s8_conv_lean_4x2_dsp", "dsp", "thimble_conv_rows", "pairs_by_four"},
    KernelVariant{"s8_conv1x1_1x4_dsp", "dsp", "thimble_conv_rows", "fours_by_four"},
    KernelVariant{"s8w16_conv1x1_4x2_dsp", "dsp", "thimble_conv_rows", "wide_pairs_by_four"},
    KernelVariant{"s8w16_conv_4x2_dsp", "dsp", "thimble_conv_rows", "wide_pairs_by_four"},
    KernelVariant{"s8w16_conv_any_4x2_dsp", "dsp", "thimble_conv_rows", "wide_pairs_by_four"},
    KernelVariant{"s8w16_conv1x1_1x4_dsp", "dsp", "thimble_conv_rows", "wide_fours_by_four"},
    KernelVariant{"s8_dwconv_3x3s1_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_3x3s2_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_5x5s1_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_5x5s2_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_7x7s1_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_7x7s2_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_any_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_3x3s1_tall_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_3x3s1_image_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_dwconv_3x3s2_image_dsp", "dsp", "thimble_dwconv_rows", "chw"},
    KernelVariant{"s8_add_dsp", "dsp", "thimble_binary_rows", ""},
    KernelVariant{"s8_mul_dsp", "dsp", "thimble_binary_rows", ""},
    KernelVariant{"s8_avgpool_1x4_dsp", "dsp", "thimble_pool_rows", ""},
    KernelVariant{"s8_maxpool_1x4_dsp", "dsp", "thimble_pool_rows", ""},
    KernelVariant{"s8_mean_1x4_dsp", "dsp", "thimble_mean_rows", ""},
    KernelVariant{"s8_mean_rows_1x4_dsp", "dsp", "thimble_mean_by_rows", ""},
    KernelVariant{"s8_avgpool_rows_1x4_dsp", "dsp", "thimble_pool_by_rows", ""},
};

}  // namespace

std::span<const KernelVariant> all_kernels() { return variants; }

const KernelVariant& kernel_variant(std::string_view name) {
  const auto* found = std::ranges::find(variants, name, &KernelVariant::name);
  if (found == variants.end()) fail("there is no kernel \"{}\"", name);
  return *found;
}

}  // namespace thimble::target
