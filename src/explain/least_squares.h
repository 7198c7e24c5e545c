/* SPDX-License-Identifier: MIT */
/* Weighted least squares for rows of 0 and 1: linear models of the visible super-pixels. */
#ifndef LB_EXPLAIN_LEAST_SQUARES_H
#define LB_EXPLAIN_LEAST_SQUARES_H

#include "lesionbench/base.h"

/* matrix (n, n) = sum over rows k of weight[k] z[k] z[k]^T and vector (n) = sum of weight[k]
 * value[k] z[k], for rows z (rows, n) of 0 and 1. */
void lb_gather_normal(double *matrix, double *vector, const uint8_t *z, const double *weights,
                      const double *values, size_t rows, size_t n);

/* Solves matrix x = right for `count` right sides (count, n), in place, by Cholesky's
 * factorisation, which replaces the matrix (n, n), symmetric. LB_ERROR_NUMERIC where it is not
 * positive definite. */
lb_status lb_solve_positive(double *right, size_t count, double *matrix, size_t n, lb_error *err);

#endif
