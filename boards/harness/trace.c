/* trace.c: the CRC-32 of every tensor that the first inference computes. */
#include "trace.h"

#include "harness.h"
#include "io.h"

/* One entry for each tensor of the graph; written to the file as it is. */
static struct {
  uint32_t rows; /* Seen so far. */
  uint32_t crc;
} traced[HARNESS_TENSORS];

static int tracing = 1;

/* zlib's CRC-32 (polynomial 0xEDB88320), four bits a step: a table of 64 bytes is small enough for any firmware. */
static uint32_t extended_crc(uint32_t crc, const uint8_t* bytes, int32_t count) {
  static const uint32_t table[16] = {0x00000000U, 0x1DB71064U, 0x3B6E20C8U, 0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U,
                                     0x4DB26158U, 0x5005713CU, 0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU,
                                     0x9B64C2B0U, 0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU};
  crc = ~crc;
  for (int32_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    crc = (crc >> 4) ^ table[crc & 15U];
    crc = (crc >> 4) ^ table[crc & 15U];
  }
  return ~crc;
}

void harness_trace_rows(int32_t tensor, const int8_t* base, int32_t row_bytes, int32_t ring, int32_t first,
                        int32_t count) {
  if (!tracing) return;
  for (int32_t row = first; row < first + count; ++row) {
    if ((uint32_t)row != traced[tensor].rows) continue;
    const uint8_t* bytes = (const uint8_t*)(base + (row % ring) * row_bytes);
    traced[tensor].crc = extended_crc(traced[tensor].crc, bytes, row_bytes);
    traced[tensor].rows += 1;
  }
}

int harness_end_trace(void) {
  tracing = 0;
  const int file = thimble_io_open("trace.bin", THIMBLE_IO_WRITE);
  if (file < 0) return 1;
  const int failed = thimble_io_write(file, traced, sizeof traced);
  return thimble_io_close(file) || failed;
}
