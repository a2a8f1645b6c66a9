/* s8_pad_generic: a row of bytes with `value` before and after it, and before and after the channels of each pixel.
 *
 * in int8 or uint8 [in_w][channels] or NULL; out [out_w][out_ch].
 */
#ifndef THIMBLE_S8_PAD_GENERIC_H
#define THIMBLE_S8_PAD_GENERIC_H

#include "pad_rows.h"

THIMBLE_SHARED void s8_pad_generic(const thimble_pad* p, const int8_t* row, int8_t* out) {
  const int32_t row_bytes = p->out_w * p->out_ch;
  int8_t* const pixels = out + p->left * p->out_ch;
  int32_t x;
  if (row != NULL && p->channels == p->out_ch) {
    const int32_t in_bytes = p->in_w * p->channels;
    const int32_t before = p->left * p->out_ch;
    memset(out, p->value, (size_t)before);
    memcpy(pixels, row, (size_t)in_bytes);
    memset(pixels + in_bytes, p->value, (size_t)(row_bytes - before - in_bytes));
    return;
  }
  memset(out, p->value, (size_t)row_bytes);
  if (row == NULL) return;
  for (x = 0; x < p->in_w; ++x) {
    memcpy(pixels + x * p->out_ch + p->channels_before, row + x * p->channels, (size_t)p->channels);
  }
}

#endif
