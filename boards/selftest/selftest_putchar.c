/* selftest_putchar.c: the report through Arm semihosting (SYS_WRITEC): for an emulator, or a debugger that is attached
 * and has semihosting enabled; without one, BKPT stops the core. Replace it by a serial port's. */
#include "selftest.h"

void selftest_putchar(char character) {
  register int r0 __asm__("r0") = 0x03;
  register const char* r1 __asm__("r1") = &character;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}
