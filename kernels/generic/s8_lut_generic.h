/* s8_lut_generic: any function of one byte, by a table of 256: sigmoid, hard-swish, clamps, requantization.
 *
 * in, out: int8 or uint8 [count]; table int8 [256], indexed by the input's bits. 2 loads an element. May be in place.
 */
#ifndef THIMBLE_S8_LUT_GENERIC_H
#define THIMBLE_S8_LUT_GENERIC_H

#include "map_rows.h"

THIMBLE_SHARED void s8_lut_generic(const thimble_map* p, const int8_t* in, int8_t* out, int32_t count) {
  int32_t i;
  for (i = 0; i < count; ++i) out[i] = p->table[(uint8_t)in[i]];
}

#endif
