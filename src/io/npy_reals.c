/* SPDX-License-Identifier: MIT */
#include "lesionbench/npy_reals.h"

bool
lb_npy_is_narrow(const lb_npy *npy)
{
    lb_type type = lb_npy_header(npy)->type;
    return type == LB_F32 || type == LB_U8 || type == LB_I8;
}

/* The first whole number that is no double; count where there is none. */
static size_t
first_beyond_double(const int64_t *values, size_t count)
{
    const int64_t max = (int64_t)1 << 53;
    for (size_t i = 0; i < count; i++) {
        if (values[i] > max || values[i] < -max) {
            return i;
        }
    }
    return count;
}

lb_status
lb_npy_read_doubles(double *out, lb_npy *npy, void *scratch, size_t row, size_t rows, lb_error *err)
{
    const lb_array *header = lb_npy_header(npy);
    size_t values = lb_array_count(header) / header->shape[0] * rows; /* a row was there */
    lb_status status = lb_npy_read_rows(scratch, npy, row, rows, err);
    if (status != LB_OK) {
        return status;
    }
    if (header->type == LB_I64 && first_beyond_double(scratch, values) < values) {
        return lb_fail(err, LB_ERROR_NUMERIC,
                       "row %zu has a whole number beyond 2^53; save real numbers", row);
    }
    lb_to_doubles(out, scratch, header->type, values);
    return LB_OK;
}
