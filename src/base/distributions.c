/* SPDX-License-Identifier: MIT */
#include "lesionbench/distributions.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

double
lb_normal_tail(double z)
{
    return 0.5 * erfc(z / sqrt(2));
}

/* The value at which a falling tail is p. The bounds enclose it. */
static double
bisect(double (*tail)(double, double), double freedom, double p, double low, double high)
{
    for (int i = 0; i < 200 && low < high; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            break;
        }
        if (tail(middle, freedom) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2;
}

static double
normal_tail(double z, double unused)
{
    (void)unused;
    return lb_normal_tail(z);
}

double
lb_normal_quantile(double p)
{
    /* By the smaller tail, which does not round to 1. */
    return p < 0.5 ? -bisect(normal_tail, 0, p, 0, 40) : bisect(normal_tail, 0, 1 - p, 0, 40);
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
static double
beta_fraction(double a, double b, double x)
{
    enum { MAX_TERMS = 100000 };
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
    double result = d;
    for (int m = 1; m < MAX_TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double change = 1;
        for (int step = 0; step < 2; step++) {
            double term = step == 0 ? even : odd;
            d = 1 + term * d;
            d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
            c = 1 + term / c;
            c = fabs(c) < DBL_MIN ? DBL_MIN : c;
            change = c * d;
            result *= change;
        }
        if (fabs(change - 1) < 1e-15) {
            break;
        }
    }
    return result;
}

double
lb_incomplete_beta(double a, double b, double x)
{
    if (x <= 0 || x >= 1) {
        return x <= 0 ? 0 : 1;
    }
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
                                     : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double
lb_student_tail(double t, double freedom)
{
    double both = lb_incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
    return t > 0 ? both / 2 : 1 - both / 2;
}

double
lb_student_quantile(double p, double freedom)
{
    double tail = p < 0.5 ? p : 1 - p, high = 2;
    while (lb_student_tail(high, freedom) > tail && high < 1e300) {
        high *= 2;
    }
    double t = bisect(lb_student_tail, freedom, tail, 0, high);
    return p < 0.5 ? -t : t;
}

void
lb_holm(double *p, size_t count, size_t *order)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(p[i])) {
            continue;
        }
        size_t at = used++;
        for (; at > 0 && p[order[at - 1]] > p[i]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    double before = 0;
    for (size_t i = 0; i < used; i++) {
        before = fmax(before, fmin(1, p[order[i]] * (double)(used - i)));
        p[order[i]] = before;
    }
}
