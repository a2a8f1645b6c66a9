// ir/builders/families.h: the families that builders.cpp chooses from.
#pragma once

#include <span>

#include "ir/builders/builders.h"

namespace thimble::ir::builders {

/// A network of the families below, in its published form.
struct Published {
  const char* name;
  const char* what;
  NetConfig (*build)();
};

std::span<const Published> mcunet();     ///< Lin et al., arXiv 2007.10319: the released networks.
std::span<const Published> mobilenet();  ///< MobileNetV2 (arXiv 1801.04381), ProxylessNAS-Mobile (arXiv 1812.00332).
std::span<const Published> searched();   ///< MnasNet (arXiv 1807.11626), FBNet (arXiv 1812.03443).
std::span<const Published> resnet();     ///< He et al., arXiv 1512.03385.
std::span<const Published> small();      ///< Networks of ours for pictures of 28 to 48 pixels.

/// One inverted residual block as published tables write it.
struct InvertedRow {
  int in, middle, out, kernel, stride;
  bool shortcut;
};

/// Stem (3 x 3, stride 2), blocks, optional feature mix (0: none), classifier.
NetConfig inverted_network(const char* name, int resolution, int stem, std::span<const InvertedRow> rows,
                           int feature_mix, int classes);

}  // namespace thimble::ir::builders
