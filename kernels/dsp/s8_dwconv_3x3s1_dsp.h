/* s8_dwconv_3x3s1_dsp: depthwise convolution 3x3 of stride 1, any padding; see dwconv_windows.h. */
#ifndef THIMBLE_S8_DWCONV_3X3S1_DSP_H
#define THIMBLE_S8_DWCONV_3X3S1_DSP_H

#include "dwconv_windows.h"

THIMBLE_SHARED void s8_dwconv_3x3s1_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                        int32_t first, int32_t end, void* scratch) {
  thimble_dwconv_windows(p, in, out, first, end, scratch, 1);
}

#endif
