/* SPDX-License-Identifier: MIT */
#include "lesionbench/npy.h"

#include "npy_header.h"

struct lb_npy {
    FILE *stream;
    lb_array header;
    off_t start;      /* of the data */
    size_t row_bytes; /* of one row */
    char *path;
};

void
lb_npy_close(lb_npy *npy)
{
    if (npy == NULL) {
        return;
    }
    if (npy->stream != NULL) {
        fclose(npy->stream);
    }
    lb_free(npy->path);
    lb_free(npy);
}

lb_status
lb_npy_open(lb_npy **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_npy *npy = NULL;
    size_t count = 0;
    LB_ALLOC(npy, 1);
    LB_TRY(lb_npy_start(&npy->stream, &npy->header, &count, path, err));
    npy->start = ftello(npy->stream);
    npy->path = lb_strdup(path, err);
    if (npy->path == NULL) {
        LB_TRY(err->code);
    }
    npy->row_bytes = lb_type_size(npy->header.type); /* the file has them: no overflow */
    for (size_t i = 1; i < npy->header.rank; i++) {
        npy->row_bytes *= npy->header.shape[i];
    }
    *out = npy;
    npy = NULL;
cleanup:
    lb_npy_close(npy);
    return status;
}

const lb_array *
lb_npy_header(const lb_npy *npy)
{
    return &npy->header;
}

lb_status
lb_npy_read_rows(void *out, lb_npy *npy, size_t first, size_t count, lb_error *err)
{
    size_t rows = npy->header.rank > 0 ? npy->header.shape[0] : 1;
    if (first > rows || count > rows - first) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: has %zu rows, not rows %zu to %zu", npy->path,
                       rows, first, first + count);
    }
    if (fseeko(npy->stream, npy->start + (off_t)(first * npy->row_bytes), SEEK_SET) != 0 ||
        fread(out, npy->row_bytes, count, npy->stream) != (npy->row_bytes > 0 ? count : 0)) {
        return lb_fail(err, LB_ERROR_IO, "%s: cannot read all of it", npy->path);
    }
    return LB_OK;
}
