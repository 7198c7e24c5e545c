/* SPDX-License-Identifier: MIT */
/* Cholesky's factorisation of a symmetric, positive definite matrix. */
#ifndef LESIONBENCH_CHOLESKY_H
#define LESIONBENCH_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Replaces the lower triangle of matrix (n, n), whose rows are `stride` apart, with L, matrix = L
 * L^T; what is above the diagonal is neither read nor written. False where a pivot is not greater
 * than `tolerance` times the matrix's diagonal element, or is no number. */
bool lb_cholesky(double *matrix, size_t stride, size_t n, double tolerance);

/* x (n) = the solution of L L^T x = x. */
void lb_cholesky_solve(double *x, const double *l, size_t stride, size_t n);

#ifdef __cplusplus
}
#endif

#endif
