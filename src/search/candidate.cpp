#include "search/candidate.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "ir/netconfig_layers.h"

namespace thimble::search {

namespace {

constexpr std::array<std::pair<Origin, const char*>, 3> origins{
    {{Origin::random, "random"}, {Origin::crossover, "crossover"}, {Origin::mutation, "mutation"}}};

const char* name_of(Origin origin) {
  for (const auto& [known, name] : origins)
    if (known == origin) return name;
  return "";
}

/// The reverse of mode_of.
void read_mode(const std::string& mode, NetworkCost& cost) {
  int a = 0;
  int b = 0;
  int c = 0;
  if (std::sscanf(mode.c_str(), "%dx%d patches to operator %d", &a, &b, &c) == 3) {
    cost.patch_grid = a;
    cost.patch_split = c;
  } else if (std::sscanf(mode.c_str(), "%d stream", &a) == 1) {
    cost.streams = a;
  }
}

}  // namespace

CandidateCost planned_cost(const DesignSpace& space, LayerTable& table, const CostOptions& options) {
  return [&space, &table, options](const Genome& genome) {
    return cost_of(ir::layers_of(network_of(space, genome)), table, options);
  };
}

std::string mode_of(const NetworkCost& cost) {
  if (cost.patch_grid > 1) return fmt::format("{0}x{0} patches to operator {1}", cost.patch_grid, cost.patch_split);
  if (cost.streams > 0) return fmt::format("{} stream{}", cost.streams, cost.streams == 1 ? "" : "s");
  return "layers";
}

Json to_json(const Candidate& candidate) {
  const NetworkCost& cost = candidate.cost;
  return {{"generation", candidate.generation},
          {"origin", name_of(candidate.origin)},
          {"genome", to_json(candidate.genome)},
          {"sram", cost.sram_bytes},
          {"flash", cost.flash_bytes},
          {"macs", cost.macs},
          {"executed_macs", cost.executed_macs},
          {"cycles", cost.cycles},
          {"mode", mode_of(cost)},
          {"fitness", candidate.fitness}};
}

Candidate parse_candidate(const Json& json, const std::string& source) {
  Candidate candidate;
  try {
    candidate.generation = json.at("generation").get<int>();
    for (const auto& [origin, name] : origins)
      if (json.at("origin") == name) candidate.origin = origin;
    candidate.genome = parse_genome(json.at("genome"), source);
    candidate.cost.sram_bytes = json.at("sram").get<std::int64_t>();
    candidate.cost.flash_bytes = json.at("flash").get<std::int64_t>();
    candidate.cost.macs = json.at("macs").get<std::int64_t>();
    candidate.cost.executed_macs = json.at("executed_macs").get<std::int64_t>();
    candidate.cost.cycles = json.at("cycles").get<double>();
    read_mode(json.at("mode").get<std::string>(), candidate.cost);
    candidate.fitness = json.at("fitness").get<double>();
  } catch (const Json::exception& error) {
    fail("{}: is not a candidate: {}", source, error.what());
  }
  return candidate;
}

}  // namespace thimble::search
