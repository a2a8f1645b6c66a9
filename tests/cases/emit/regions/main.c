/* main.c: runs regions once and prints its first output. */
#include <stdio.h>
#include <string.h>

#include "regions.h"

/* As int32_t, so that it is aligned to 4 bytes. */
static int32_t arena_0[(regions_arena_0_bytes + 3) / 4];
static int32_t arena_1[(regions_arena_1_bytes + 3) / 4];
static void* const arena[regions_arenas] = {arena_0, arena_1};

int main(void) {
  const int8_t* output;
  int i;
  memset(regions_input(arena), regions_input_zero_point, regions_input_bytes); /* the input: zeros here */
  regions_invoke(arena);
  output = regions_output(arena);
  for (i = 0; i < regions_output_elements; ++i) printf("%d\n", output[i]);
  return 0;
}
