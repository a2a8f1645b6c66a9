#include "search/genome.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "data/random.h"
#include "ir/make_divisible.h"

namespace thimble::search {

namespace {

/// Appends layers to a network, each taking what the one before gives.
class Builder {
 public:
  Builder(const DesignSpace& space, const Genome& genome) : space_(space), genome_(genome) {
    network_.name = space.name;
    network_.resolution = genome.resolution;
    network_.classes = space.classes;
    channels_ = space.input_channels;
  }

  ir::NetConfig run() {
    network_.first_conv = conv(space_.stem.front());
    for (std::size_t i = 1; i < space_.stem.size(); ++i) add_stem(space_.stem[i]);
    for (std::size_t stage = 0; stage < space_.stages.size(); ++stage)
      for (std::size_t block = 0; block < genome_.stages[stage].size(); ++block)
        add_block(space_.stages[stage], genome_.stages[stage][block], block == 0);
    if (const int mixed = feature_mix_channels(space_, genome_.width); mixed > 0) {
      StemLayer mix{.kind = StemLayer::Kind::conv, .channels = mixed, .kernel = 1, .stride = 1, .activation = {}};
      network_.feature_mix_layer = conv_of(mix, mixed);
    }
    network_.features = channels_;
    return std::move(network_);
  }

 private:
  ir::ConvLayer conv(const StemLayer& layer) { return conv_of(layer, scaled_channels(layer.channels, genome_.width)); }

  ir::ConvLayer conv_of(const StemLayer& layer, int channels) {
    const int in = std::exchange(channels_, channels);
    return {.in_channels = in,
            .out_channels = channels,
            .kernel_size = layer.kernel,
            .stride = layer.stride,
            .activation = layer.activation.value_or(space_.activation)};
  }

  void add_stem(const StemLayer& layer) {
    if (layer.kind == StemLayer::Kind::conv) {
      network_.blocks.push_back({conv(layer), false});
    } else {
      add_inverted(layer.kernel, 1, layer.stride, scaled_channels(layer.channels, genome_.width), false,
                   layer.activation);
    }
  }

  void add_block(const StageSpace& stage, const BlockGene& gene, bool is_first) {
    add_inverted(gene.kernel, gene.expansion, is_first ? stage.stride : 1,
                 scaled_channels(stage.channels, genome_.width, gene.width), gene.squeeze_excite, stage.activation);
  }

  void add_inverted(int kernel, int expansion, int stride, int out, bool squeeze_excite,
                    std::optional<ir::ActFunc> activation) {
    const int in = std::exchange(channels_, out);
    network_.blocks.push_back({ir::MobileInvertedConv{.in_channels = in,
                                                      .out_channels = out,
                                                      .kernel_size = kernel,
                                                      .stride = stride,
                                                      .expand_ratio = static_cast<double>(expansion),
                                                      .mid_channels = in * expansion,
                                                      .activation = activation.value_or(space_.activation),
                                                      .use_se = squeeze_excite},
                               stride == 1 && in == out});
  }

