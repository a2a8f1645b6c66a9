// search/design_space.h
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/netconfig.h"

namespace thimble::search {

/// A layer that all networks of a space begin with. The first one is a convolution.
struct StemLayer {
  enum class Kind {
    conv,       ///< k x k, dense.
    separable,  ///< Depthwise k x k, then a linear 1 x 1: an inverted residual that does not expand.
  };
  Kind kind = Kind::conv;
  int channels = 0;  ///< At width 1.
  int kernel = 3;
  int stride = 1;
  std::optional<ir::ActFunc> activation;  ///< The space's, if there is none.
  bool operator==(const StemLayer&) const = default;
};

/// Whether blocks have a squeeze-and-excite.
enum class SqueezeExcite { never, always, choose };

/// A stage: `depth` inverted residual blocks, of which the first one has the stride. Every vector holds the choices
/// that there are, ascending and without repetition; each block chooses for itself.
struct StageSpace {
  int channels = 0;  ///< That a block gives at width 1.
  int stride = 1;
  std::vector<int> depths;
  std::vector<int> kernels;
  std::vector<int> expansions;
  std::vector<double> block_widths;  ///< Factors on what a block gives, beside the network's own width.
  SqueezeExcite squeeze_excite = SqueezeExcite::never;
  std::optional<ir::ActFunc> activation;  ///< The space's, if there is none.
  bool operator==(const StageSpace&) const = default;
};

/// A set of networks to search: stem, stages of inverted residuals, an optional 1 x 1 convolution, classifier. From a
/// file such as spaces/mcunet.json, which docs/search.md describes. All channels are multiples of 8 by
/// ir::make_divisible.
struct DesignSpace {
  std::string name;
  std::string description;
  std::vector<int> resolutions;  ///< Ascending.
  std::vector<double> widths;    ///< Ascending: factors on the channels of all layers.
  int input_channels = 3;
  int classes = 1000;
  /// Of every layer that has one, where its stem layer or stage does not say otherwise.
  ir::ActFunc activation = ir::ActFunc::relu6;
  std::vector<StemLayer> stem;
  std::vector<StageSpace> stages;
  int feature_mix = 0;  ///< Channels of the last 1 x 1 convolution at width 1; 0: there is none.
  /// Network width below which the feature mix is scaled no further.
  double feature_mix_least_width = 0;
  bool operator==(const DesignSpace&) const = default;
};

/// @throws Error naming `source`, the field (with its path, such as stages[2].kernels) and what is wrong with it.
DesignSpace parse_design_space(const Json& json, const std::string& source);

/// parse_design_space(to_json(s)) == s.
Json to_json(const DesignSpace& space);

/// A space by the name of a file in spaces/, or from a file whose path is given (it ends in .json).
/// @throws Error suggesting the nearest name.
DesignSpace design_space(const std::string& name_or_file);

/// The names of the spaces that come with Thimble, sorted.
std::vector<std::string> design_space_names();

/// The part of a space with one resolution and one width: what a supernet is trained for.
DesignSpace restricted(DesignSpace space, int resolution, double width);

/// Number of different networks of one resolution and one width. Large: a double.
double networks_in(const DesignSpace& space);

}  // namespace thimble::search
