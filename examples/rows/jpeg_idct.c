/* Columns, then rows, each by the symmetry of the cosines: even coefficients make the sum of an output and its mirror
 * image, odd ones the difference. Integers: the cosines times the square root of 2, so that a block's mean stays exact
 * and an eighth is left for the end; constants of 12 bits, 2 bits more than an eighth between the passes. With
 * coefficients of 12 bits no sum leaves int32. */
#include "jpeg_idct.h"

/* cos(k pi / 16) * sqrt(2) * 2^12 */
enum { c1 = 5681, c2 = 5352, c3 = 4816, c4 = 4096, c5 = 3218, c6 = 2217, c7 = 1130 };

/* Eight values, `step` apart, in place; sums are rounded and divided by 2^shift. */
static void transform(int32_t* v, int32_t step, int32_t shift) {
  const int32_t half = (int32_t)1 << (shift - 1);
  const int32_t v0 = v[0], v1 = v[step], v2 = v[2 * step], v3 = v[3 * step];
  const int32_t v4 = v[4 * step], v5 = v[5 * step], v6 = v[6 * step], v7 = v[7 * step];
  const int32_t sum = c4 * (v0 + v4) + half, difference = c4 * (v0 - v4) + half;
  const int32_t outer = c2 * v2 + c6 * v6, inner = c6 * v2 - c2 * v6;
  const int32_t even[4] = {sum + outer, difference + inner, difference - inner, sum - outer};
  const int32_t odd[4] = {
      c1 * v1 + c3 * v3 + c5 * v5 + c7 * v7,
      c3 * v1 - c7 * v3 - c1 * v5 - c5 * v7,
      c5 * v1 - c1 * v3 + c7 * v5 + c3 * v7,
      c7 * v1 - c5 * v3 + c3 * v5 - c1 * v7,
  };
  int32_t i;
  for (i = 0; i < 4; ++i) {
    v[i * step] = (even[i] + odd[i]) >> shift;
    v[(7 - i) * step] = (even[i] - odd[i]) >> shift;
  }
}

void jpeg_idct(int32_t* coefficients, uint8_t* samples, int32_t stride) {
  int32_t x, y;
  for (x = 0; x < 8; ++x) transform(coefficients + x, 8, 10);
  for (y = 0; y < 8; ++y) transform(coefficients + 8 * y, 1, 17);
  for (y = 0; y < 8; ++y, samples += stride) {
    for (x = 0; x < 8; ++x) {
      const int32_t value = coefficients[8 * y + x] + 128;
      samples[x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
  }
}
