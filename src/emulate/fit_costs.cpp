#include "emulate/fit_costs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "cost/loops.h"
#include "emulate/firmware.h"
#include "emulate/least_squares.h"
#include "emulate/pipeline_model.h"

namespace thimble::emulate {

namespace {

using Member = double cost::Cost::*;

/// Fits one of the two numbers. Gives the coefficients, the mean and the worst relative error.
struct Fit {
  std::vector<double> coefficients;
  double mean = 0, worst = 0;
};

Fit fit_one(const std::vector<std::vector<double>>& times, std::span<const cost::Cost> costs, Member member) {
  std::vector<std::vector<double>> rows = times;
  const std::vector<double> ones(rows.size(), 1.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (double& element : rows[i]) element /= costs[i].*member;
  }
  Fit fit{non_negative_least_squares(rows, ones)};
  for (const std::vector<double>& row : rows) {
    double predicted = 0;
    for (std::size_t j = 0; j < row.size(); ++j) predicted += row[j] * fit.coefficients[j];
    const double error = std::abs(predicted - 1);
    fit.mean += error / static_cast<double>(rows.size());
    fit.worst = std::max(fit.worst, error);
  }
  return fit;
}

}  // namespace

cost::KernelCost fit_kernel(std::span<const SweepSample> samples, std::span<const cost::Cost> costs, bool with_cycles) {
  std::vector<std::vector<double>> times;
  cost::KernelCost kernel;
  for (const SweepSample& sample : samples) {
    const cost::Loops loops = loops_of(sample);
    std::vector<double>& row = times.emplace_back();
    for (const cost::Loop& loop : loops) row.push_back(loop.times);
    if (kernel.loops.empty()) {
      for (const cost::Loop& loop : loops) kernel.loops.push_back({std::string(loop.name), {}});
    }
  }
  kernel.error.samples = static_cast<int>(samples.size());
  const Fit instructions = fit_one(times, costs, &cost::Cost::instructions);
  kernel.error.mean_instructions = instructions.mean;
  kernel.error.worst_instructions = instructions.worst;
  for (std::size_t j = 0; j < kernel.loops.size(); ++j) {
    kernel.loops[j].each.instructions = instructions.coefficients[j];
  }
  if (!with_cycles) return kernel;
  const Fit cycles = fit_one(times, costs, &cost::Cost::cycles);
  kernel.error.mean_cycles = cycles.mean;
  kernel.error.worst_cycles = cycles.worst;
  for (std::size_t j = 0; j < kernel.loops.size(); ++j) kernel.loops[j].each.cycles = cycles.coefficients[j];
  return kernel;
}

cost::CostTable fit_costs(const target::Board& board) {
  const target::Board large = target::without_budget(board);
  std::vector<SweepSample> samples = sweep_samples(board.core);
  std::ranges::stable_sort(samples, {}, [](const SweepSample& sample) { return sample.kernel.kernel; });
  const std::vector<cost::Cost> costs = count_samples(samples, large);

  cost::CostTable table;
  table.core = board.core.name;
  table.compiler = firmware_flags(board, "-O3");
  if (has_pipeline_model(board.core.name)) table.cycles = fmt::format("boards/pipelines/{}.json", board.core.name);
  for (std::size_t first = 0; first < samples.size();) {
    std::size_t end = first + 1;
    while (end < samples.size() && samples[end].kernel.kernel == samples[first].kernel.kernel) ++end;
    table.kernels[samples[first].kernel.kernel] =
        fit_kernel(std::span(samples).subspan(first, end - first), std::span(costs).subspan(first, end - first),
                   table.has_cycles());
    first = end;
  }
  return table;
}

}  // namespace thimble::emulate
