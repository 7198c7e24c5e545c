/* SPDX-License-Identifier: MIT */
#include "lesionbench/idx.h"

#include <limits.h>

#include "gzip.h"

enum { UNSIGNED_BYTES = 0x08, MAX_GIB = 4 };

static lb_status
fail_damaged(const char *path, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: the IDX file is damaged or truncated", path);
}

/* Two zero bytes, the type, the rank, then a big-endian size for each axis. */
static lb_status
read_header(lb_array *out, gzFile stream, size_t file_size, const char *path, lb_error *err)
{
    uint8_t magic[4], side[4];
    size_t count = 0;
    if (gzread(stream, magic, sizeof magic) != sizeof magic || magic[0] != 0 || magic[1] != 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: is not an IDX file", path);
    }
    if (magic[2] != UNSIGNED_BYTES || magic[3] == 0 || magic[3] > LB_MAX_RANK) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: IDX of type 0x%02x with %d axes; only bytes (0x08) of 1 to %d axes",
                       path, magic[2], magic[3], LB_MAX_RANK);
    }
    out->type = LB_U8;
    out->rank = magic[3];
    for (size_t i = 0; i < out->rank; i++) {
        if (gzread(stream, side, sizeof side) != sizeof side) {
            return fail_damaged(path, err);
        }
        out->shape[i] =
            (size_t)side[0] << 24 | (size_t)side[1] << 16 | (size_t)side[2] << 8 | (size_t)side[3];
    }
    if (lb_array_measure(&count, out, err) != LB_OK) {
        return lb_fail_context(err, "%s: the IDX file is damaged", path);
    }
    if (count > lb_gzip_room(stream, file_size)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the IDX header claims %zu bytes of data, but the file has only %zu",
                       path, count, file_size);
    }
    if (count >> 30 >= MAX_GIB) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: is too large: %zu bytes, %d GiB at most",
                       path, count, MAX_GIB);
    }
    return LB_OK;
}

static lb_status
read_bytes(uint8_t *to, size_t count, gzFile stream, const char *path, lb_error *err)
{
    for (size_t done = 0; done < count;) {
        size_t wanted = count - done < INT_MAX ? count - done : INT_MAX;
        int got = gzread(stream, to + done, (unsigned)wanted);
        if (got <= 0) {
            return fail_damaged(path, err);
        }
        done += (size_t)got;
    }
    return lb_gzip_ends_well(stream) ? LB_OK : fail_damaged(path, err);
}

lb_status
lb_idx_read(lb_array *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array array = {0};
    gzFile stream = NULL;
    size_t file_size = 0;
    LB_TRY(lb_gzip_open(&stream, &file_size, path, err));
    LB_TRY(read_header(&array, stream, file_size, path, err));
    array.data = lb_alloc(lb_array_count(&array), 1, err);
    if (array.data == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(read_bytes(array.data, lb_array_count(&array), stream, path, err));
    *out = array;
    array.data = NULL;
cleanup:
    lb_array_release(&array);
    if (stream != NULL) {
        gzclose(stream);
    }
    return status;
}