  const DesignSpace& space_;
  const Genome& genome_;
  ir::NetConfig network_;
  int channels_ = 0;
};

template <typename T>
bool has(const std::vector<T>& choices, const T& choice) {
  return std::ranges::find(choices, choice) != choices.end();
}

/// What of a genome the space has not; empty if it has all.
std::string mistake_in(const DesignSpace& space, const Genome& genome) {
  if (!has(space.resolutions, genome.resolution)) return fmt::format("resolution {}", genome.resolution);
  if (!has(space.widths, genome.width)) return fmt::format("width {}", genome.width);
  if (genome.stages.size() != space.stages.size()) return fmt::format("{} stages", genome.stages.size());
  for (std::size_t s = 0; s < genome.stages.size(); ++s) {
    const StageSpace& stage = space.stages[s];
    if (!has(stage.depths, static_cast<int>(genome.stages[s].size())))
      return fmt::format("depth {} in stage {}", genome.stages[s].size(), s);
    for (const BlockGene& gene : genome.stages[s]) {
      if (!has(stage.kernels, gene.kernel)) return fmt::format("kernel {} in stage {}", gene.kernel, s);
      if (!has(stage.expansions, gene.expansion)) return fmt::format("expansion {} in stage {}", gene.expansion, s);
      if (!has(stage.block_widths, gene.width)) return fmt::format("block width {} in stage {}", gene.width, s);
      if (stage.squeeze_excite != SqueezeExcite::choose &&
          gene.squeeze_excite != (stage.squeeze_excite == SqueezeExcite::always))
        return fmt::format("{} squeeze-and-excite in stage {}", gene.squeeze_excite ? "a" : "no", s);
    }
  }
  return {};
}

}  // namespace

int scaled_channels(int channels, double width, double block_width) {
  return ir::make_divisible(channels * width * block_width);
}

int feature_mix_channels(const DesignSpace& space, double width) {
  if (space.feature_mix == 0) return 0;
  return scaled_channels(space.feature_mix, std::max(width, space.feature_mix_least_width));
}

ir::NetConfig network_of(const DesignSpace& space, const Genome& genome) { return Builder(space, genome).run(); }

bool is_in_space(const DesignSpace& space, const Genome& genome) { return mistake_in(space, genome).empty(); }

void require_in_space(const DesignSpace& space, const Genome& genome, const std::string& source) {
  const std::string mistake = mistake_in(space, genome);
  if (!mistake.empty()) fail("{}: the design space {} does not have {}", source, space.name, mistake);
}

Json to_json(const Genome& genome) {
  Json stages = Json::array();
  for (const std::vector<BlockGene>& blocks : genome.stages) {
    Json& stage = stages.emplace_back(Json::array());
    for (const BlockGene& gene : blocks) {
      Json& block = stage.emplace_back(Json{{"kernel", gene.kernel}, {"expansion", gene.expansion}});
      if (gene.width != 1) block["width"] = gene.width;
      if (gene.squeeze_excite) block["se"] = true;
    }
  }
  return {{"resolution", genome.resolution}, {"width", genome.width}, {"stages", std::move(stages)}};
}

Genome parse_genome(const Json& json, const std::string& source) {
  Genome genome;
  try {
    genome.resolution = json.at("resolution").get<int>();
    genome.width = json.at("width").get<double>();
    for (const Json& stage : json.at("stages")) {
      std::vector<BlockGene>& blocks = genome.stages.emplace_back();
      for (const Json& block : stage) {
        blocks.push_back({block.at("kernel").get<int>(), block.at("expansion").get<int>(), block.value("width", 1.0),
                          block.value("se", false)});
      }
    }
  } catch (const Json::exception& error) {
    fail("{}: is not a genome: {}", source, error.what());
  }
  return genome;
}

std::string text_of(const Genome& genome) {
  std::string text = fmt::format("{} x{:g}", genome.resolution, genome.width);
  for (const std::vector<BlockGene>& blocks : genome.stages) {
    text += " |";
    for (const BlockGene& gene : blocks) {
      text += fmt::format(" {}e{}", gene.kernel, gene.expansion);
      if (gene.width != 1) text += fmt::format("w{:g}", gene.width);
      if (gene.squeeze_excite) text += "se";
    }
  }
  return text;
}

std::uint64_t hash_of(const Genome& genome) {
  std::uint64_t hash = 0;
  const auto mix = [&hash](double value) {
    hash = data::seed_for(hash, static_cast<std::uint64_t>(std::llround(value * 1e6)));
  };
  mix(genome.resolution);
  mix(genome.width);
  for (const std::vector<BlockGene>& blocks : genome.stages) {
    mix(static_cast<double>(blocks.size()));
    for (const BlockGene& gene : blocks) {
      mix(gene.kernel);
      mix(gene.expansion);
      mix(gene.width);
      mix(gene.squeeze_excite ? 1 : 0);
    }
  }
  return hash;
}

}  // namespace thimble::search
