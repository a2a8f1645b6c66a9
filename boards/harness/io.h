/* io.h: files as the harness needs them. io_stdio.c implements it for a process of this computer; a firmware implements
 * it with semihosting. Names are relative to the folder in which the process or the emulator runs. */
#ifndef THIMBLE_HARNESS_IO_H
#define THIMBLE_HARNESS_IO_H

#include <stddef.h>

enum { THIMBLE_IO_READ = 0, THIMBLE_IO_WRITE = 1 };

/* A handle, or a negative number if the file cannot be opened. Writing starts with an empty file. */
int thimble_io_open(const char* name, int mode);

/* 0 if all `bytes` bytes were read or written, else another number. */
int thimble_io_read(int file, void* to, size_t bytes);
int thimble_io_write(int file, const void* from, size_t bytes);

/* Goes to a byte of a file that is read. 0 if it succeeded. */
int thimble_io_seek(int file, size_t position);

/* 0 if everything that was written is in the file. */
int thimble_io_close(int file);

#endif
