// ir/builders/builders.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/netconfig.h"

namespace thimble::ir::builders {

/// What may differ from a network's published form. Absent: as published.
struct Options {
  std::optional<int> resolution;  ///< Height and width of the input.
  std::optional<int> channels;    ///< Of the input: 1 (grey) or 3.
  std::optional<int> classes;
  std::optional<double> width;    ///< Factor on every layer's channels, rounded by make_divisible(8).
  std::optional<double> dropout;  ///< Before the classifier.
};

/// A network that has a name.
struct Entry {
  std::string name;
  std::string what;  ///< "MCUNet for 10 frames/s on ImageNet, 48x48"
};

/// All networks that `build` knows.
std::vector<Entry> names();

/// The named network, validated. @throws Error for an unknown name (suggests the nearest) or impossible options.
NetConfig build(const std::string& name, const Options& options = {});

/// `config` with every width but the input's and the classifier's output multiplied by `factor`.
NetConfig scale_width(NetConfig config, double factor);

}  // namespace thimble::ir::builders
