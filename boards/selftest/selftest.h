/* selftest.h: forced into every file of a self-test's build (-include selftest.h), so that the model reports its
 * layers. */
#ifndef THIMBLE_SELFTEST_H
#define THIMBLE_SELFTEST_H

/* Writes one character of the report: yours, selftest_putchar.c is an example. */
void selftest_putchar(char character);

/* The operator `op` begins: an index into the table of selftest_model.h. */
void selftest_layer(int op);

#define THIMBLE_LAYER(op) selftest_layer(op)

#endif
