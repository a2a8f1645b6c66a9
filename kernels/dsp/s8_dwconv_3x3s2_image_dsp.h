/* s8_dwconv_3x3s2_image_dsp: depthwise convolution 3x3 of stride 2, any padding, for small images; see dwconv_images.h.
 */
#ifndef THIMBLE_S8_DWCONV_3X3S2_IMAGE_DSP_H
#define THIMBLE_S8_DWCONV_3X3S2_IMAGE_DSP_H

#include "dwconv_images.h"

THIMBLE_SHARED void s8_dwconv_3x3s2_image_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                              int32_t first, int32_t end, void* scratch) {
  thimble_dwconv_images(p, in, out, first, end, scratch, 2);
}

#endif
