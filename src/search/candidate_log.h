// search/candidate_log.h
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "base/json.h"
#include "search/candidate.h"

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

  /// Opens or makes the file. A last line that was cut off is dropped. @throws Error if the file is of another search
  /// (its first line is not `search`; says what differs), or is no log.
  CandidateLog(const std::filesystem::path& file, const Json& search);

  /// The fitness of a genome that is in the log.
  std::optional<double> find(const Genome& genome) const;

  /// Appends, unless the genome is there. @throws Error if it cannot be written.
  void add(const Candidate& candidate);

  std::size_t size() const { return fitness_.size(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void append(const Json& line);

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::map<Genome, double> fitness_;
};

}  // namespace thimble::search
