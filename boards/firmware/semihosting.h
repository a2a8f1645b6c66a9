/* semihosting.h: what a firmware asks of the emulator (Arm's semihosting specification, version 3). */
#ifndef THIMBLE_SEMIHOSTING_H
#define THIMBLE_SEMIHOSTING_H

/* Ends the emulator with this exit status. */
void semihosting_exit(int status);

#endif
