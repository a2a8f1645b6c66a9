/* s8_copy_generic: copies blocks of bytes, one memcpy a block. */
#ifndef THIMBLE_S8_COPY_GENERIC_H
#define THIMBLE_S8_COPY_GENERIC_H

#include "copy_rows.h"

THIMBLE_SHARED void s8_copy_generic(const thimble_copy* p, const int8_t* in, int8_t* out) {
  int32_t i;
  for (i = 0; i < p->blocks; ++i) memcpy(out + i * p->out_step, in + i * p->in_step, (size_t)p->bytes);
}

#endif
