/* semihosting.c: the harness's files (io.h) and the exit status through BKPT 0xAB. */
#include "semihosting.h"

#include <stdint.h>
#include <string.h>

#include "io.h"

enum {
  sys_open = 0x01,
  sys_close = 0x02,
  sys_write = 0x05,
  sys_read = 0x06,
  sys_seek = 0x0A,
  sys_exit_extended = 0x20
};
enum { mode_rb = 1, mode_wb = 5 };
enum { stopped_application_exit = 0x20026 };

static int call(int operation, const uintptr_t* arguments) {
  register int r0 __asm__("r0") = operation;
  register const uintptr_t* r1 __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void semihosting_exit(int status) {
  const uintptr_t arguments[2] = {stopped_application_exit, (uintptr_t)status};
  for (;;) call(sys_exit_extended, arguments);
}

int thimble_io_open(const char* name, int mode) {
  const uintptr_t arguments[3] = {(uintptr_t)name, mode == THIMBLE_IO_WRITE ? mode_wb : mode_rb, strlen(name)};
  return call(sys_open, arguments);
}

/* Both calls give the number of bytes that were not transferred. */
int thimble_io_read(int file, void* to, size_t bytes) {
  const uintptr_t arguments[3] = {(uintptr_t)file, (uintptr_t)to, bytes};
  return call(sys_read, arguments);
}

int thimble_io_write(int file, const void* from, size_t bytes) {
  const uintptr_t arguments[3] = {(uintptr_t)file, (uintptr_t)from, bytes};
  return call(sys_write, arguments);
}

int thimble_io_seek(int file, size_t position) {
  const uintptr_t arguments[2] = {(uintptr_t)file, position};
  return call(sys_seek, arguments);
}

int thimble_io_close(int file) {
  const uintptr_t arguments[1] = {(uintptr_t)file};
  return call(sys_close, arguments);
}
