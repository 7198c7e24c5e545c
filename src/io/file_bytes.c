/* SPDX-License-Identifier: MIT */
#include "lesionbench/file_bytes.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

lb_status
lb_file_read(char **out, size_t *size, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    char *bytes = NULL;
    struct stat about;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || fstat(fileno(stream), &about) != 0) {
        LB_TRY(lb_fail_errno(err, "%s", path));
    }
    if (!S_ISREG(about.st_mode)) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: is not a file", path));
    }
    size_t length = (size_t)about.st_size;
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
