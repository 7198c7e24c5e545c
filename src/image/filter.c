/* SPDX-License-Identifier: MIT */
/* Filters. Sums are taken in SciPy's order (centre first, then pairs from the outside in), so that
 * results agree to the last bit wherever the kernels do: thresholds further on depend on it. */
#include "lesionbench/image.h"

#include <math.h>
#include <string.h>

#include "base/cpu_kernel.h"
#include "correlate.h"

enum { PAIRWISE = 8 };

size_t
lb_boundary_index(ptrdiff_t i, size_t n, lb_boundary boundary)
{
    ptrdiff_t length = (ptrdiff_t)n;
    if (i >= 0 && i < length) {
        return (size_t)i;
    }
    ptrdiff_t period = boundary == LB_REFLECT ? 2 * length : 2 * length - 2;
    if (n == 1) {
        return 0;
    }
    i %= period;
    if (i < 0) {
        i += period;
    }
    if (i >= length) {
        i = boundary == LB_REFLECT ? period - 1 - i : period - i;
    }
    return (size_t)i;
}

/* NumPy sums up to 128 numbers in eight interleaved runs; the kernel's norm follows it. */
static double
numpy_sum(const double *values, size_t n)
{
    double run[PAIRWISE] = {0};
    size_t whole = n - n % PAIRWISE;
    for (size_t i = 0; i < whole; i++) {
        run[i % PAIRWISE] += values[i];
    }
    double sum = ((run[0] + run[1]) + (run[2] + run[3])) + ((run[4] + run[5]) + (run[6] + run[7]));
    for (size_t i = whole; i < n; i++) {
        sum += values[i];
    }
    return sum;
}

/* The 2 radius + 1 weights of a Gaussian. */
static void
gaussian_kernel(double *weights, size_t radius, double sigma)
{
    double scale = -0.5 / (sigma * sigma);
    for (size_t i = 0; i <= 2 * radius; i++) {
        double x = (double)i - (double)radius;
        weights[i] = exp(scale * (x * x));
    }
    double sum = numpy_sum(weights, 2 * radius + 1);
    for (size_t i = 0; i <= 2 * radius; i++) {
        weights[i] /= sum;
    }
}

/* Neighbours side by side, which compilers split where registers are shorter. */
enum { LANES = 4, WIDE = 4 * LANES };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

/* out[x] = the weighted sum of taps[0 .. 2 radius][x]; the kernel is symmetric. The sums of WIDE
 * neighbours stay in registers. */
LB_KERNEL(void, weigh_lines,
          (double *restrict out, const double *const *taps, const double *weights, size_t radius,
           size_t count),
          (out, taps, weights, radius, count))
{
    size_t x = 0;
    for (; x + WIDE <= count; x += WIDE) {
        const lanes *centre = (const lanes *)(taps[radius] + x);
        lanes a = centre[0] * weights[radius], b = centre[1] * weights[radius];
        lanes c = centre[2] * weights[radius], d = centre[3] * weights[radius];
        for (size_t j = 0; j < radius; j++) {
            const lanes *before = (const lanes *)(taps[j] + x);
            const lanes *after = (const lanes *)(taps[2 * radius - j] + x);
            a += (before[0] + after[0]) * weights[j];
            b += (before[1] + after[1]) * weights[j];
            c += (before[2] + after[2]) * weights[j];
            d += (before[3] + after[3]) * weights[j];
        }
        lanes *sum = (lanes *)(out + x);
        sum[0] = a;
        sum[1] = b;
        sum[2] = c;
        sum[3] = d;
    }
    for (; x < count; x++) {
        double sum = taps[radius][x] * weights[radius];
        for (size_t j = 0; j < radius; j++) {
            sum += (taps[j][x] + taps[2 * radius - j][x]) * weights[j];
        }
        out[x] = sum;
    }
}

static void
kernel_release(lb_kernel *k)
{
    lb_free(k->line);
    lb_free(k->taps);
    lb_free(k->weights);
    *k = (lb_kernel){0};
}

static lb_status
kernel_init(lb_kernel *out, double sigma, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    lb_kernel k = {0};
    if (!(sigma >= 0 && sigma < 1e6)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a Gaussian needs 0 <= sigma < 1e6, not %g", sigma);
    }
    k.radius = (size_t)(4.0 * sigma + 0.5);
    LB_ALLOC(k.weights, 2 * k.radius + 1);
    LB_ALLOC(k.taps, 2 * k.radius + 1);
    LB_ALLOC(k.line, width + 2 * k.radius);
    if (k.radius > 0) {
        gaussian_kernel(k.weights, k.radius, sigma);
    }
    *out = k;
    return LB_OK;
cleanup:
    kernel_release(&k);
    return status;
}

void
lb_smoother_release(lb_smoother *smoother)
{
    kernel_release(&smoother->x);
    kernel_release(&smoother->y);
    *smoother = (lb_smoother){0};
}

lb_status
lb_smoother_init(lb_smoother *out, size_t height, size_t width, double sigma_y, double sigma_x,
                 lb_boundary boundary, lb_error *err)
{
    lb_status status = LB_OK;
    lb_smoother smoother = {.height = height, .width = width, .boundary = boundary};
    LB_TRY(kernel_init(&smoother.y, sigma_y, 0, err));
    LB_TRY(kernel_init(&smoother.x, sigma_x, width, err));
    *out = smoother;
    return LB_OK;
cleanup:
    lb_smoother_release(&smoother);
    *out = smoother;
    return status;
}

