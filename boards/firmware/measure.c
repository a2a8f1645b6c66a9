/* measure.c: the high-water mark of the stack. */
#include "measure.h"

#include <stdint.h>

#include "io.h"

uint32_t* measure_stack_top;

void measure_scan_stack(void) {
  const uint32_t* word = firmware_stack_bottom;
  while (word < measure_stack_top && *word == measure_paint) ++word;
  const uint32_t used = (uint32_t)((uintptr_t)measure_stack_top - (uintptr_t)word);
  const int file = thimble_io_open("stack.bin", THIMBLE_IO_WRITE);
  if (file < 0) return;
  (void)thimble_io_write(file, &used, sizeof used);
  (void)thimble_io_close(file);
}
