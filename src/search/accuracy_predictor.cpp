#include "search/accuracy_predictor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace thimble::search {

namespace {

/// Square, row after row.
struct Matrix {
  explicit Matrix(std::size_t size) : size(size), values(size * size) {}
  double& at(std::size_t row, std::size_t column) { return values[row * size + column]; }

  std::size_t size;
  std::vector<double> values;
};

/// x of a x = b, by Cholesky's decomposition; `a` is symmetric and positive definite.
std::vector<double> solved(Matrix a, std::vector<double> b) {
  const std::size_t n = a.size;
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double sum = a.at(row, column);
      for (std::size_t k = 0; k < column; ++k) sum -= a.at(row, k) * a.at(column, k);
      a.at(row, column) = row == column ? std::sqrt(sum) : sum / a.at(column, column);
    }
  }
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t k = 0; k < row; ++k) b[row] -= a.at(row, k) * b[k];
    b[row] /= a.at(row, row);
  }
  for (std::size_t row = n; row-- > 0;) {
    for (std::size_t k = row + 1; k < n; ++k) b[row] -= a.at(k, row) * b[k];
    b[row] /= a.at(row, row);
  }
  return b;
}

template <typename T>
void append_choice(std::vector<double>& features, const std::vector<T>& choices, const T* chosen) {
  for (const T& choice : choices) features.push_back(chosen != nullptr && *chosen == choice ? 1 : 0);
}

/// What the penalty on each weight is worth in measurements.
constexpr double ridge = 1;

}  // namespace

AccuracyPredictor::AccuracyPredictor(const DesignSpace& space, std::span<const Candidate> measured) : space_(space) {
  if (measured.empty()) return;
  std::vector<std::vector<double>> rows;
  for (const Candidate& candidate : measured) {
    rows.push_back(features_of(candidate));
    mean_fitness_ += candidate.fitness / static_cast<double>(measured.size());
  }
  const std::size_t n = rows.front().size();
  mean_features_.assign(n, 0);
  for (const std::vector<double>& row : rows)
    for (std::size_t i = 0; i < n; ++i) mean_features_[i] += row[i] / static_cast<double>(rows.size());

  Matrix squares(n);
  std::vector<double> products(n);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<double>& row = rows[r];
    for (std::size_t i = 0; i < n; ++i) row[i] -= mean_features_[i];
    for (std::size_t i = 0; i < n; ++i) {
      products[i] += row[i] * (measured[r].fitness - mean_fitness_);
      for (std::size_t k = 0; k <= i; ++k) squares.at(i, k) += row[i] * row[k];
    }
  }
  for (std::size_t i = 0; i < n; ++i) squares.at(i, i) += ridge;
  weights_ = solved(std::move(squares), std::move(products));
}

double AccuracyPredictor::predicted_fitness(const Candidate& candidate) const {
  if (weights_.empty()) return 0;
  const std::vector<double> features = features_of(candidate);
  double fitness = mean_fitness_;
  for (std::size_t i = 0; i < features.size(); ++i) fitness += weights_[i] * (features[i] - mean_features_[i]);
  return fitness;
}

std::vector<double> AccuracyPredictor::features_of(const Candidate& candidate) const {
  const Genome& genome = candidate.genome;
  std::vector<double> features;
  features.push_back(std::log2(static_cast<double>(std::max<std::int64_t>(candidate.cost.macs, 1))));
  append_choice(features, space_.resolutions, &genome.resolution);
  append_choice(features, space_.widths, &genome.width);
  for (std::size_t s = 0; s < space_.stages.size(); ++s) {
    const StageSpace& stage = space_.stages[s];
    const std::vector<BlockGene>& blocks = genome.stages[s];
    for (std::size_t b = 0; b < static_cast<std::size_t>(stage.depths.back()); ++b) {
      const BlockGene* gene = b < blocks.size() ? &blocks[b] : nullptr;
      features.push_back(gene != nullptr ? 1 : 0);
      append_choice(features, stage.kernels, gene != nullptr ? &gene->kernel : nullptr);
      append_choice(features, stage.expansions, gene != nullptr ? &gene->expansion : nullptr);
      append_choice(features, stage.block_widths, gene != nullptr ? &gene->width : nullptr);
      features.push_back(gene != nullptr && gene->squeeze_excite ? 1 : 0);
    }
  }
  return features;
}

}  // namespace thimble::search
