/* SPDX-License-Identifier: MIT */
#include "least_squares.h"

#include <math.h>
#include <string.h>

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

/* matrix = L L^T, with L in the lower triangle. */
static bool
factorise(double *matrix, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n, whole = row[i];
        for (size_t j = 0; j <= i; j++) {
            const double *other = matrix + j * n;
            double sum = row[j];
            for (size_t k = 0; k < j; k++) {
                sum -= row[k] * other[k];
            }
            if (j < i) {
                row[j] = sum / other[j];
            } else if (!(sum > 1e-12 * whole)) { /* also where it is no number */
                return false;
            } else {
                row[i] = sqrt(sum);
            }
        }
    }
    return true;
}

lb_status
lb_solve_positive(double *right, size_t count, double *matrix, size_t n, lb_error *err)
{
    if (!factorise(matrix, n)) {
        return lb_fail(err, LB_ERROR_NUMERIC, "least squares of %zu unknowns have no one solution",
                       n);
    }
    for (size_t c = 0; c < count; c++) {
        double *x = right + c * n;
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < i; k++) {
                x[i] -= matrix[i * n + k] * x[k];
            }
            x[i] /= matrix[i * n + i];
        }
        for (size_t i = n; i-- > 0;) {
            for (size_t k = i + 1; k < n; k++) {
                x[i] -= matrix[k * n + i] * x[k];
            }
            x[i] /= matrix[i * n + i];
        }
    }
    return LB_OK;
}
