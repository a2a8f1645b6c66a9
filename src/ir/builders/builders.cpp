#include "ir/builders/builders.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/suggest.h"
#include "ir/builders/families.h"
#include "ir/make_divisible.h"

namespace thimble::ir::builders {

namespace {

std::vector<Published> published() {
  std::vector<Published> all;
  for (const auto family : {small(), mcunet(), mobilenet(), searched(), resnet()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace

NetConfig inverted_network(const char* name, int resolution, int stem, std::span<const InvertedRow> rows,
                           int feature_mix, int classes) {
  NetConfig config;
  config.name = name;
  config.resolution = resolution;
  config.classes = classes;
  config.first_conv = {.in_channels = 3, .out_channels = stem, .kernel_size = 3, .stride = 2};
  for (const InvertedRow& row : rows) {
    config.blocks.push_back({MobileInvertedConv{.in_channels = row.in,
                                                .out_channels = row.out,
                                                .kernel_size = row.kernel,
                                                .stride = row.stride,
                                                .expand_ratio = static_cast<double>(row.middle) / row.in,
                                                .mid_channels = row.middle},
                             row.shortcut});
  }
  config.features = rows.back().out;
  if (feature_mix > 0) {
    config.feature_mix_layer = {
        .in_channels = config.features, .out_channels = feature_mix, .kernel_size = 1, .stride = 1};
    config.features = feature_mix;
  }
  return config;
}

std::vector<Entry> names() {
  std::vector<Entry> entries;
  for (const Published& network : published()) entries.push_back({network.name, network.what});
  return entries;
}

NetConfig scale_width(NetConfig config, double factor) {
  const auto scaled = [factor](int channels) { return make_divisible(channels * factor); };
  config.first_conv.out_channels = scaled(config.first_conv.out_channels);
  int channels = config.first_conv.out_channels;
  const auto chain = [&](auto& layer) {
    layer.in_channels = channels;
    layer.out_channels = scaled(layer.out_channels);
    channels = layer.out_channels;
  };
  for (Block& block : config.blocks) {
    std::visit(Overloaded{[&](MobileInvertedConv& conv) {
                            chain(conv);
                            if (conv.mid_channels) {
                              conv.mid_channels = conv.expands() ? make_divisible(conv.in_channels * conv.expand_ratio)
                                                                 : conv.in_channels;
                            }
                          },
                          [&](ConvLayer& conv) { chain(conv); }, [&](BasicBlock& basic) { chain(basic); },
                          [](PoolingLayer&) {}, [](SkippedBlock&) {}},
               block.body);
  }
  if (config.feature_mix_layer) chain(*config.feature_mix_layer);
  config.features = channels;
  return config;
}

NetConfig build(const std::string& name, const Options& options) {
  const std::vector<Published> all = published();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Published& network) { return network.name == name; });
  if (found == all.end()) {
    std::vector<std::string> known;
    for (const Published& network : all) known.emplace_back(network.name);
    const std::string near = nearest(name, known);
    throw Error(fmt::format("there is no network \"{}\"", name),
                near.empty() ? "the networks are: " + fmt::format("{}", fmt::join(known, ", "))
                             : fmt::format("did you mean {}?", near));
  }
  NetConfig config = found->build();
  if (options.width) {
    if (!(*options.width > 0) || *options.width > 16) fail("width {} is not in (0, 16]", *options.width);
    if (*options.width != 1) config = scale_width(std::move(config), *options.width);
  }
  if (options.resolution) config.resolution = *options.resolution;
  if (options.channels) config.first_conv.in_channels = *options.channels;
  if (options.classes) config.classes = *options.classes;
  if (options.dropout) config.dropout = *options.dropout;
  validate(config, name);
  return config;
}

}  // namespace thimble::ir::builders
