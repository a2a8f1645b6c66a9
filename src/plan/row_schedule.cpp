// plan/row_schedule.cpp
#include "plan/row_schedule.h"

#include <algorithm>

namespace thimble::plan {
namespace {

class Schedule {
 public:
  Schedule(const ir::Graph& graph, const RowStream& stream)
      : graph_(graph), stream_(stream), producer_(graph.tensors.size(), elsewhere), done_(graph.tensors.size(), 0) {
    for (const ir::TensorId id : stream.from_caller) producer_[static_cast<std::size_t>(id)] = RowWork::from_caller;
    for (const int op : stream.ops) producer_[static_cast<std::size_t>(op_at(op).outputs.at(0))] = op;
  }

  std::vector<RowWork> run() {
    const int last = stream_.ops.back();
    const ir::TensorId output = op_at(last).outputs.at(0);
    const int rows = rows_of(graph_.tensor(last == stream_.summing_op ? op_at(last).inputs.at(0) : output));
    for (int done = 0; done < rows;) {
      done = std::min(done + stream_.rows_at_a_time, rows);
      for (const ir::TensorId result : stream_.results)
        if (result != output) compute(result, rows_of(graph_.tensor(result)) * done / rows);
      compute(output, done);
    }
    for (const ir::TensorId input : stream_.from_caller) compute(input, rows_of(graph_.tensor(input)));
    return std::move(work_);
  }

 private:
  static constexpr int elsewhere = -2;  ///< Computed before the stream.

  const ir::Op& op_at(int index) const { return graph_.ops[static_cast<std::size_t>(index)]; }

  /// Computes rows up to `rows`, and first what they need.
  void compute(ir::TensorId tensor, int rows) {
    const int producer = producer_[static_cast<std::size_t>(tensor)];
    if (producer == elsewhere) return;
    int& done = done_[static_cast<std::size_t>(tensor)];
    while (done < rows) {
      const int end = std::min(done + stream_.rows_at_a_time, rows);
      if (producer != RowWork::from_caller) compute_inputs(producer, end);
      work_.push_back({producer, tensor, {done, end}});
      done = end;
    }
  }

  void compute_inputs(int index, int rows) {
    const ir::Op& op = op_at(index);
    for (std::size_t i = 0; i < op.inputs.size(); ++i)
      if (op.inputs[i] != ir::no_tensor && !graph_.tensor(op.inputs[i]).is_constant())
        compute(op.inputs[i], rows_read(graph_, stream_, index, i, {rows - 1, rows}).end);
  }

  const ir::Graph& graph_;
  const RowStream& stream_;
  std::vector<int> producer_;  ///< By tensor.
  std::vector<int> done_;      ///< Rows from the first on, by tensor.
  std::vector<RowWork> work_;
};

Step step_of(const RowWork& work) {
  Step step;
  step.op = work.op;
  if (work.op == RowWork::from_caller) step.input = work.tensor;
  step.rows = {work.rows.first, 0, work.rows.count()};
  return step;
}

/// How often the `period` pieces of work from `first` on are repeated, rows advancing by the same number each time.
int repetitions(std::span<const RowWork> work, std::size_t first, std::size_t period) {
  int times = 1;
  for (std::size_t at = first + period; at + period <= work.size(); at += period, ++times)
    for (std::size_t i = 0; i < period; ++i) {
      const RowWork& before = work[at + i - period];
      const RowWork& now = work[at + i];
      const RowWork& start = work[first + i];
      const int advance = work[first + period + i].rows.first - start.rows.first;
      const bool continues = now.tensor == before.tensor && now.rows.count() == before.rows.count() &&
                             now.rows.first == before.rows.first + advance;
      if (!continues) return times;
    }
  return times;
}

Stage loop_of(std::span<const RowWork> work, std::size_t first, std::size_t period, int times) {
  Stage stage;
  stage.iterations = times;
  for (std::size_t i = first; i < first + period; ++i) {
    stage.steps.push_back(step_of(work[i]));
    if (times > 1) stage.steps.back().rows.advance = work[i + period].rows.first - work[i].rows.first;
  }
  return stage;
}

}  // namespace

Rows rows_read(const ir::Graph& graph, const RowStream& stream, int op, std::size_t input, Rows work) {
  return op == stream.summing_op ? work : rows_read(graph, graph.ops[static_cast<std::size_t>(op)], input, work);
}

std::vector<RowWork> schedule_rows(const ir::Graph& graph, const RowStream& stream) {
  return Schedule(graph, stream).run();
}

std::vector<Stage> loops_of(std::span<const RowWork> work) {
  std::vector<Stage> stages;
  for (std::size_t first = 0; first < work.size();) {
    std::size_t best_period = 1;
    int best_times = 1;
    std::size_t saved = 0;
    for (std::size_t period = 1; first + 2 * period <= work.size(); ++period) {
      const int times = repetitions(work, first, period);
      const std::size_t saves = period * static_cast<std::size_t>(times - 1);
      if (saves > saved) {
        saved = saves;
        best_period = period;
        best_times = times;
      }
    }
    const bool loops = best_times > 1;
    if (loops || stages.empty() || stages.back().iterations > 1) {
      stages.push_back(loop_of(work, first, best_period, best_times));
    } else {
      stages.back().steps.push_back(step_of(work[first]));
    }
    first += best_period * static_cast<std::size_t>(best_times);
  }
  return stages;
}

}  // namespace thimble::plan
