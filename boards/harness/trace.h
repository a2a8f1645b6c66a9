/* trace.h: forced into the generated program (-include trace.h) so that every step reports the rows it has computed. */
#ifndef THIMBLE_HARNESS_TRACE_H
#define THIMBLE_HARNESS_TRACE_H

#include <stdint.h>

/* Adds rows [first, first + count) of a tensor to its CRC-32. Rows come in order; a row that comes again (a halo that
 * is computed twice) is left out. Row r is at base + (r % ring) * row_bytes. */
void harness_trace_rows(int32_t tensor, const int8_t* base, int32_t row_bytes, int32_t ring, int32_t first,
                        int32_t count);

#define THIMBLE_TRACE_ROWS(tensor, plane, first, count) \
  harness_trace_rows((tensor), (plane)->base, (plane)->row_bytes, (plane)->ring, (first), (count))

#endif
