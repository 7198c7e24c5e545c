/* SPDX-License-Identifier: MIT */
#include "lesionbench/score.h"

#include <math.h>

lb_box
lb_box_of(double *values, size_t n)
{
    lb_box box = {n, NAN, NAN, NAN, NAN, NAN, NAN};
    if (n == 0) {
        return box;
    }
    box.q1 = lb_quantile(values, n, 0.25);
    box.median = lb_quantile(values, n, 0.5);
    box.q3 = lb_quantile(values, n, 0.75);
    double reach = 1.5 * (box.q3 - box.q1), sum = 0;
    box.low = INFINITY;
    box.high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        if (values[i] >= box.q1 - reach && values[i] <= box.q3 + reach) {
            box.low = fmin(box.low, values[i]);
            box.high = fmax(box.high, values[i]);
        }
    }
    box.mean = sum / (double)n;
    box.low =
        fmin(box.low, box.q1); /* an interpolated quartile can lie beyond the last such value */
    box.high = fmax(box.high, box.q3);
    return box;
}
