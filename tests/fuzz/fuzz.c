/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

void
fuzz_check(bool holds, const char *condition, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "ERROR: %s:%d: does not hold: %s\n", file, line, condition);
        abort();
    }
}

void
fuzz_touch(const void *bytes, size_t size)
{
    static volatile uint8_t sink;
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum ^= ((const uint8_t *)bytes)[i];
    }
    sink = sum;
    (void)sink;
}

void
fuzz_file_open(fuzz_file *out, const uint8_t *data, size_t size)
{
    out->descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(out->descriptor >= 0);
    FUZZ_CHECK(write(out->descriptor, data, size) == (ssize_t)size);
    snprintf(out->path, sizeof out->path, "/proc/self/fd/%d", out->descriptor);
}

void
fuzz_file_open_gzip(fuzz_file *out, const uint8_t *data, size_t size)
{
    fuzz_file_open(out, NULL, 0);
    gzFile stream = gzopen(out->path, "wb1");
    FUZZ_CHECK(stream != NULL);
    FUZZ_CHECK(size == 0 || gzwrite(stream, data, (unsigned)size) == (int)size);
    FUZZ_CHECK(gzclose(stream) == Z_OK);
}

void
fuzz_file_close(fuzz_file *file)
{
    close(file->descriptor);
}

bool
fuzz_is_gzip(const uint8_t *data, size_t size)
{
    return size >= 2 && data[0] == 0x1F && data[1] == 0x8B;
}
