// search/candidate_log.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "base/json.h"
#include "search/candidate.h"
#include "search/line_log.h"

namespace thimble::search {

/// Every candidate of a search in the order in which they were looked at, as JSON lines: the first line says which
/// search it is, each other one is a candidate. A line is in the file as soon as its candidate's fitness is known.
///
/// It is all that a search needs to go on: searches depend on their seed alone, so one that begins anew asks for the
/// same candidates in the same order, and finds here what it knew. So a killed search loses one evaluation, and what it
/// finds in the end is the same. (A state file beside the log could disagree with it.)
class CandidateLog {
 public:
  /// Kept in memory only.
  CandidateLog() = default;

  /// Opens or makes the file. With the board's clock, a line has the milliseconds of an inference too. @throws Error
  /// if the file is of another search (its first line is not `search`; says what differs), or is no log.
  CandidateLog(const std::filesystem::path& file, const Json& search, double clock_mhz = 0);

  /// The fitness of a genome that is in the log.
  std::optional<double> find(const Genome& genome) const;

  /// Appends, unless the genome is there. @throws Error if it cannot be written.
  void add(const Candidate& candidate);

  std::size_t size() const { return fitness_.size(); }

 private:
  std::map<Genome, double> fitness_;
  LineLog lines_;
  double clock_mhz_ = 0;
};

/// All candidates of a log, in order. @throws Error naming the file.
std::vector<Candidate> logged_candidates(const std::filesystem::path& file);

}  // namespace thimble::search
