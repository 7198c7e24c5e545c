/* SPDX-License-Identifier: MIT */
/* NumPy's .npy files: versions 1 to 3, C order, little-endian (numpy.lib.format). */
#ifndef LESIONBENCH_NPY_H
#define LESIONBENCH_NPY_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Reads u1, i1, i4, i8, f4, f8 and b1 (as LB_U8). LB_ERROR_UNSUPPORTED for all other types. The
 * caller frees out->data (lb_array_release()). */
lb_status lb_npy_read(lb_array *out, const char *path, lb_error *err);

/* Reads a file in parts: first its header, then some rows (along the first axis) at a time. */
typedef struct lb_npy lb_npy;
lb_status lb_npy_open(lb_npy **out, const char *path, lb_error *err);
void lb_npy_close(lb_npy *npy);                   /* accepts NULL */
const lb_array *lb_npy_header(const lb_npy *npy); /* without data; borrowed */
/* out: rows first .. first + count - 1, of the header's type. They must exist. */
lb_status lb_npy_read_rows(void *out, lb_npy *npy, size_t first, size_t count, lb_error *err);

lb_status lb_npy_write(const char *path, lb_type type, size_t rank, const size_t *shape,
                       const void *data, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
