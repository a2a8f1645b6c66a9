// Plans written by machine but without the planner: a chain of operators that streams, one row of the last one's output
// (or of what it sums up) after the other, everything else in rings that are just large enough.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "plan/row_reads.h"
#include "streamed_plan.h"
#include "test_kernels.h"

namespace thimble::testing {

struct RowPipelineOptions {
  bool rows_input = true;  ///< The caller supplies the input row by row. Else it is there.
};

namespace pipeline {

/// Executes the chain on row numbers, and takes down which rows are computed when.
class Schedule {
 public:
  Schedule(const ir::Graph& graph, const std::vector<target::KernelChoice>& kernels, bool rows_input)
      : graph_(graph), rows_input_(rows_input), next_(graph.ops.size(), 0), held_(graph.ops.size(), 1) {
    const std::size_t last = graph.ops.size() - 1;
    const bool sums = kernels[last].accumulates;
    const ir::Tensor& counted = graph.tensor(sums ? graph.ops[last].inputs[0] : graph.ops[last].outputs[0]);
    for (int row = 0; row < plan::rows_of(counted); ++row) {
      stages_.emplace_back();
      if (sums) {
        require(last, row, row + 1);
        add(static_cast<int>(last), ir::no_tensor, row);
      } else {
        compute(last, row);
      }
    }
    finish_input();
  }

  /// Rows of the input of each operator that must be there at a time.
  const std::vector<int>& held() const { return held_; }

  /// Neighbouring stages of one pattern become one loop.
  std::vector<plan::Stage> stages(const std::vector<plan::Step>& steps) const {
    std::vector<plan::Stage> loops;
    for (const std::vector<Rows>& stage : stages_) {
      if (!loops.empty() && continues(loops.back(), stage)) {
        plan::Stage& loop = loops.back();
        for (std::size_t i = 0; i < stage.size(); ++i)
          if (loop.iterations == 1) loop.steps[i].rows.advance = stage[i].first - loop.steps[i].rows.first;
        ++loop.iterations;
        continue;
      }
      plan::Stage single;
      for (const Rows& rows : stage) {
        plan::Step step = rows.op < 0 ? plan::Step{} : steps[static_cast<std::size_t>(rows.op)];
        step.op = rows.op;
        step.input = rows.input;
        step.rows = {rows.first, 0, rows.count};
        single.steps.push_back(std::move(step));
      }
      loops.push_back(std::move(single));
    }
    return loops;
  }

 private:
  struct Rows {
    int op;
    ir::TensorId input;
    int first;
    int count;
  };

  static bool continues(const plan::Stage& loop, const std::vector<Rows>& stage) {
    if (loop.steps.size() != stage.size()) return false;
    for (std::size_t i = 0; i < stage.size(); ++i) {
      const plan::Step& step = loop.steps[i];
      const int advance = stage[i].first - step.rows.first;
      if (step.op != stage[i].op || step.rows.count != stage[i].count || advance == 0) return false;
      if (loop.iterations > 1 && advance != step.rows.advance * loop.iterations) return false;
    }
    return true;
  }

  void add(int op, ir::TensorId input, int row) {
    std::vector<Rows>& stage = stages_.back();
    if (!stage.empty() && stage.back().op == op && stage.back().first + stage.back().count == row)
      ++stage.back().count;
    else
      stage.push_back({op, input, row, 1});
  }

  /// Computes the rows of an operator's input up to `end`; those from `begin` on must still be there.
  void require(std::size_t op, int begin, int end) {
    for (; next_[op] < end; ++next_[op]) {
      if (op > 0)
        compute(op - 1, next_[op]);
      else if (rows_input_)
        add(-1, graph_.inputs[0], next_[0]);
    }
    held_[op] = std::max(held_[op], next_[op] - begin);
  }

  void compute(std::size_t op, int row) {
    const std::int64_t row_bytes = plan::row_bytes_of(graph_.tensor(graph_.ops[op].inputs[0]));
    std::int64_t begin = INT64_MAX;
    std::int64_t end = 0;
    for (const plan::Read& read : plan::reads_of_row(graph_, graph_.ops[op], row)) {
      begin = std::min(begin, read.begin / row_bytes);
      end = std::max(end, read.end / row_bytes);
    }
    require(op, static_cast<int>(begin), static_cast<int>(end));
    add(static_cast<int>(op), ir::no_tensor, row);
  }

  /// Every row of the input is taken, needed or not.
  void finish_input() {
    const int rows = plan::rows_of(graph_.tensor(graph_.inputs[0]));
    if (!rows_input_ || next_[0] == rows) return;
    stages_.emplace_back();
    require(0, next_[0], rows);
  }

  const ir::Graph& graph_;
  bool rows_input_;
  std::vector<int> next_;  ///< For each operator, the next row of its input.
  std::vector<int> held_;
  std::vector<std::vector<Rows>> stages_;
};

}  // namespace pipeline

/// A streamed plan of a chain: operator i reads operator i - 1's output, all but the last are computed by rows.
inline plan::Plan row_pipeline(const ir::Graph& graph, const std::vector<target::KernelChoice>& kernels,
                               const RowPipelineOptions& options = {}) {
  const pipeline::Schedule schedule(graph, kernels, options.rows_input);
  plan::Plan plan;
  const auto place = [&](ir::TensorId id, int held) {
    const ir::Tensor& tensor = graph.tensor(id);
    const int rows = plan::rows_of(tensor);
    const std::int64_t row_bytes = plan::row_bytes_of(tensor);
    const int ring = std::min(held, rows);
    plan.placements.push_back(
        {id, streamed::stack_buffer(plan, tensor.name, ring * row_bytes), 0, row_bytes, rows, ring});
  };
  const int whole = 1 << 30;
  place(graph.inputs[0], options.rows_input ? schedule.held()[0] : whole);
  std::vector<plan::Step> steps(graph.ops.size());
  for (std::size_t op = 0; op < graph.ops.size(); ++op) {
    place(graph.ops[op].outputs[0], op + 1 < graph.ops.size() ? schedule.held()[op + 1] : whole);
    steps[op].kernel = kernels[op];
    if (kernels[op].scratch_bytes > 0)
      steps[op].scratch_buffer =
          streamed::stack_buffer(plan, "scratch of " + graph.name_of(graph.ops[op]), kernels[op].scratch_bytes);
  }
  plan.stages = schedule.stages(steps);
  for (plan::Buffer& buffer : plan.buffers) buffer.last_stage = static_cast<int>(plan.stages.size()) - 1;
  return plan;
}

/// The same with chosen kernels.
inline plan::Plan row_pipeline(const ir::Graph& graph, const ChooseKernel& choose,
                               const RowPipelineOptions& options = {}) {
  std::vector<target::KernelChoice> kernels;
  for (const ir::Op& op : graph.ops) kernels.push_back(choose(graph, op));
  return row_pipeline(graph, kernels, options);
}

/// A test kernel; that of a mean sums up rows.
inline target::KernelChoice summing_kernel(const ir::Graph& graph, const ir::Op& op) {
  target::KernelChoice choice = test_kernel(graph, op);
  if (std::holds_alternative<ir::Mean>(op.kind)) {
    choice.accumulates = true;
    choice.scratch_bytes = 4 * graph.tensor(op.inputs[0]).shape.back();
  }
  return choice;
}

}  // namespace thimble::testing
