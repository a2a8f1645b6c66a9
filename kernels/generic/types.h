/* types.h: what every kernel and the generated code share. C99, freestanding but for memcpy and memset.
 *
 * Layers of an op, from the inside out:
 *   row kernel  s8_conv_1x2_generic(...)  computes one output row (or a run of pixels) from input ROW POINTERS;
 *   driver      thimble_conv_rows(...)    computes output rows [first, first + count) of one op between two planes;
 *   program     <model>_invoke()          calls drivers; loops of calls where the plan streams.
 * A driver turns row numbers into pointers, so layer-wise, streamed and in-place execution are the same kernels.
 *
 * Every driver has one signature,
 *   void driver(kernel, const <params>* p, const thimble_plane* in, const thimble_plane* out,
 *               int32_t first, int32_t count, void* scratch);
 * but for thimble_binary_rows, which takes two inputs (a, b), and thimble_sums_rows, which takes an input and sums.
 * Drivers and row kernels are static inline functions in headers; passing the row kernel as a constant lets the
 * compiler inline it. The drivers: thimble_conv_rows (conv, depthwise, fully connected), thimble_pool_rows,
 * thimble_binary_rows, thimble_map_rows, thimble_pad_rows, thimble_resize_rows, thimble_mean_rows,
 * thimble_transpose_rows, thimble_copy_rows (concat: once for each input, `out` already pointing at that input's first
 * block), thimble_softmax_rows; thimble_mean_by_rows and thimble_pool_by_rows, whose rows are the input's (sum_rows.h).
 * Those whose op is not computed row by row (transpose, softmax, copy, most means) take first = 0, count = all.
 */
#ifndef THIMBLE_TYPES_H
#define THIMBLE_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Hooks of test and benchmark builds; nothing in a product's build. THIMBLE_LAYER(op) stands before each step,
 * THIMBLE_TRACE_ROWS after it, with the output tensor's id and the rows just computed. */
#ifndef THIMBLE_LAYER
#define THIMBLE_LAYER(op) ((void)0)
#endif
#ifndef THIMBLE_TRACE_ROWS
#define THIMBLE_TRACE_ROWS(tensor, plane, first, count) ((void)0)
#endif

/* How accumulators are rounded to outputs: 0, twice, as TFLite does; 1, once, as its TFLITE_SINGLE_ROUNDING does. All
 * of a program rounds in one way: the generated code defines this before it includes kernels. */
#ifndef THIMBLE_SINGLE_ROUNDING
#define THIMBLE_SINGLE_ROUNDING 0
#endif

/* Whether convolutions may gather the columns of more than four pixels before they multiply them: thimble_conv's
 * tile_pixels. The generated code defines this too. */
#ifndef THIMBLE_COLUMN_TILES
#define THIMBLE_COLUMN_TILES 0
#endif

/* How SIMD convolutions keep a channel's bias and scales: 0, in three words; 1, in two, which take a few more
 * instructions to read. The generated code defines this too. */
#ifndef THIMBLE_PACKED_CHANNELS
#define THIMBLE_PACKED_CHANNELS 0
#endif

/* Whether the core issues one instruction a cycle, as a Cortex-M4 does, and not two, as a Cortex-M7: SIMD kernels order
 * their loads for it. The generated code defines this too. */
#ifndef THIMBLE_SINGLE_ISSUE
#define THIMBLE_SINGLE_ISSUE 0
#endif

/* Whether rows may lie in other than their own places in a line buffer: thimble_plane's step and shift. The generated
 * code defines this too. */
#ifndef THIMBLE_SHIFTED_ROWS
#define THIMBLE_SHIFTED_ROWS 0
#endif

/* A tensor [height][width][channels] in the arena. Row r (0 <= r < height of the tensor) is at
 * base + ((r * step + shift) % ring) * row_bytes; ring == height when the whole tensor is there, smaller for a line
 * buffer. Rows follow each other without a gap, so a whole tensor is one dense NHWC block. */
typedef struct {
  int8_t* base;
  int32_t row_bytes;
  int32_t ring;
#if THIMBLE_SHIFTED_ROWS
  int32_t step, shift; /* 1 and 0 but for what lies in the line buffer of another tensor */
#endif
} thimble_plane;

/* Requantization: out = clamp(zero_point + round(acc * multiplier * 2^(shift - 31))), requantize.h. */
typedef struct {
  int32_t multiplier;
  int32_t shift; /* > 0 left, <= 0 right */
} thimble_factor;

/* Convolution, depthwise convolution, and fully connected (a 1x1 convolution of one row of `in_w` pixels).
 * Weights' layout is the variant's; the input's zero point is folded into the bias: bias'[o] = bias[o] - zp *
 * sum(w[o]), so a padded pixel holds in_zero_point. */
#define THIMBLE_SCALES (THIMBLE_PACKED_CHANNELS ? 1 : 2)
typedef struct {
  int32_t in_h, in_w, in_ch;
  int32_t out_h, out_w, out_ch;
  int16_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
  int16_t in_zero_point, out_zero_point, out_min, out_max;
  const void* weights;
  const int32_t* bias;       /* dsp: with the shift, if channels are packed */
  const int32_t* multiplier; /* generic kernels: [out_ch] */
  const int8_t* shift;       /* generic kernels: [out_ch] */
  const int32_t* scales;     /* dsp: [out_ch][THIMBLE_SCALES], what outputs.h makes of multiplier and shift */
  const int32_t* outliers;   /* dsp: channel, multiplier, shift, bias of each that outputs.h cannot requantize */
  int32_t outlier_count;
#if THIMBLE_COLUMN_TILES
  int32_t tile_pixels; /* whose columns the scratch holds; 0: four */
#endif
} thimble_conv;

