/* SPDX-License-Identifier: MIT */
#include "lesionbench/cholesky.h"

#include <math.h>

bool
lb_cholesky(double *matrix, size_t stride, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * stride, diagonal = row[i];
        for (size_t j = 0; j <= i; j++) {
            const double *other = matrix + j * stride;
            double rest = row[j];
            for (size_t k = 0; k < j; k++) {
                rest -= row[k] * other[k];
            }
            if (j == i && !(rest > tolerance * diagonal)) {
                return false;
            }
            row[j] = j == i ? sqrt(rest) : rest / other[j];
        }
    }
    return true;
}

void
lb_cholesky_solve(double *x, const double *l, size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            x[i] -= l[i * stride + k] * x[k];
        }
        x[i] /= l[i * stride + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) {
            x[i] -= l[k * stride + i] * x[k];
        }
        x[i] /= l[i * stride + i];
    }
}
