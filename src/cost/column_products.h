// cost/column_products.h: the loops of kernels/dsp/columns.h, which several kernels share.
#pragma once

#include "cost/families.h"

namespace thimble::cost {

/// How runs of pixels fall into blocks of four, or three at the end of a run, and lone pixels.
struct Blocks {
  double of_four = 0, of_three = 0, lone = 0;

  double all() const { return of_four + of_three; }
  double pixels() const { return 4 * of_four + 3 * of_three; }
};

Blocks blocks_of(double runs, int pixels);

/// Products of the columns of `blocks` with all weights, and the outputs. A column's words go two at a time, four words
/// a round.
void append_products(Loops& loops, const Call& call, const target::Convolution& c, const Blocks& blocks);

}  // namespace thimble::cost
