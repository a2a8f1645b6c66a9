#include "search/candidate_log.h"

#include <cmath>
#include <sstream>
#include <string>

#include "base/error.h"
#include "base/files.h"

namespace thimble::search {

CandidateLog::CandidateLog(const std::filesystem::path& file, const Json& search, double clock_mhz)
    : lines_(file, search,
             [this](const Json& line, const std::string& where) {
               const Candidate candidate = parse_candidate(line, where);
               fitness_[candidate.genome] = candidate.fitness;
             }),
      clock_mhz_(clock_mhz) {}

std::optional<double> CandidateLog::find(const Genome& genome) const {
  const auto found = fitness_.find(genome);
  return found == fitness_.end() ? std::nullopt : std::optional(found->second);
}

void CandidateLog::add(const Candidate& candidate) {
  if (!fitness_.try_emplace(candidate.genome, candidate.fitness).second) return;
  Json line = to_json(candidate);
  if (clock_mhz_ > 0) line["ms"] = std::round(candidate.cost.cycles / clock_mhz_) / 1000;
  lines_.append(line);
}

std::vector<Candidate> logged_candidates(const std::filesystem::path& file) {
  std::vector<Candidate> candidates;
  std::istringstream lines(read_text(file));
  std::string line;
  std::getline(lines, line);  // Which search it is.
  while (std::getline(lines, line)) {
    const std::string where = fmt::format("{}:{}", file.string(), candidates.size() + 2);
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) fail("{}: is not a JSON object", where);
    candidates.push_back(parse_candidate(json, where));
  }
  return candidates;
}

}  // namespace thimble::search
