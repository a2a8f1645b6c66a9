#include "emulate/cycle_count.h"

#include <algorithm>
#include <utility>

#include "emulate/pipeline.h"

namespace thimble::emulate {

namespace {

using Block = std::vector<Instruction>;

/// Whether the block that runs next was reached by the branch at the end of the one before.
bool is_taken(const Block& from, const Block& to) {
  const Instruction& last = from.back();
  return last.branches && to.front().address != last.address + last.size;
}

/// Issues of one block after another, from the last issue of the first.
std::vector<int> issues_after(const Block* before, const Block& block, const PipelineModel& model) {
  Pipeline pipeline(model);
  if (before != nullptr) {
    for (const Instruction& instruction : *before) pipeline.issue(instruction);
    if (is_taken(*before, block)) pipeline.branch_to(before->back(), block.front());
  }
  const int start = pipeline.last_issue();
  std::vector<int> issues;
  for (const Instruction& instruction : block) issues.push_back(pipeline.issue(instruction) - start);
  return issues;
}

int words_loaded(const Block& block) {
  int words = 0;
  for (const Instruction& instruction : block) words += instruction.kind == Kind::load ? instruction.words : 0;
  return words;
}

/// How often the branch at a block's end went where, by layer.
struct Ways {
  std::int64_t taken = 0, passed = 0;
};

class Counting {
 public:
  Counting(const ExecutionProfile& profile, const PipelineModel& model) : profile_(profile), model_(model) {
    for (const ExecutedBlock& block : profile.blocks()) code_.push_back(decode(block.address, block.code));
  }

  CycleCounts count() {
    for (std::size_t i = 0; i < code_.size(); ++i) count_block(static_cast<int>(i));
    count_mispredictions();
    std::erase_if(counts_.blocks, [](const BlockCycles& block) { return block.times == 0; });
    std::ranges::sort(counts_.blocks, std::greater(),
                      [&](const BlockCycles& block) { return block.cycles.total(model_); });
    return std::move(counts_);
  }

 private:
  const Block& code(int block) const { return code_[static_cast<std::size_t>(block)]; }

  void count_block(int index) {
    const Block& block = code(index);
    BlockCycles counted{index, 0, {}, block, {}, 0};
    std::map<int, std::pair<std::int64_t, std::vector<int>>> by_previous;
    for (const BlockEdge& edge : profile_.blocks()[static_cast<std::size_t>(index)].edges) {
      const Block* const before = edge.previous >= 0 ? &code(edge.previous) : nullptr;
      auto& [times, issues] = by_previous[edge.previous];
      if (issues.empty()) issues = issues_after(before, block, model_);
      times += edge.times;
      const bool taken = before != nullptr && is_taken(*before, block);
      const Cycles one{static_cast<double>(issues.back()), taken ? 1.0 : 0.0, static_cast<double>(words_loaded(block))};
      add(one * static_cast<double>(edge.times), edge.layer, counted);
      counted.times += edge.times;
      if (before != nullptr && before->back().conditional) {
        Ways& ways = ways_[{edge.previous, edge.layer}];
        (taken ? ways.taken : ways.passed) += edge.times;
      }
    }
    std::int64_t most = 0;
    for (auto& [previous, executed] : by_previous) {
      if (executed.first <= most) continue;
      most = executed.first;
      counted.issues = executed.second;
      counted.each = executed.second.back();
    }
    counts_.blocks.push_back(std::move(counted));
  }

  void count_mispredictions() {
    for (const auto& [where, ways] : ways_) {
      const auto wrong = static_cast<double>(std::min(ways.taken, ways.passed));
      add({wrong * model_.mispredicted_branch, 0, 0}, where.second,
          counts_.blocks[static_cast<std::size_t>(where.first)]);
    }
  }

  void add(const Cycles& cycles, int layer, BlockCycles& block) {
    counts_.total += cycles;
    counts_.layers[layer] += cycles;
    block.cycles += cycles;
  }

  const ExecutionProfile& profile_;
  const PipelineModel& model_;
  std::vector<Block> code_;
  std::map<std::pair<int, int>, Ways> ways_;  ///< By block and layer.
  CycleCounts counts_;
};

}  // namespace

Cycles& Cycles::operator+=(const Cycles& other) {
  pipeline += other.pipeline;
  taken_branches += other.taken_branches;
  loaded_words += other.loaded_words;
  return *this;
}

Cycles Cycles::operator*(double times) const {
  return {pipeline * times, taken_branches * times, loaded_words * times};
}

double Cycles::total(const PipelineModel& model) const {
  return model.memory_factor * (pipeline + model.branch_wait * taken_branches + model.load_wait * loaded_words);
}

CycleCounts count_cycles(const ExecutionProfile& profile, const PipelineModel& model) {
  return Counting(profile, model).count();
}

}  // namespace thimble::emulate
