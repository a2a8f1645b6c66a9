/* s8_transpose_generic: permutes up to four dimensions of a tensor of bytes.
 *
 * in int8 or uint8 whole tensor, read at stride[d] elements along dimension d of the output; out dense. 1 load an
 * element.
 */
#ifndef THIMBLE_S8_TRANSPOSE_GENERIC_H
#define THIMBLE_S8_TRANSPOSE_GENERIC_H

#include "transpose_rows.h"

THIMBLE_SHARED void s8_transpose_generic(const thimble_transpose* p, const int8_t* in, int8_t* out) {
  int32_t n, y, x, c;
  for (n = 0; n < p->size[0]; ++n) {
    for (y = 0; y < p->size[1]; ++y) {
      for (x = 0; x < p->size[2]; ++x) {
        const int8_t* value = in + n * p->stride[0] + y * p->stride[1] + x * p->stride[2];
        for (c = 0; c < p->size[3]; ++c, value += p->stride[3]) *out++ = *value;
      }
    }
  }
}

#endif
