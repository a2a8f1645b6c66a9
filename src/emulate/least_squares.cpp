#include "emulate/least_squares.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace thimble::emulate {

namespace {

using Vector = std::vector<double>;

/// Column-major matrix.
struct Columns {
  std::vector<Vector> column;
  std::size_t rows() const { return column.empty() ? 0 : column[0].size(); }
};

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Least squares with the columns of `chosen` only, by modified Gram-Schmidt, twice for accuracy. A column that depends
/// on those before it gets 0.
Vector solve(const Columns& a, const std::vector<std::size_t>& chosen, const Vector& b) {
  const std::size_t n = chosen.size();
  std::vector<Vector> q;
  std::vector<Vector> r(n, Vector(n, 0));
  for (std::size_t j = 0; j < n; ++j) {
    Vector v = a.column[chosen[j]];
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t i = 0; i < j; ++i) {
        const double along = dot(q[i], v);
        r[i][j] += along;
        for (std::size_t k = 0; k < v.size(); ++k) v[k] -= along * q[i][k];
      }
    }
    const double length = std::sqrt(dot(v, v));
    r[j][j] = length;
    const double scale = length > 1e-9 ? 1 / length : 0;
    for (double& element : v) element *= scale;
    q.push_back(std::move(v));
  }
  Vector x(n, 0);
  for (std::size_t j = n; j-- > 0;) {
    double sum = dot(q[j], b);
    for (std::size_t k = j + 1; k < n; ++k) sum -= r[j][k] * x[k];
    x[j] = r[j][j] > 1e-9 ? sum / r[j][j] : 0;
  }
  return x;
}

Vector residual(const Columns& a, const Vector& x, const Vector& b) {
  Vector left = b;
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (std::size_t i = 0; i < left.size(); ++i) left[i] -= x[j] * a.column[j][i];
  }
  return left;
}

/// The column outside the active set whose gradient is steepest, or none.
std::size_t steepest(const Columns& a, const Vector& left, const std::vector<bool>& active, double tolerance) {
  std::size_t best = a.column.size();
  double most = tolerance;
  for (std::size_t j = 0; j < a.column.size(); ++j) {
    const double gradient = active[j] ? 0 : dot(a.column[j], left);
    if (gradient > most) {
      most = gradient;
      best = j;
    }
  }
  return best;
}

/// Moves x to the solution over the active columns; those that reach zero on the way leave the set.
void settle(const Columns& a, const Vector& b, std::vector<bool>& active, Vector& x) {
  for (;;) {
    std::vector<std::size_t> chosen;
    for (std::size_t j = 0; j < active.size(); ++j) {
      if (active[j]) chosen.push_back(j);
    }
    const Vector solution = solve(a, chosen, b);
    double step = 1;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const double from = x[chosen[i]];
      if (solution[i] <= 0) step = std::min(step, from > 0 ? from / (from - solution[i]) : 0);
    }
    bool left_one = false;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      double& value = x[chosen[i]];
      value += step * (solution[i] - value);
      if (solution[i] <= 0 && value <= 1e-12) {
        value = 0;
        active[chosen[i]] = false;
        left_one = true;
      }
    }
    if (!left_one) return;
  }
}

}  // namespace

std::vector<double> non_negative_least_squares(std::span<const std::vector<double>> rows,
                                               std::span<const double> values) {
  const std::size_t n = rows[0].size();
  Columns a{std::vector<Vector>(n, Vector(rows.size()))};
  Vector scale(n, 0);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < rows.size(); ++i) a.column[j][i] = rows[i][j];
    scale[j] = std::sqrt(dot(a.column[j], a.column[j]));
    if (scale[j] > 0) {
      for (double& element : a.column[j]) element /= scale[j];
    }
  }
  const Vector b(values.begin(), values.end());
  const double tolerance = 1e-10 * std::sqrt(dot(b, b));
  Vector x(n, 0);
  std::vector<bool> active(n, false);
  for (std::size_t round = 0; round < 10 * n; ++round) {
    const std::size_t next = steepest(a, residual(a, x, b), active, tolerance);
    if (next == n) break;
    active[next] = true;
    settle(a, b, active, x);
  }
  for (std::size_t j = 0; j < n; ++j) x[j] = scale[j] > 0 ? x[j] / scale[j] : 0;
  return x;
}

}  // namespace thimble::emulate
