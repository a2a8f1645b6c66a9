#include "cost/column_products.h"

namespace thimble::cost {

Blocks blocks_of(double runs, int pixels) {
  const int rest = pixels % 4;
  return {runs * (pixels / 4), rest == 3 ? runs : 0, rest == 3 ? 0 : runs * rest};
}

void append_products(Loops& loops, const Call& call, const target::Convolution& c, const Blocks& blocks) {
  const int depth = c.kernel_h * c.kernel_w * c.in_ch;
  const int words = (depth + 3) / 4 * 2;
  const int pairs = c.out_ch / 2;
  const int odd = c.out_ch % 2;
  const double block_pairs = blocks.all() * pairs;
  loops.push_back({"blocks of pixels", blocks.all()});
  loops.push_back({"pairs of a block", block_pairs});
  loops.push_back({"words of a block", block_pairs * words});
  loops.push_back({"rounds of a block", block_pairs * ((words + 3) / 4)});
  loops.push_back({"half rounds of a block", words % 4 != 0 ? block_pairs : 0});
  loops.push_back({"rounds of four steps", block_pairs * ((words / 2 + 2) / 4)});
  loops.push_back({"odd channels of a block", blocks.pixels() * odd});
  loops.push_back({"words of odd channels of a block", blocks.pixels() * odd * words});
  loops.push_back({"lone pixels", blocks.lone});
  loops.push_back({"pairs of a lone pixel", blocks.lone * pairs});
  loops.push_back({"odd channels of a lone pixel", blocks.lone * odd});
  loops.push_back({"words of a lone pixel", blocks.lone * (pairs + odd) * words});
  append_outliers(loops, call, blocks.pixels() + blocks.lone, words);
  loops.push_back({"clamped outputs", clamps(call) ? call.rows() * c.out_w * c.out_ch : 0});
}

}  // namespace thimble::cost
