// emulate/least_squares.h
#pragma once

#include <span>
#include <vector>

namespace thimble::emulate {

/// Coefficients x >= 0 that minimize the sum over rows of (rows[i] . x - values[i])^2, by the active-set method of
/// Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23). Columns are scaled to unit length first. What
/// costs time costs at least nothing: without the bound, loops that always run together would get opposite signs, and
/// shapes outside the sweep nonsense.
/// Every row has as many elements as the first. Needs at least one row.
std::vector<double> non_negative_least_squares(std::span<const std::vector<double>> rows,
                                               std::span<const double> values);

}  // namespace thimble::emulate
