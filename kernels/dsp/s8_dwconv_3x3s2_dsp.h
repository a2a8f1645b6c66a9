/* s8_dwconv_3x3s2_dsp: depthwise convolution 3x3 of stride 2, any padding; see dwconv_planes.h. */
#ifndef THIMBLE_S8_DWCONV_3X3S2_DSP_H
#define THIMBLE_S8_DWCONV_3X3S2_DSP_H

#include "dwconv_planes.h"

THIMBLE_SHARED void thimble_row_3x3s2(const thimble_conv* p, const thimble_group* group, const thimble_taps* t,
                                      int8_t* out) {
  thimble_square_row(p, group, t, out, 3, 2);
}

THIMBLE_SHARED void thimble_widen_3x3s2(const int8_t* taps, uint32_t* words, const thimble_taps* t) {
  (void)t;
  thimble_widen_square(taps, words, 3, 2);
}

THIMBLE_SHARED void s8_dwconv_3x3s2_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                        int32_t first, int32_t end, void* scratch) {
  thimble_dwconv_square(thimble_row_3x3s2, thimble_widen_3x3s2, p, in, out, first, end, scratch);
}

#endif
