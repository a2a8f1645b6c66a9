/* jpeg_idct.h: the inverse cosine transform of a block of 8x8. */
#ifndef JPEG_IDCT_H
#define JPEG_IDCT_H

#include <stdint.h>

/* From 64 coefficients, row by row, each within [-2047, 2047], to 8x8 samples whose rows are `stride` bytes apart. The
 * coefficients are overwritten. */
void jpeg_idct(int32_t* coefficients, uint8_t* samples, int32_t stride);

#endif
