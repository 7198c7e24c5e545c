/* SPDX-License-Identifier: MIT */
#include "lesionbench/score.h"

#include <math.h>
#include <stdlib.h>

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double
lb_quantile(double *values, size_t n, double q)
{
    if (values == NULL || n == 0 || !(q >= 0 && q <= 1)) {
        return (double)NAN;
    }
    qsort(values, n, sizeof *values, ascending);
    double position = q * (double)(n - 1), below = floor(position);
    size_t index = (size_t)below;
    if (index + 1 >= n) {
        return values[n - 1];
    }
    /* Interpolates from the nearer end, as NumPy does, so that the result is monotonic in q. */
    double part = position - below, low = values[index], high = values[index + 1];
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
