#include "search/fitness_cache.h"

#include "base/error.h"

namespace thimble::search {

FitnessCache::FitnessCache(const std::filesystem::path& file, const Json& measure)
    : lines_(file, measure, [this](const Json& line, const std::string& where) {
        if (!line.contains("genome") || !line.value("fitness", Json()).is_number()) fail("{}: has no fitness", where);
        fitness_[parse_genome(line.at("genome"), where)] = line.at("fitness").get<double>();
      }) {}

double FitnessCache::fitness(const Genome& genome, const Fitness& measure) {
  if (const auto found = fitness_.find(genome); found != fitness_.end()) return found->second;
  const double fitness = measure(genome);
  fitness_[genome] = fitness;
  lines_.append({{"genome", to_json(genome)}, {"fitness", fitness}});
  return fitness;
}

}  // namespace thimble::search
