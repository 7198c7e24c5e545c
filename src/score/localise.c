/* SPDX-License-Identifier: MIT */
#include "lesionbench/score.h"

#include <math.h>

static void
swap(float *a, float *b)
{
    float kept = *a;
    *a = *b;
    *b = kept;
}

static float
median_of_three(float a, float b, float c)
{
    if (a > b) {
        swap(&a, &b);
    }
    return c <= a ? a : (c >= b ? b : c);
}

/* The k-th smallest value (from 0) of n; reorders them. Hoare's FIND (CACM 1961): linear on
 * average, and on constant fields, since the scans stop at values equal to the pivot. */
static float
select_value(float *values, size_t n, size_t k)
{
    ptrdiff_t left = 0, right = (ptrdiff_t)n - 1, wanted = (ptrdiff_t)k;
    while (left < right) {
        float pivot =
            median_of_three(values[left], values[left + (right - left) / 2], values[right]);
        ptrdiff_t i = left, j = right;
        while (i <= j) {
            while (values[i] < pivot) {
                i++;
            }
            while (pivot < values[j]) {
                j--;
            }
            if (i <= j) {
                swap(&values[i++], &values[j--]);
            }
        }
        if (wanted <= j) {
            right = j;
        } else if (wanted >= i) {
            left = i;
        } else {
            break; /* between the two scans all values equal the pivot */
        }
    }
    return values[k];
}

lb_status
lb_localise(lb_localisation *out, const float *map, const float *truth, size_t count,
            float *scratch, lb_error *err)
{
    if (count > UINT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a map of %zu pixels is too large to score", count);
    }
    size_t p = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(map[i])) {
            return lb_fail(err, LB_ERROR_NUMERIC, "the map is not finite at pixel %zu", i);
        }
        if (isnan(truth[i])) {
            return lb_fail(err, LB_ERROR_NUMERIC, "the ground truth is not a number at pixel %zu",
                           i);
        }
        scratch[i] = map[i];
        p += truth[i] > 0;
    }
    if (p == 0 || p == count) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "the ground truth marks %zu of %zu pixels: nothing to find", p, count);
    }
    float threshold = select_value(scratch, count, count - 1 - p);
    uint32_t tp = 0, fp = 0, ties = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t selected = map[i] > threshold, true_pixel = truth[i] > 0;
        tp += selected & true_pixel;
        fp += selected & (true_pixel ^ 1u);
        ties += map[i] == threshold;
    }
    *out = (lb_localisation){
        .tp = tp, .fp = fp, .fn = (uint32_t)p - tp, .tn = (uint32_t)(count - p) - fp, .ties = ties};
    return LB_OK;
}

static double
share(uint32_t part, uint32_t rest, double of_nothing)
{
    double whole = (double)part + (double)rest;
    return whole > 0 ? (double)part / whole : of_nothing;
}

double
lb_tpr(const lb_localisation *score)
{
    return share(score->tp, score->fn, NAN);
}

double
lb_tnr(const lb_localisation *score)
{
    return share(score->tn, score->fp, NAN);
}

double
lb_precision(const lb_localisation *score)
{
    return share(score->tp, score->fp, 0);
}
