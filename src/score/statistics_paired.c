/* SPDX-License-Identifier: MIT */
/* Tests and effect sizes of paired differences. */
#include "lesionbench/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/distributions.h"
#include "lesionbench/random.h"

enum { EXACT_RANKS = 50, EXACT_FLIPS = 20 };

/* 2 min(P(W <= plus), P(W >= plus)) of the rank sum of n <= EXACT_RANKS differences. Counts of sign
 * patterns up to 2^50 are exact in double. */
static double
exact_signed_rank(size_t n, double plus)
{
    double ways[EXACT_RANKS * (EXACT_RANKS + 1) / 2 + 1] = {1};
    size_t max = n * (n + 1) / 2, at = (size_t)plus;
    for (size_t rank = 1; rank <= n; rank++) {
        for (size_t sum = rank * (rank + 1) / 2; sum >= rank; sum--) {
            ways[sum] += ways[sum - rank];
        }
    }
    double less = 0, more = 0;
    for (size_t sum = 0; sum <= max; sum++) {
        less += sum <= at ? ways[sum] : 0;
        more += sum >= at ? ways[sum] : 0;
    }
    return fmin(1, 2 * fmin(less, more) / ldexp(1, (int)n));
}

/* ties: sum of t^3 - t over groups of t equal ones. */
static double
normal_signed_rank(double n, double plus, double minus, double ties)
{
    double mean = n * (n + 1) / 4, spread = sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
    double away = mean - fmin(plus, minus);
    return spread > 0 ? fmin(1, 2 * lb_normal_tail(fmax(0, away - 0.5) / spread)) : 1;
}

/* Sum of t^3 - t over groups of equal ranks; ranks in any order, which they lose. */
static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
sum_ties(double *ranks, size_t n)
{
    double sum = 0;
    qsort(ranks, n, sizeof *ranks, ascending);
    for (size_t i = 0, end = 0; i < n; i = end) {
        end = i + 1;
        while (end < n && ranks[end] == ranks[i]) {
            end++;
        }
        double t = (double)(end - i);
        sum += t * t * t - t;
    }
    return sum;
}

lb_status
lb_wilcoxon(lb_signed_rank *out, const double *differences, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    double *sizes = NULL, *ranks = NULL;
    bool *up = NULL;
    lb_signed_rank result = {.p = 1};
    LB_ALLOC(sizes, n);
    LB_ALLOC(ranks, n);
    LB_ALLOC(up, n);
    for (size_t i = 0; i < n; i++) {
        if (differences[i] != 0) {
            up[result.used] = differences[i] > 0;
            sizes[result.used++] = fabs(differences[i]);
        }
    }
    LB_TRY(lb_ranks(ranks, sizes, result.used, err));
    for (size_t i = 0; i < result.used; i++) {
        *(up[i] ? &result.plus : &result.minus) += ranks[i];
    }
    if (result.used > 0) {
        double ties = sum_ties(ranks, result.used), both = result.plus + result.minus;
        result.exact = result.used == n && n <= EXACT_RANKS && ties == 0;
        result.rank_biserial = (result.plus - result.minus) / both;
        result.p = result.exact
                       ? exact_signed_rank(n, result.plus)
                       : normal_signed_rank((double)result.used, result.plus, result.minus, ties);
    }
    *out = result;
cleanup:
    lb_free(up);
    lb_free(ranks);
    lb_free(sizes);
    return status;
}

/* All patterns but for their mirror images, one sign changed at a time (Gray's code). */
static double
flip_all(const double *differences, size_t n, double observed, double slack)
{
    double sum = 0, sign[EXACT_FLIPS];
    size_t patterns = (size_t)1 << (n - 1), hits = 0;
    for (size_t i = 0; i < n; i++) {
        sign[i] = 1;
        sum += differences[i];
    }
    for (size_t pattern = 1;; pattern++) {
        hits += fabs(sum) >= observed - slack;
        if (pattern == patterns) {
            break;
        }
        size_t changed = 0;
        while ((pattern >> changed & 1) == 0) {
            changed++;
        }
        sign[changed] = -sign[changed];
        sum += 2 * sign[changed] * differences[changed];
    }
    return (double)hits / (double)patterns;
}

