/* SPDX-License-Identifier: MIT */
/* Cholesky's factorisation of a symmetric, positive definite matrix. */
#ifndef LESIONBENCH_CHOLESKY_H
#define LESIONBENCH_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Cholesky factorisation in place: matrix (n, n) = L L^T, rows `stride` apart. L replaces the lower
 * triangle. The upper triangle is neither read nor written. False if a pivot is not greater than
 * `tolerance` times the diagonal element of the matrix, or is NaN. */
bool lb_cholesky(double *matrix, size_t stride, size_t n, double tolerance);

/* Solves L L^T y = x, and writes y to x (n). */
void lb_cholesky_solve(double *x, const double *l, size_t stride, size_t n);

#ifdef __cplusplus
}
#endif

#endif
