/* SPDX-License-Identifier: MIT */
/* Rows of datasets past HDF5, which serves one thread at a time. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "h5_internal.h"

struct lb_h5_rows {
    lb_h5 *file;
    char *name;
    lb_type type;
    size_t count, bytes; /* rows, and of a row */
    int descriptor;      /* of HDF5; -1: not straight */
    off_t offset;        /* of the first row */
};

void
lb_h5_rows_close(lb_h5_rows *rows)
{
    if (rows != NULL) {
        lb_free(rows->name);
        lb_free(rows);
    }
}

/* Whether the values lie in the file as in memory, in one piece. */
static bool
is_plain(hid_t dataset, lb_type type)
{
    hid_t properties = H5Dget_create_plist(dataset), stored = H5Dget_type(dataset);
    bool plain = H5Pget_layout(properties) == H5D_CONTIGUOUS &&
                 H5Pget_external_count(properties) == 0 &&
                 H5Tequal(stored, lb_h5_memory_type(type)) > 0;
    lb_h5_drop(stored);
    lb_h5_drop(properties);
    return plain;
}

/* Sets descriptor and offset where rows can go straight. Files that are read may be damaged: what
 * they do not hold is left to HDF5 to refuse. */
static void
find_place(lb_h5_rows *rows, hid_t dataset)
{
    void *descriptor = NULL;
    struct stat about;
    haddr_t start = H5Dget_offset(dataset);
    if (!is_plain(dataset, rows->type) || start == HADDR_UNDEF ||
        H5Fget_vfd_handle(rows->file->id, H5P_DEFAULT, &descriptor) < 0 || descriptor == NULL ||
        fstat(*(int *)descriptor, &about) != 0 || start > LLONG_MAX) {
        return;
    }
    bool written = rows->file->partial != NULL;
    size_t end = (size_t)start + rows->count * rows->bytes;
    if (written || (end >= start && end <= (size_t)about.st_size)) {
        rows->descriptor = *(int *)descriptor;
        rows->offset = (off_t)start;
    }
}

lb_status
lb_h5_rows_open(lb_h5_rows **out, lb_h5 *file, const char *name, lb_type type, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    lb_h5_rows *rows = NULL;
    hid_t dataset = H5I_INVALID_HID;
    size_t rank = 0, shape[LB_MAX_RANK], bytes = lb_type_size(type), all = 0;
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    LB_TRY(lb_h5_check_numbers(dataset, file, name, err));
    LB_TRY(lb_h5_shape(&rank, shape, file, name, err));
    if (rank == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: \"%s\" has no rows", file->path, name));
    }
    for (size_t i = 1; i < rank; i++) {
        LB_TRY(lb_multiply(&bytes, bytes, shape[i], err));
    }
    LB_TRY(lb_multiply(&all, bytes, shape[0], err));
    LB_ALLOC(rows, 1);
    rows->name = lb_strdup(name, err);
    LB_TRY(rows->name == NULL ? err->code : LB_OK);
    rows->file = file;
    rows->type = type;
    rows->count = shape[0];
    rows->bytes = bytes;
    rows->descriptor = -1;
    find_place(rows, dataset);
    *out = rows;
    rows = NULL;
cleanup:
    lb_h5_rows_close(rows);
    lb_h5_drop(dataset);
    return status;
}

static lb_status
check_rows(const lb_h5_rows *rows, size_t first, size_t count, lb_error *err)
{
    if (first > rows->count || count > rows->count - first) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: \"%s\" has %zu rows, not rows %zu to %zu",
                       rows->file->path, rows->name, rows->count, first, first + count);
    }
    return LB_OK;
}

lb_status
lb_h5_rows_read(const lb_h5_rows *rows, size_t first, size_t count, void *data, lb_error *err)
{
    lb_status status = check_rows(rows, first, count, err);
    if (status != LB_OK || rows->descriptor < 0) {
        return status != LB_OK
                   ? status
                   : lb_h5_read_rows(rows->file, rows->name, rows->type, first, count, data, err);
    }
    char *to = data;
    size_t left = count * rows->bytes;
    off_t at = rows->offset + (off_t)(first * rows->bytes);
    while (left > 0) {
        ssize_t n = pread(rows->descriptor, to, left, at);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return lb_h5_fail_read(rows->file, rows->name, err);
        }
        n = n < 0 ? 0 : n;
        to += n;
        at += n;
        left -= (size_t)n;
    }
    return LB_OK;
}

lb_status
lb_h5_rows_write(const lb_h5_rows *rows, size_t first, size_t count, const void *data,
                 lb_error *err)
{
    lb_status status = check_rows(rows, first, count, err);
    if (status != LB_OK || rows->descriptor < 0) {
        return status != LB_OK
                   ? status
                   : lb_h5_write_rows(rows->file, rows->name, rows->type, first, count, data, err);
    }
    const char *from = data;
    size_t left = count * rows->bytes;
    off_t at = rows->offset + (off_t)(first * rows->bytes);
    while (left > 0) {
        errno = 0;
        ssize_t n = pwrite(rows->descriptor, from, left, at);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return lb_h5_fail_write(rows->file, rows->name, err);
        }
        n = n < 0 ? 0 : n;
        from += n;
        at += n;
        left -= (size_t)n;
    }
    return LB_OK;
}
