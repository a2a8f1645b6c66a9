/* marks.h: Thumb hints that mark a measured inference. No compiler emits them, every Cortex-M executes them as no-ops,
 * and the counters (emulate/plugin/count.c, emulate/mark_counter.cpp) know them and leave them out of their counts.
 *
 * A layer's mark is MARK_LAYER and the op's number in MARK_DIGITS octal digits, the highest first; digit d is
 * MARK_DIGIT + 16 * d. After the number MARK_OUTSIDE nothing is counted, until MARK_BEGIN: what the model's caller does
 * during an inference to supply an input's rows. */
#ifndef THIMBLE_MARKS_H
#define THIMBLE_MARKS_H

#define MARK_BEGIN 0xBF50
#define MARK_END 0xBF60
#define MARK_LAYER 0xBF70
#define MARK_DIGIT 0xBF80
#define MARK_LAST 0xBFF0
#define MARK_DIGITS 4
#define MARK_OUTSIDE ((1 << (3 * MARK_DIGITS)) - 1)
#define MARK_LAYERS MARK_OUTSIDE

#endif
