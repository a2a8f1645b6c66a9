// target/kernel_variants.h
#pragma once

#include <span>
#include <string_view>

namespace thimble::target {

/// A row kernel in kernels/<folder>/<name>.h. Its driver `thimble_conv_rows` is in kernels/generic/conv_rows.h, and so
/// are all drivers.
struct KernelVariant {
  std::string_view name;           ///< "<types>_<op>_<tile>_<core>": "s8_conv1x1_1x2_generic".
  std::string_view folder;         ///< "generic": any core; "dsp": Armv7E-M.
  std::string_view driver;         ///< "thimble_conv_rows"
  std::string_view weight_layout;  ///< What target::pack_weights packs; empty without weights.
};

/// Every kernel there is. Documentation and tests go through this list.
std::span<const KernelVariant> all_kernels();

/// The variant of this name, which must exist.
const KernelVariant& kernel_variant(std::string_view name);

}  // namespace thimble::target