/* Row y along axis 0. */
static void
smooth_across(double *line, lb_smoother *s, const double *image, size_t y)
{
    lb_kernel *k = &s->y;
    for (size_t j = 0; j <= 2 * k->radius; j++) {
        ptrdiff_t row = (ptrdiff_t)(y + j) - (ptrdiff_t)k->radius;
        k->taps[j] = image + lb_boundary_index(row, s->height, s->boundary) * s->width;
    }
    weigh_lines(line, k->taps, k->weights, k->radius, s->width);
}

/* The row in the line of axis 1, continued on both sides, along that axis. */
static void
smooth_along(double *out, lb_smoother *s)
{
    lb_kernel *k = &s->x;
    size_t radius = k->radius, width = s->width;
    double *row = k->line + radius;
    for (size_t j = 1; j <= radius; j++) {
        k->line[radius - j] = row[lb_boundary_index(-(ptrdiff_t)j, width, s->boundary)];
        row[width - 1 + j] = row[lb_boundary_index((ptrdiff_t)(width - 1 + j), width, s->boundary)];
    }
    for (size_t j = 0; j <= 2 * radius; j++) {
        k->taps[j] = k->line + j;
    }
    weigh_lines(out, k->taps, k->weights, radius, width);
}

/* Along both axes before the next row, so that what is between them stays in the cache. */
void
lb_smoother_row(double *out, lb_smoother *s, const double *image, size_t y)
{
    double *line = s->x.radius > 0 ? s->x.line + s->x.radius : out;
    if (s->y.radius > 0) {
        smooth_across(line, s, image, y);
    } else if (line != image + y * s->width) {
        memcpy(line, image + y * s->width, s->width * sizeof *line);
    }
    if (s->x.radius > 0) {
        smooth_along(out, s);
    }
}

lb_status
lb_gaussian_filter(double *out, const double *image, size_t height, size_t width, double sigma_y,
                   double sigma_x, lb_error *err)
{
    lb_status status = LB_OK;
    lb_smoother smoother = {0};
    double *copy = NULL;
    if (height == 0 || width == 0) {
        return LB_OK;
    }
    LB_TRY(lb_smoother_init(&smoother, height, width, sigma_y, sigma_x, LB_REFLECT, err));
    if (out == image && smoother.y.radius > 0) {
        LB_ALLOC(copy, height * width);
        memcpy(copy, image, height * width * sizeof *copy);
        image = copy;
    }
    for (size_t y = 0; y < height; y++) {
        lb_smoother_row(out + y * width, &smoother, image, y);
    }
cleanup:
    lb_free(copy);
    lb_smoother_release(&smoother);
    return status;
}

LB_KERNEL(void, find_range, (double *low, double *high, const double *values, size_t count),
          (low, high, values, count))
{
    enum { APART = 32 }; /* extremes that do not wait for each other */
    double min[APART], greatest[APART];
    size_t whole = count / APART * APART;
    for (size_t l = 0; l < APART; l++) {
        min[l] = greatest[l] = values[0];
    }
    for (size_t i = 0; i < whole; i += APART) {
        for (size_t l = 0; l < APART; l++) {
            double value = values[i + l];
            min[l] = value < min[l] ? value : min[l];
            greatest[l] = value > greatest[l] ? value : greatest[l];
        }
    }
    for (size_t i = whole; i < count; i++) {
        min[0] = values[i] < min[0] ? values[i] : min[0];
        greatest[0] = values[i] > greatest[0] ? values[i] : greatest[0];
    }
    for (size_t l = 1; l < APART; l++) {
        min[0] = min[l] < min[0] ? min[l] : min[0];
        greatest[0] = greatest[l] > greatest[0] ? greatest[l] : greatest[0];
    }
    *low = min[0];
    *high = greatest[0];
}

void
lb_find_range(double *low, double *high, const double *values, size_t count)
{
    find_range(low, high, values, count);
}

/* The row above, at and below y, reflected at the edges. */
static void
three_rows(const double *rows[3], const double *image, size_t y, size_t height, size_t width)
{
    rows[0] = image + (y == 0 ? 0 : y - 1) * width;
    rows[1] = image + y * width;
    rows[2] = image + (y + 1 == height ? y : y + 1) * width;
}

void
lb_laplace(double *out, const double *image, size_t height, size_t width)
{
    const double *rows[3];
    for (size_t y = 0; y < height; y++) {
        three_rows(rows, image, y, height, width);
        for (size_t x = 0; x < width; x++) {
            size_t left = x == 0 ? 0 : x - 1, right = x + 1 == width ? x : x + 1;
            double centre = -2.0 * rows[1][x];
            out[y * width + x] =
                (centre + (rows[0][x] + rows[2][x])) + (centre + (rows[1][left] + rows[1][right]));
        }
    }
}

lb_status
lb_sobel(double *out, const double *image, size_t height, size_t width, int axis, lb_error *err)
{
    if (axis != 0 && axis != 1) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "Sobel works along axis 0 or 1, not %d", axis);
    }
    const double *rows[3];
    for (size_t y = 0; y < height; y++) {
        three_rows(rows, image, y, height, width);
        const double *above = rows[0], *here = rows[1], *below = rows[2];
        for (size_t x = 0; x < width; x++) {
            size_t left = x == 0 ? 0 : x - 1, right = x + 1 == width ? x : x + 1;
            double centre, sides;
            if (axis == 0) {
                centre = below[x] - above[x];
                sides = (below[left] - above[left]) + (below[right] - above[right]);
            } else {
                centre = here[right] - here[left];
                sides = (above[right] - above[left]) + (below[right] - below[left]);
            }
            out[y * width + x] = 2.0 * centre + sides;
        }
    }
    return LB_OK;
}
