/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. Each target is one file with LLVMFuzzerTestOneInput(): clang links
 * it with libFuzzer, gcc with replay.c. */
#ifndef LB_FUZZ_H
#define LB_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns 0. Anything but a plain return is a finding. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file without a name in any folder, for readers that take a path. */
typedef struct fuzz_file {
    int descriptor;
    char path[64];
} fuzz_file;

void fuzz_file_open(fuzz_file *out, const uint8_t *data, size_t size);
/* The same, gzipped. */
void fuzz_file_open_gzip(fuzz_file *out, const uint8_t *data, size_t size);
void fuzz_file_close(fuzz_file *file);
bool fuzz_is_gzip(const uint8_t *data, size_t size);

/* What must hold of anything that a reader accepts: says what does not, and aborts. */
#define FUZZ_CHECK(condition) fuzz_check((condition), #condition, __FILE__, __LINE__)
void fuzz_check(bool holds, const char *condition, const char *file, int line);
/* Reads every byte, so that the sanitizers see what lies outside. */
void fuzz_touch(const void *bytes, size_t size);

#endif
