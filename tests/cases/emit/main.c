/* main.c: runs tiny once and prints its first output. */
#include <stdio.h>
#include <string.h>

#include "tiny.h"

/* As int32_t, so that it is aligned to 4 bytes. */
static int32_t arena[(tiny_arena_bytes + 3) / 4];
static const float input[tiny_input_elements];

int main(void) {
  const int8_t* output;
  int i;
  tiny_quantize_input(input, tiny_input(arena)); /* the input: zeros here */
  tiny_invoke(arena);
  output = tiny_output(arena);
  for (i = 0; i < tiny_output_elements; ++i) printf("%d\n", output[i]);
  return 0;
}
