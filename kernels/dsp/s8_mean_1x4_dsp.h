/* s8_mean_1x4_dsp: mean over the pixels of [outer][reduced][inner], four channels a step, less the zero points,
 * requantized by a factor that holds the division.
 *
 * in int8 whole tensor or row; out int8 [outer][inner]. Needs inner >= 4 and no reduced_inner; the last step of others than
 * multiples of 4 computes some channels again. Scratch: none. 7 instructions for 4 elements.
 */
#ifndef THIMBLE_S8_MEAN_1X4_DSP_H
#define THIMBLE_S8_MEAN_1X4_DSP_H

#include "../generic/mean_rows.h"
#include "../generic/requantize.h"
#include "sum_bytes.h"

THIMBLE_SHARED void s8_mean_1x4_dsp(const thimble_mean* p, const int8_t* in, int8_t* out) {
  const int32_t start = -p->in_zero_point * p->reduced;
  int32_t n, c, i;
  for (n = 0; n < p->outer; ++n, in += p->reduced * p->inner, out += p->inner) {
    for (c = 0; c < p->inner; c += 4) {
      const int32_t first = thimble_min(c, p->inner - 4);
      thimble_sums sums = {{start, start, start, start}};
      thimble_add_pixels(&sums, in + first, p->reduced, p->inner);
      for (i = 0; i < 4; ++i) {
        const int32_t mean = thimble_requantize(sums.of[i], p->factor.multiplier, p->factor.shift) + p->out_zero_point;
        out[first + i] = (int8_t)thimble_clamp(mean, p->out_min, p->out_max);
      }
    }
  }
}

#endif
