/* SPDX-License-Identifier: MIT */
/* Rows of .npy files as real numbers, whatever numbers they are. */
#ifndef LESIONBENCH_NPY_REALS_H
#define LESIONBENCH_NPY_REALS_H

#include "lesionbench/npy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether float32 holds every number of the file's type. */
bool lb_npy_is_narrow(const lb_npy *npy);
/* Some rows as doubles. room holds as many values of the file's type. LB_ERROR_NUMERIC for whole
 * numbers beyond 2^53, which are no doubles. */
lb_status lb_npy_read_doubles(double *out, lb_npy *npy, void *capacity, size_t row, size_t rows,
                              lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
