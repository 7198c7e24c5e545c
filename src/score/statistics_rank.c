/* SPDX-License-Identifier: MIT */
/* Rank correlations. */
#include "lesionbench/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/distributions.h"

enum { EXACT_ORDERS = 8, EXACT_INVERSIONS = 33, MAX_GIVEN = 6 };

typedef struct entry {
    double value;
    size_t index;
} entry;

static int
by_value(const void *a, const void *b)
{
    double x = ((const entry *)a)->value, y = ((const entry *)b)->value;
    return (x > y) - (x < y);
}

lb_status
lb_ranks(double *out, const double *values, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    entry *sorted = NULL;
    LB_ALLOC(sorted, n);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = (entry){values[i], i};
    }
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t i = 0, end = 0; i < n; i = end) {
        end = i + 1;
        while (end < n && sorted[end].value == sorted[i].value) {
            end++;
        }
        for (size_t k = i; k < end; k++) {
            out[sorted[k].index] = (double)(i + 1 + end) / 2;
        }
    }
cleanup:
    lb_free(sorted);
    return status;
}

/* Pearson's correlation of ranks, whose mean is known. */
static double
correlate_ranks(const double *x, const double *y, size_t n)
{
    double middle = (double)(n + 1) / 2, xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        double a = x[i] - middle, b = y[i] - middle;
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : (double)NAN;
}

static double
correlation_p(double rho, double freedom)
{
    if (!(freedom > 0) || isnan(rho)) {
        return (double)NAN;
    }
    double rest = (1 - rho) * (1 + rho);
    return rest > 0 ? 2 * lb_student_tail(fabs(rho) * sqrt(freedom / rest), freedom) : 0;
}

/* The share of the orders of y that correlate with x as far from 0, by Heap's enumeration. */
static double
order_p(const double *x, const double *y, size_t n, double rho)
{
    double turned[EXACT_ORDERS], hits = 0, orders = 0;
    size_t counter[EXACT_ORDERS] = {0};
    memcpy(turned, y, n * sizeof *y);
    for (size_t i = 0;;) {
        if (i == 0) {
            hits += fabs(correlate_ranks(x, turned, n)) >= fabs(rho) - 1e-12;
            orders++;
            i = 1;
        }
        while (i < n && counter[i] == i) {
            counter[i++] = 0;
        }
        if (i == n) {
            break;
        }
        size_t other = i % 2 == 0 ? 0 : counter[i];
        double kept = turned[other];
        turned[other] = turned[i];
        turned[i] = kept;
        counter[i]++;
        i = 0;
    }
    return hits / orders;
}

lb_status
lb_spearman(lb_correlation *out, const double *x, const double *y, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    double *ranks = NULL;
    lb_correlation result = {.n = n, .value = (double)NAN, .p = (double)NAN};
    LB_ALLOC(ranks, 2 * n);
    LB_TRY(lb_ranks(ranks, x, n, err));
    LB_TRY(lb_ranks(ranks + n, y, n, err));
    result.value = correlate_ranks(ranks, ranks + n, n);
    if (!isnan(result.value)) {
        result.p = n <= EXACT_ORDERS ? order_p(ranks, ranks + n, n, result.value)
                                     : correlation_p(result.value, (double)n - 2);
    }
    *out = result;
cleanup:
    lb_free(ranks);
    return status;
}

/* Sums over groups of t equal values: pairs, and Kendall's two corrections of the variance. */
typedef struct ties {
    double pairs, triples, third;
} ties;

static lb_status
count_ties(ties *out, const double *values, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    double *ranks = NULL;
    ties sum = {0, 0, 0};
    LB_ALLOC(ranks, n);
    LB_TRY(lb_ranks(ranks, values, n, err));
    /* Each of the t members of a group adds its share of what the group adds. */
    for (size_t i = 0; i < n; i++) {
        double t = 0;
        for (size_t j = 0; j < n; j++) {
            t += ranks[j] == ranks[i];
        }
        sum.pairs += (t - 1) / 2;
        sum.triples += (t - 1) * (t - 2);
        sum.third += (t - 1) * (2 * t + 5);
    }
    *out = sum;
cleanup:
    lb_free(ranks);
    return status;
}

/* 2 P(inversions <= few) of a random order of n, at most 1. */
static double
inversions_p(size_t n, size_t few)
{
    double share[EXACT_INVERSIONS * (EXACT_INVERSIONS - 1) / 2 + 1] = {1};
    double next[EXACT_INVERSIONS * (EXACT_INVERSIONS - 1) / 2 + 1];
    size_t max = 0;
    for (size_t item = 2; item <= n; item++) {
        size_t grown = max + item - 1;
        for (size_t sum = 0; sum <= grown; sum++) {
            next[sum] = 0;
            for (size_t own = 0; own < item && own <= sum; own++) {
                next[sum] += sum - own <= max ? share[sum - own] / (double)item : 0;
            }
        }
        memcpy(share, next, (grown + 1) * sizeof *share);
        max = grown;
    }
    double p = 0;
    for (size_t sum = 0; sum <= few; sum++) {
        p += share[sum];
    }
    return fmin(1, 2 * p);
}

