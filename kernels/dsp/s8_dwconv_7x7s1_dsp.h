/* s8_dwconv_7x7s1_dsp: depthwise convolution 7x7 of stride 1, any padding; see dwconv_planes.h. */
#ifndef THIMBLE_S8_DWCONV_7X7S1_DSP_H
#define THIMBLE_S8_DWCONV_7X7S1_DSP_H

#include "dwconv_planes.h"

THIMBLE_SHARED void thimble_row_7x7s1(const thimble_conv* p, const thimble_group* group, const thimble_taps* t,
                                      int8_t* out) {
  thimble_square_row(p, group, t, out, 7, 1);
}

THIMBLE_SHARED void thimble_widen_7x7s1(const int8_t* taps, uint32_t* words, const thimble_taps* t) {
  (void)t;
  thimble_widen_square(taps, words, 7, 1);
}

THIMBLE_SHARED void s8_dwconv_7x7s1_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                        int32_t first, int32_t end, void* scratch) {
  thimble_dwconv_square(thimble_row_7x7s1, thimble_widen_7x7s1, p, in, out, first, end, scratch);
}

#endif
