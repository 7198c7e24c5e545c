/* SPDX-License-Identifier: MIT */
#include "gzip.h"

#include "lesionbench/file_bytes.h"
#include "lesionbench/paths.h"

lb_status
lb_gzip_open(gzFile *out, size_t *file_size, const char *path, lb_error *err)
{
    size_t size = 0;
    lb_status status = lb_file_check(&size, path, err);
    if (status != LB_OK) {
        return status;
    }
    gzFile stream = gzopen(path, "rb");
    if (stream == NULL) {
        return lb_fail_path(err, path);
    }
    *out = stream;
    *file_size = size;
    return LB_OK;
}

enum { MAX_PADDING = 1 << 20 };

size_t
lb_gzip_room(gzFile stream, size_t file_size)
{
    size_t ratio = gzdirect(stream) != 0 ? 1 : LB_GZIP_MAX_RATIO;
    return file_size <= SIZE_MAX / ratio ? file_size * ratio : SIZE_MAX;
}

bool
lb_gzip_ends_well(gzFile stream)
{
    char rest[4096];
    int got = 0, code = Z_OK;
    size_t padding = 0;
    do {
        got = gzread(stream, rest, sizeof rest);
        padding += got > 0 ? (size_t)got : 0;
    } while (got > 0 && padding <= MAX_PADDING);
    gzerror(stream, &code); /* Z_BUF_ERROR where a gzip stream lacks its end */
    return got == 0 && code == Z_OK;
}
