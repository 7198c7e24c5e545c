/* SPDX-License-Identifier: MIT */
#include "lesionbench/file_bytes.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_GIB = 4 };

lb_status
lb_file_open(FILE **out, size_t *size, const char *path, lb_error *err)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return lb_fail_errno(err, "%s", path);
    }
    if (!S_ISREG(about.st_mode)) {
        return lb_fail(err, LB_ERROR_IO, "%s: is not a file", path);
    }
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return lb_fail_errno(err, "%s", path);
    }
    *out = stream;
    *size = (size_t)about.st_size;
    return LB_OK;
}

lb_status
lb_file_read(char **out, size_t *size, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    char *bytes = NULL;
    FILE *stream = NULL;
    size_t length = 0;
    LB_TRY(lb_file_open(&stream, &length, path, err));
    if (length >> 30 >= MAX_GIB) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: is too large: %zu bytes, %d GiB at most",
                       path, length, MAX_GIB));
    }
    LB_ALLOC(bytes, length + 1);
    if (fread(bytes, 1, length, stream) != length) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot read all of it", path));
    }
    *out = bytes;
    *size = length;
    bytes = NULL;
cleanup:
    lb_free(bytes);
    if (stream != NULL) {
        fclose(stream);
    }
    return status;
}