static double
kendall_p(size_t n, double agree, double differ, const ties *x, const ties *y)
{
    double pairs = (double)n * (double)(n - 1) / 2, m = 2 * pairs;
    if (x->pairs == 0 && y->pairs == 0 && n <= EXACT_INVERSIONS) {
        return inversions_p(n, (size_t)fmin(agree, differ));
    }
    double variance =
        (m * (2 * (double)n + 5) - x->third - y->third) / 18 + 2 * x->pairs * y->pairs / m;
    variance += n > 2 ? x->triples * y->triples / (9 * m * (double)(n - 2)) : 0;
    return variance > 0 ? 2 * lb_normal_tail(fabs(agree - differ) / sqrt(variance)) : (double)NAN;
}

lb_status
lb_kendall(lb_correlation *out, const double *x, const double *y, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    lb_correlation result = {.n = n, .value = (double)NAN, .p = (double)NAN};
    ties in_x, in_y;
    double agree = 0, differ = 0;
    LB_TRY(count_ties(&in_x, x, n, err));
    LB_TRY(count_ties(&in_y, y, n, err));
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            int side = ((x[i] > x[j]) - (x[i] < x[j])) * ((y[i] > y[j]) - (y[i] < y[j]));
            agree += side > 0;
            differ += side < 0;
        }
    }
    double pairs = (double)n * ((double)n - 1) / 2;
    double scale = sqrt((pairs - in_x.pairs) * (pairs - in_y.pairs));
    if (n > 1 && scale > 0) {
        result.value = (agree - differ) / scale;
        result.p = kendall_p(n, agree, differ, &in_x, &in_y);
    }
    *out = result;
cleanup:
    return status;
}

enum { SIDE = MAX_GIVEN + 2 };

/* Takes a variable out of the matrix of correlations, unless those before explain it already.
 * Returns whether it did. */
static bool
take_out(double matrix[SIDE][SIDE], size_t side, size_t pivot)
{
    if (!(matrix[pivot][pivot] > 1e-10)) {
        return false;
    }
    for (size_t i = pivot + 1; i < side; i++) {
        double factor = matrix[i][pivot] / matrix[pivot][pivot];
        for (size_t j = pivot + 1; j < side; j++) {
            matrix[i][j] -= factor * matrix[pivot][j];
        }
    }
    return true;
}

/* ranks (side, n): the variables given, then x and y. */
static void
correlate_partially(lb_correlation *out, const double *ranks, size_t side, size_t n)
{
    double matrix[SIDE][SIDE];
    size_t taken = 0, x = side - 2, y = side - 1;
    for (size_t i = 0; i < side; i++) {
        for (size_t j = 0; j < side; j++) {
            double r = correlate_ranks(ranks + i * n, ranks + j * n, n);
            matrix[i][j] = isnan(r) ? 0 : r; /* a constant one explains nothing */
        }
    }
    for (size_t i = 0; i + 2 < side; i++) {
        taken += take_out(matrix, side, i);
    }
    if (matrix[x][x] > 1e-10 && matrix[y][y] > 1e-10) {
        out->value = matrix[x][y] / sqrt(matrix[x][x] * matrix[y][y]);
        out->value = fmax(-1, fmin(1, out->value));
        out->p = correlation_p(out->value, (double)n - 2 - (double)taken);
    }
}

lb_status
lb_partial_spearman(lb_correlation *out, const double *x, const double *y, const double *const *z,
                    size_t given, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    double *ranks = NULL;
    lb_correlation result = {.n = n, .value = (double)NAN, .p = (double)NAN};
    if (given > MAX_GIVEN) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%zu variables are more than can be given (%d)",
                       given, MAX_GIVEN);
    }
    LB_ALLOC(ranks, (given + 2) * n);
    for (size_t i = 0; i < given; i++) {
        LB_TRY(lb_ranks(ranks + i * n, z[i], n, err));
    }
    LB_TRY(lb_ranks(ranks + given * n, x, n, err));
    LB_TRY(lb_ranks(ranks + (given + 1) * n, y, n, err));
    if (n > 1) {
        correlate_partially(&result, ranks, given + 2, n);
    }
    *out = result;
cleanup:
    lb_free(ranks);
    return status;
}
