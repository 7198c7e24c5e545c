/* SPDX-License-Identifier: MIT */
/* Reads rows of .npy files of any number type as real numbers. */
#ifndef LESIONBENCH_NPY_REALS_H
#define LESIONBENCH_NPY_REALS_H

#include "lesionbench/npy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* True if float32 represents every number of the file's type. */
bool lb_npy_is_narrow(const lb_npy *npy);
/* Reads rows as double. scratch: the same number of values in the file's type. LB_ERROR_NUMERIC for
 * integers beyond 2^53, which double cannot represent. */
lb_status lb_npy_read_doubles(double *out, lb_npy *npy, void *scratch, size_t row, size_t rows,
                              lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
