/* SPDX-License-Identifier: MIT */
#include "lesionbench/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A pixel and its value, to be sorted. */
typedef struct entry {
    float value;
    uint32_t pixel;
} entry;

static int
compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    return x->pixel < y->pixel ? -1 : 1;
}

/* Ranks from 1, the mean of their places where values are equal. Leaves the pixels sorted. */
static void
rank_pixels(double *rank, entry *sorted, const float *map, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (entry){.value = map[i], .pixel = (uint32_t)i};
    }
    qsort(sorted, count, sizeof *sorted, compare_entries);
    for (size_t i = 0, end = 0; i < count; i = end) {
        for (end = i + 1; end < count && !(sorted[end].value > sorted[i].value); end++) {
        }
        for (size_t j = i; j < end; j++) {
            rank[sorted[j].pixel] = ((double)i + (double)end + 1) / 2;
        }
    }
}

/* Pearson's, of ranks. */
static double
correlation(const double *a, const double *b, size_t count)
{
    double mean = ((double)count + 1) / 2, product = 0, square_a = 0, square_b = 0;
    for (size_t i = 0; i < count; i++) {
        product += (a[i] - mean) * (b[i] - mean);
        square_a += (a[i] - mean) * (a[i] - mean);
        square_b += (b[i] - mean) * (b[i] - mean);
    }
    return square_a > 0 && square_b > 0 ? product / sqrt(square_a * square_b) : NAN;
}

/* The map over its greatest absolute value. */
static void
normalise(double *out, const float *map, size_t count)
{
    double greatest = 0;
    for (size_t i = 0; i < count; i++) {
        greatest = fmax(greatest, fabs((double)map[i]));
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = greatest > 0 ? (double)map[i] / greatest : 0;
    }
}

/* Sums over a window that moves down the rows: of one column's values. */
enum { WINDOW = 7, SUMS = 5 };

static void
add_row(double *columns, const double *a, const double *b, size_t width, double sign)
{
    for (size_t x = 0; x < width; x++) {
        double *sum = columns + x * SUMS;
        sum[0] += sign * a[x];
        sum[1] += sign * b[x];
        sum[2] += sign * a[x] * a[x];
        sum[3] += sign * b[x] * b[x];
        sum[4] += sign * a[x] * b[x];
    }
}

static double
window_similarity(const double sum[SUMS])
{
    const double n = WINDOW * WINDOW, c1 = 1e-4, c2 = 9e-4; /* (0.01 L)^2, (0.03 L)^2, L = 1 */
    double a = sum[0] / n, b = sum[1] / n;
    double variance_a = (sum[2] / n - a * a) * n / (n - 1);
    double variance_b = (sum[3] / n - b * b) * n / (n - 1);
    double covariance = (sum[4] / n - a * b) * n / (n - 1);
    return (2 * a * b + c1) * (2 * covariance + c2) /
           ((a * a + b * b + c1) * (variance_a + variance_b + c2));
}

static lb_status
structural_similarity(double *out, const double *a, const double *b, size_t height, size_t width,
                      lb_error *err)
{
    lb_status status = LB_OK;
    double *columns = NULL, total = 0;
    LB_ALLOC(columns, width * SUMS);
    for (size_t y = 0; y < height; y++) {
        add_row(columns, a + y * width, b + y * width, width, 1);
        if (y >= WINDOW) {
            add_row(columns, a + (y - WINDOW) * width, b + (y - WINDOW) * width, width, -1);
        }
        for (size_t x = 0; y + 1 >= WINDOW && x + WINDOW <= width; x++) {
            double sum[SUMS] = {0};
            for (size_t i = 0; i < WINDOW * SUMS; i++) {
                sum[i % SUMS] += columns[x * SUMS + i];
            }
            total += window_similarity(sum);
        }
    }
    *out = total / (double)((height - WINDOW + 1) * (width - WINDOW + 1));
cleanup:
    lb_free(columns);
    return status;
}

/* Of the brightest `top` pixels of one map, the share that is among those of the other. */
static double
top_overlap(const entry *a, const entry *b, uint8_t *marked, size_t count, size_t top)
{
    size_t common = 0;
    memset(marked, 0, count);
    for (size_t i = count - top; i < count; i++) {
        marked[a[i].pixel] = 1;
    }
    for (size_t i = count - top; i < count; i++) {
        common += marked[b[i].pixel];
    }
    return (double)common / (double)top;
}

lb_status
lb_compare_maps(lb_similarity *out, const float *a, const float *b, size_t height, size_t width,
                lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = height * width;
    double *first = NULL, *second = NULL;
    entry *sorted_a = NULL, *sorted_b = NULL;
    uint8_t *marked = NULL;
    lb_similarity made;
    if (height < WINDOW || width < WINDOW || count > UINT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "maps of %zu x %zu are not compared: at least %d x %d", height, width,
                       WINDOW, WINDOW);
    }
    if (lb_first_not_finite(a, count) < count || lb_first_not_finite(b, count) < count) {
        return lb_fail(err, LB_ERROR_NUMERIC, "a map to compare is not finite");
    }
    LB_ALLOC(first, count);
    LB_ALLOC(second, count);
    LB_ALLOC(sorted_a, count);
    LB_ALLOC(sorted_b, count);
    LB_ALLOC(marked, count);
    rank_pixels(first, sorted_a, a, count);
    rank_pixels(second, sorted_b, b, count);
    made.rank_correlation = correlation(first, second, count);
    size_t top = (size_t)ceil(LB_TOP_SHARE * (double)count);
    made.top_overlap = top_overlap(sorted_a, sorted_b, marked, count, top);
    normalise(first, a, count);
    normalise(second, b, count);
    LB_TRY(structural_similarity(&made.ssim, first, second, height, width, err));
    *out = made;
cleanup:
    lb_free(marked);
    lb_free(sorted_b);
    lb_free(sorted_a);
    lb_free(second);
    lb_free(first);
    return status;
}
