/* SPDX-License-Identifier: MIT */
#include "least_squares.h"

#include <string.h>

#include "lesionbench/cholesky.h"

void
lb_gather_normal(double *matrix, double *vector, const uint8_t *z, const double *weights,
                 const double *values, size_t rows, size_t n)
{
    memset(matrix, 0, n * n * sizeof *matrix);
    memset(vector, 0, n * sizeof *vector);
    for (size_t k = 0; k < rows; k++) {
        const uint8_t *row = z + k * n;
        for (size_t i = 0; i < n; i++) {
            if (!row[i]) {
                continue;
            }
            vector[i] += weights[k] * values[k];
            for (size_t j = 0; j <= i; j++) {
                matrix[i * n + j] += row[j] ? weights[k] : 0;
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            matrix[j * n + i] = matrix[i * n + j];
        }
    }
}

lb_status
lb_solve_positive(double *right, size_t count, double *matrix, size_t n, lb_error *err)
{
    if (!lb_cholesky(matrix, n, n, 1e-12)) {
        return lb_fail(err, LB_ERROR_NUMERIC, "least squares of %zu unknowns have no one solution",
                       n);
    }
    for (size_t c = 0; c < count; c++) {
        lb_cholesky_solve(right + c * n, matrix, n, n);
    }
    return LB_OK;
}
