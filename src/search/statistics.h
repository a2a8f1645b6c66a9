// search/statistics.h
#pragma once

#include <span>

#include "data/random.h"

namespace thimble::search {

/// 0 if there are no values.
double mean_of(std::span<const double> values);

/// The value below which this share (0 ... 1) of `sorted` lies, interpolated. 0 if there are none.
double percentile(std::span<const double> sorted, double share);

/// Spearman's rank correlation of pairs: 1 where one rises with the other, 0 where they have nothing to do with each
/// other. Equal values share their mean rank. 0 for fewer than two pairs.
double rank_correlation(std::span<const double> a, std::span<const double> b);

struct Interval {
  double low = 0;
  double high = 0;
};

/// The 95 % interval of the mean, by the bootstrap (Efron 1979): of so many means of as many values drawn with
/// replacement, all but the lowest and the highest 2.5 %.
Interval interval_of_mean(std::span<const double> values, int draws, data::Random& random);

}  // namespace thimble::search