enum { BITS = 8, PATTERNS = 1 << BITS };

/* table[b][pattern]: the sum of the eight differences from 8 b on, those of set bits negative. */
static void
fill_tables(double *table, const double *differences, size_t n)
{
    for (size_t first = 0; first < n; first += BITS, table += PATTERNS) {
        for (size_t pattern = 0; pattern < PATTERNS; pattern++) {
            double sum = 0;
            for (size_t i = 0; i < BITS && first + i < n; i++) {
                double value = differences[first + i];
                sum += (pattern >> i & 1) != 0 ? -value : value;
            }
            table[pattern] = sum;
        }
    }
}

static double
flip_some(const double *table, size_t n, size_t draws, uint64_t seed, double observed, double slack)
{
    size_t hits = 0, bytes = (n + BITS - 1) / BITS;
    for (size_t d = 0; d < draws; d++) {
        lb_random random;
        double sum = 0;
        uint32_t bits = 0;
        lb_random_init(&random, seed, LB_PURPOSE_SIGN_FLIP, d);
        for (size_t b = 0; b < bytes; b++) {
            bits = b % 4 == 0 ? lb_random_u32(&random) : bits >> BITS;
            sum += table[b * PATTERNS + bits % PATTERNS];
        }
        hits += fabs(sum) >= observed - slack;
    }
    return ((double)hits + 1) / ((double)draws + 1);
}

lb_status
lb_sign_flip(lb_flips *out, const double *differences, size_t n, size_t draws, uint64_t seed,
             lb_error *err)
{
    lb_status status = LB_OK;
    double sum = 0, size = 0, *table = NULL;
    lb_flips result = {.p = 1, .exact = n <= EXACT_FLIPS};
    for (size_t i = 0; i < n; i++) {
        sum += differences[i];
        size += fabs(differences[i]);
    }
    /* What sums of the same terms in another order differ by does not count. */
    double slack = 1e-11 * size;
    if (n > 0 && result.exact) {
        result.p = flip_all(differences, n, fabs(sum), slack);
    } else if (n > 0) {
        LB_ALLOC(table, (n + BITS - 1) / BITS * PATTERNS);
        fill_tables(table, differences, n);
        result.p = flip_some(table, n, draws, seed, fabs(sum), slack);
    }
    *out = result;
cleanup:
    lb_free(table);
    return status;
}

/* Doubles and integers in the same order. */
static int64_t
to_integer(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double
from_integer(int64_t bits)
{
    double value;
    bits = bits < 0 ? INT64_MIN - bits : bits;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* How many means of two (i <= j) of the ascending values are at most x. */
static uint64_t
count_means(const double *sorted, size_t n, double x)
{
    uint64_t count = 0;
    size_t end = n;
    for (size_t i = 0; i < n; i++) {
        while (end > i && (sorted[i] + sorted[end - 1]) / 2 > x) {
            end--;
        }
        if (end <= i) {
            break;
        }
        count += end - i;
    }
    return count;
}

/* The k-th smallest mean of two, from 1: the least number that so many are at most. */
static double
select_mean(const double *sorted, size_t n, uint64_t k)
{
    int64_t low = to_integer(sorted[0]), high = to_integer(sorted[n - 1]);
    while (low < high) {
        int64_t middle = (low & high) + ((low ^ high) >> 1);
        if (count_means(sorted, n, from_integer(middle)) >= k) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return from_integer(low);
}

lb_status
lb_hodges_lehmann(double *out, const double *differences, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    double *sorted = NULL;
    if (n == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "no differences to take a median of");
    }
    LB_ALLOC(sorted, n);
    memcpy(sorted, differences, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    uint64_t pairs = (uint64_t)n * (n + 1) / 2;
    double low = select_mean(sorted, n, (pairs + 1) / 2);
    *out = pairs % 2 == 1 ? low : (low + select_mean(sorted, n, pairs / 2 + 1)) / 2;
cleanup:
    lb_free(sorted);
    return status;
}

double
lb_cohen_dz(const double *differences, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        mean += differences[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        squares += (differences[i] - mean) * (differences[i] - mean);
    }
    if (n < 2) {
        return (double)NAN;
    }
    return mean == 0 ? 0 : mean / sqrt(squares / (double)(n - 1));
}
