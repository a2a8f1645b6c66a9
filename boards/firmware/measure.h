/* measure.h: forced into a measuring build (-include measure.h): marks the inference for the instruction counters, and
 * each layer with MEASURE_LAYERS; measures the stack's high-water mark. */
#ifndef THIMBLE_MEASURE_H
#define THIMBLE_MEASURE_H

#include <stdint.h>

#include "marks.h"

extern uint32_t firmware_stack_bottom[];

enum { measure_paint = 0x5AC3A53C };

/* The stack pointer when the inference began. */
extern uint32_t* measure_stack_top;

/* Paints the stack from its bottom to the stack pointer. No function, since that would use what it paints. */
#define MEASURE_PAINT_STACK()                   \
  do {                                          \
    uint32_t* word = firmware_stack_bottom;     \
    __asm__ volatile(                           \
        ".syntax unified\n\t"                   \
        "mov %1, sp\n\t"                        \
        "1:\n\t"                                \
        "str %2, [%0]\n\t"                      \
        "adds %0, #4\n\t"                       \
        "cmp %0, %1\n\t"                        \
        "blo 1b"                                \
        : "+&l"(word), "=&l"(measure_stack_top) \
        : "l"(measure_paint)                    \
        : "cc", "memory");                      \
  } while (0)

/* Writes stack.bin: the bytes between the stack pointer and the lowest word that lost its paint, a uint32. */
void measure_scan_stack(void);

#define MEASURE_MARK(mark) __asm__ volatile(".inst.n %c0" ::"i"(mark) : "memory")

#define HARNESS_BEGIN()       \
  do {                        \
    MEASURE_PAINT_STACK();    \
    MEASURE_MARK(MARK_BEGIN); \
  } while (0)
#define HARNESS_END()       \
  do {                      \
    MEASURE_MARK(MARK_END); \
    measure_scan_stack();   \
  } while (0)

#define MEASURE_DIGIT(op, place) MARK_DIGIT + 16 * (((op) >> (3 * (place))) & 7)
#define MEASURE_LAYER(op)                                                                                       \
  __asm__ volatile(".inst.n %c0\n\t.inst.n %c1\n\t.inst.n %c2\n\t.inst.n %c3\n\t.inst.n %c4" ::"i"(MARK_LAYER), \
                   "i"(MEASURE_DIGIT(op, 3)), "i"(MEASURE_DIGIT(op, 2)), "i"(MEASURE_DIGIT(op, 1)),             \
                   "i"(MEASURE_DIGIT(op, 0))                                                                    \
                   : "memory")

#define HARNESS_PAUSE() MEASURE_LAYER(MARK_OUTSIDE)
#define HARNESS_RESUME() MEASURE_MARK(MARK_BEGIN)

#ifdef MEASURE_LAYERS
#define THIMBLE_LAYER(op) MEASURE_LAYER(op)
#endif

#endif
