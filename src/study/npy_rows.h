/* SPDX-License-Identifier: MIT */
/* Rows of .npy files as real numbers, whatever numbers they are. */
#ifndef LB_STUDY_NPY_ROWS_H
#define LB_STUDY_NPY_ROWS_H

#include "lesionbench/npy.h"

/* Whether float32 holds every number of the file's type. */
bool npy_is_narrow(const lb_npy *npy);
/* Some rows as doubles. room holds as many values of the file's type. LB_ERROR_NUMERIC for whole
 * numbers beyond 2^53, which are no doubles. */
lb_status npy_read_doubles(double *out, lb_npy *npy, void *room, size_t row, size_t rows,
                           lb_error *err);

#endif
