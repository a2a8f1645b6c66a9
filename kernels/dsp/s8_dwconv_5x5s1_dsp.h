/* s8_dwconv_5x5s1_dsp: depthwise convolution 5x5 of stride 1, any padding; see dwconv_planes.h. */
#ifndef THIMBLE_S8_DWCONV_5X5S1_DSP_H
#define THIMBLE_S8_DWCONV_5X5S1_DSP_H

#include "dwconv_planes.h"

THIMBLE_SHARED void thimble_row_5x5s1(const thimble_conv* p, const thimble_group* group, const thimble_taps* t,
                                      int8_t* out) {
  thimble_square_row(p, group, t, out, 5, 1);
}

THIMBLE_SHARED void thimble_widen_5x5s1(const int8_t* taps, uint32_t* words, const thimble_taps* t) {
  (void)t;
  thimble_widen_square(taps, words, 5, 1);
}

THIMBLE_SHARED void s8_dwconv_5x5s1_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                        int32_t first, int32_t end, void* scratch) {
  thimble_dwconv_square(thimble_row_5x5s1, thimble_widen_5x5s1, p, in, out, first, end, scratch);
}

#endif
