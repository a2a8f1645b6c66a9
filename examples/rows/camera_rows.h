/* camera_rows.h: the lines of a camera as the rows of a model's input.
 *
 * Cameras send RGB565 lines, each pixel two bytes, the high one first. A DMA fills one buffer of a line while the other
 * is worked on; `wait_line` is the driver's: it returns the line that has just come. Lines are scaled and quantized as
 * they come, so they must come no faster than the model takes them: lower the camera's frame rate, or stop its clock.
 */
#ifndef CAMERA_ROWS_H
#define CAMERA_ROWS_H

#include "row_scaler.h"

/* The next line of the frame, [width][2] bytes, or NULL if it was lost. */
typedef const uint8_t* (*wait_line)(void* driver);

/* camera_rows: a line did not come. */
enum { camera_lost_line = 1 };

typedef struct {
  scaled_input input; /* the caller's to fill in, as the two below */
  wait_line wait;
  void* driver;
  row_scaler scaler;
} camera_rows;

/* Begins a frame; memory of scaler_bytes(&camera->input, width), aligned to 4 bytes. */
void camera_begin(camera_rows* camera, int32_t height, int32_t width, void* memory);

/* What <model>_invoke_rows calls; `camera` is a camera_rows. 0, or camera_lost_line. */
int read_camera_row(void* camera, int32_t row, int8_t* pixels);

#endif