/* Average and max pooling. Padding does not take part. */
typedef struct {
  int32_t in_h, in_w, channels;
  int32_t out_h, out_w;
  int16_t filter_h, filter_w, stride_h, stride_w, pad_top, pad_left;
  int32_t out_min, out_max;
} thimble_pool;

/* add: out = requantize(out_factor, requantize(a_factor, (a - za) << left_shift) +- requantize(b_factor, ...)).
 * mul: out = requantize(out_factor, (a - za) * (b - zb)). Zero points are subtracted as TFLite does.
 * Elements of `a` and `b` are taken at strides: broadcast dimensions have stride 0. Shapes are padded to 4 dimensions
 * of the output. */
typedef struct {
  int32_t size[4];     /* output [batch][h][w][c] */
  int32_t a_stride[4]; /* in elements */
  int32_t b_stride[4];
  int32_t a_zero_point, b_zero_point, out_zero_point, out_min, out_max;
  int32_t left_shift;
  thimble_factor a_factor, b_factor, out_factor;
} thimble_binary;

/* Table of an element-wise function of one byte: out = table[(uint8_t)in]. Sigmoid, hard-swish, clamps, and
 * requantizations between 8-bit types are all of this kind. */
typedef struct {
  const int8_t* table; /* [256] */
} thimble_map;

/* Bytes `value` around a tensor [height][width][channels]; rows are the output's. */
typedef struct {
  int32_t in_h, in_w, out_w, channels; /* sizes in elements */
  int32_t top, left;                   /* rows and columns before */
  int32_t channels_before, out_ch;     /* padding of the channel dimension; out_ch == channels if none */
  int8_t value;
} thimble_pad;

/* Nearest-neighbour resize by TFLite's float rule, worked out by the compiler: output row y reads input row
 * row_of[y], output column x input column column_of[x]. */
typedef struct {
  int32_t out_w, channels;
  const uint16_t* row_of;
  const uint16_t* column_of;
} thimble_resize;

/* Sums over the axes of a mean and requantizes. The tensor is seen as [outer][reduced][inner][reduced_inner]; a mean
 * over neighbouring axes has reduced_inner 1 (or 0, which means the same). Where the mean keeps the height of an image,
 * the tensor is one row of it: mean_rows.h. */
typedef struct {
  int32_t outer, reduced, inner, reduced_inner;
  int32_t in_zero_point, out_zero_point, out_min, out_max;
  thimble_factor factor;
} thimble_mean;

/* out[i] = in[...]: dimension d of the output has size[d] and steps stride[d] elements through the input. */
typedef struct {
  int32_t size[4];
  int32_t stride[4];
} thimble_transpose;

/* Copies `blocks` blocks of `bytes` bytes, `in_step` and `out_step` bytes apart: one input of a concatenation. Or, for
 * a slice, row by row one block: `bytes` bytes of input rows from `top` on, `left` bytes from their beginning. */
typedef struct {
  int32_t blocks, bytes, in_step, out_step;
  int32_t by_rows, top, left;
} thimble_copy;

/* int8 softmax over `depth` values, TFLite's fixed point. */
typedef struct {
  int32_t rows, depth;
  int32_t multiplier, left_shift, diff_min;
} thimble_softmax;

/* Keeps a row kernel one function that all its layers share, instead of a copy made for the constants of each. */
#if defined(__clang__)
#define THIMBLE_SHARED static __attribute__((noinline, unused))
#elif defined(__GNUC__)
#define THIMBLE_SHARED static __attribute__((noinline, noclone, unused))
#else
#define THIMBLE_SHARED static inline
#endif

/* The number of row r among the rows of the line buffer. */
static inline int32_t thimble_shifted(const thimble_plane* plane, int32_t r) {
#if THIMBLE_SHIFTED_ROWS
  return r * plane->step + plane->shift;
#else
  (void)plane;
  return r;
#endif
}

/* Address of row r of a plane. */
static inline int8_t* thimble_row(const thimble_plane* plane, int32_t r) {
  const int32_t shifted = thimble_shifted(plane, r);
  const int32_t place = shifted < plane->ring ? shifted : shifted % plane->ring; /* most are whole: a division less */
  return plane->base + place * plane->row_bytes;
}

/* Rows from r on that follow each other in memory: up to the end of the ring. */
static inline int32_t thimble_rows_to_wrap(const thimble_plane* plane, int32_t r) {
#if THIMBLE_SHIFTED_ROWS
  if (plane->step != 1) return 1;
#endif
  return plane->ring - thimble_shifted(plane, r) % plane->ring;
}

static inline int32_t thimble_min(int32_t a, int32_t b) { return a < b ? a : b; }

static inline int32_t thimble_clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}

/* A plane whose rows have `row_bytes` bytes. A tensor that the plan sees as one row (any shape but [1,H,W,C]) becomes
 * its rows; any other plane stays as it is. */
static inline thimble_plane thimble_as_rows(const thimble_plane* plane, int32_t row_bytes) {
  thimble_plane rows = *plane;
  if (plane->row_bytes > row_bytes && row_bytes > 0) {
    rows.ring = plane->ring * (plane->row_bytes / row_bytes);
    rows.row_bytes = row_bytes;
  }
  return rows;
}

#endif
