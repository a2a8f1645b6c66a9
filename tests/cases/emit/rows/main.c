/* main.c: runs rows once and prints its first output. */
#include <stdio.h>
#include <string.h>

#include "rows.h"

/* As int32_t, so that it is aligned to 4 bytes. */
static int32_t arena[(rows_arena_bytes + 3) / 4];

/* Stands for a camera that gives one line after the other. */
static int read_row(void* camera, int32_t row, int8_t* pixels) {
  static const float line[rows_input_row_elements]; /* zeros here */
  rows_quantize_input_row(line, pixels);
  (void)camera;
  (void)row;
  return 0;
}

int main(void) {
  const int8_t* output;
  int i;
  if (rows_invoke_rows(arena, read_row, NULL) != 0) return 1;
  output = rows_output(arena);
  for (i = 0; i < rows_output_elements; ++i) printf("%d\n", output[i]);
  return 0;
}
