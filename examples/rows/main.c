/* main.c: classifies a JPEG file; the picture is never in memory.
 *
 *   thimble compile person.tflite --input-mode rows -o person
 *   cc -std=c99 -O2 -Iperson *.c person/person.c -o classify && ./classify picture.jpg
 */
#include <stdio.h>

#include "jpeg_rows.h"
#include "person.h"

/* How training made real values of levels 0 to 255: see the model's recipe. */
static const float level_scale = 1.0f / 255;
static const float level_offset = 0.0f;

static int32_t arena[(person_arena_bytes + 3) / 4];
static uint32_t memory[8 * 1024]; /* for pictures up to 1024 columns */
static jpeg_rows picture;

/* From a file here; on a board, from flash, a card, or a socket. */
static int32_t read_file(void* file, uint8_t* to, int32_t room) {
  return (int32_t)fread(to, 1, (size_t)room, (FILE*)file);
}

static int classify(FILE* file) {
  int status;
  picture.input.height = person_input_height;
  picture.input.width = person_input_width;
  picture.input.channels = person_input_channels;
  set_values(&picture.input, level_scale, level_offset, person_input_scale, person_input_zero_point);
  status = jpeg_rows_open(&picture, read_file, file, memory, (int32_t)sizeof memory);
  if (status == 0) status = person_invoke_rows(arena, read_jpeg_row, &picture);
  return status;
}

int main(int count, char** arguments) {
  FILE* file;
  int status, i;
  if (count != 2) {
    fprintf(stderr, "usage: %s FILE.jpg\n", arguments[0]);
    return 2;
  }
  file = fopen(arguments[1], "rb");
  if (file == NULL) {
    fprintf(stderr, "%s: cannot be read\n", arguments[1]);
    return 2;
  }
  status = classify(file);
  fclose(file);
  if (status != 0) {
    fprintf(stderr, "%s: %s\n", arguments[1],
            status == jpeg_too_large ? "too wide for the memory" : jpeg_status_text((jpeg_status)status));
    return 1;
  }
  for (i = 0; i < person_output_elements; ++i) {
    printf("%d\n", person_output(arena)[i]);
  }
  return 0;
}
