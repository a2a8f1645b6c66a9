/* io_stdio.c: the harness's files by the C library, for a process of this computer. */
#include "io.h"

#include <stdio.h>

enum { max_files = 8 };
static FILE* files[max_files];

int thimble_io_open(const char* name, int mode) {
  for (int i = 0; i < max_files; ++i) {
    if (files[i] != NULL) continue;
    files[i] = fopen(name, mode == THIMBLE_IO_WRITE ? "wb" : "rb");
    return files[i] != NULL ? i : -1;
  }
  return -1;
}

int thimble_io_read(int file, void* to, size_t bytes) { return fread(to, 1, bytes, files[file]) != bytes; }

int thimble_io_write(int file, const void* from, size_t bytes) { return fwrite(from, 1, bytes, files[file]) != bytes; }

int thimble_io_seek(int file, size_t position) { return fseek(files[file], (long)position, SEEK_SET); }

int thimble_io_close(int file) {
  const int status = fclose(files[file]);
  files[file] = NULL;
  return status;
}
