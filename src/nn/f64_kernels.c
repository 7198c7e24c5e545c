/* SPDX-License-Identifier: MIT */
#include "f64_kernels.h"

#include <assert.h>
#include <string.h>

#include "architecture.h"
#include "base/cpu_kernel.h"

enum { TAPS = 9, SIDE = 3, LANES = 8, WIDE = 16, NARROW = 8 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef int64_t magnitude __attribute__((vector_size(LANES * sizeof(double))));

static size_t
row_size(const lb_planes *s)
{
    return (s->width + 2) * s->block;
}

static size_t
plane_size(const lb_planes *s)
{
    return (s->height + 2) * row_size(s);
}

size_t
lb_f64_size(const lb_planes *s)
{
    return s->planes * plane_size(s);
}

static lb_planes
halved(const lb_planes *s)
{
    lb_planes half = *s;
    half.height /= 2;
    half.width /= 2;
    return half;
}

static void
clear_border(double *plane, const lb_planes *s)
{
    size_t row = row_size(s);
    memset(plane, 0, row * sizeof *plane);
    memset(plane + (s->height + 1) * row, 0, row * sizeof *plane);
    for (size_t y = 1; y <= s->height; y++) {
        memset(plane + y * row, 0, s->block * sizeof *plane);
        memset(plane + (y + 1) * row - s->block, 0, s->block * sizeof *plane);
    }
}

void
lb_f64_load(double *out, const float *in, size_t channels, const lb_planes *s)
{
    size_t row = row_size(s), pixels = s->height * s->width;
    memset(out, 0, s->images * lb_f64_size(s) * sizeof *out);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < s->images * channels; i++) {
        size_t c = i % channels;
        double *plane = out + (i / channels * s->planes + c / s->block) * plane_size(s);
        for (size_t p = 0; p < pixels; p++) {
            size_t y = p / s->width + 1, x = p % s->width + 1;
            plane[y * row + x * s->block + c % s->block] = (double)in[i * pixels + p];
        }
    }
}

LB_KERNEL(void, narrow_row, (float *restrict out, const double *restrict in, size_t count),
          (out, in, count))
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)in[i];
    }
}

void
lb_f64_narrow(float *out, const double *in, const lb_planes *s)
{
    size_t inner = s->width * s->block;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < s->images * s->planes; p++) {
        const double *plane = in + p * plane_size(s);
        for (size_t y = 0; y < s->height; y++) {
            narrow_row(out + (p * s->height + y) * inner, plane + (y + 1) * row_size(s) + s->block,
                       inner);
        }
    }
}

static size_t
planes_of(size_t channels, size_t block)
{
    return (channels + block - 1) / block;
}

size_t
lb_f64_weights_size(size_t outs, size_t ins, size_t block)
{
    return planes_of(outs, block) * planes_of(ins, block) * TAPS * lb_min_size(ins, block) * block;
}

void
lb_f64_weights(double *out, const float *weight, size_t outs, size_t ins, size_t block)
{
    size_t in_planes = planes_of(ins, block), depth = lb_min_size(ins, block);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < planes_of(outs, block) * in_planes; i++) {
        size_t first_out = i / in_planes * block, first_in = i % in_planes * block;
        double *to = out + i * TAPS * depth * block;
        memset(to, 0, TAPS * depth * block * sizeof *to);
        for (size_t o = 0; o < lb_min_size(block, outs - first_out); o++) {
            for (size_t c = 0; c < lb_min_size(depth, ins - first_in); c++) {
                const float *taps = weight + ((first_out + o) * ins + first_in + c) * TAPS;
                for (size_t k = 0; k < TAPS; k++) {
                    to[(k * depth + c) * block + o] = (double)taps[k];
                }
            }
        }
    }
}

/* What a tile of pixels of one output plane is computed from. */
typedef struct tile {
    const double *weights, *bias;
    size_t planes, depth; /* of the input: planes, and channels of each to sum over */
    size_t plane, row;    /* doubles of an input plane and row */
} tile;

/* `pixels` neighbours in a row, `vectors` x LANES channels; both are constants where it is inlined,
 * so that the sums stay in registers. in is the window's first element of the first pixel. */
static inline __attribute__((always_inline)) void
compute_tile(double *restrict out, const double *restrict in, const tile *t, int pixels,
             int vectors)
{
    lanes sum[WIDE][2];
    const int block = vectors * LANES;
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            memcpy(&sum[p][v], t->bias + v * LANES, sizeof sum[p][v]);
        }
    }
    const double *weights = t->weights;
    for (size_t plane = 0; plane < t->planes; plane++) {
        for (size_t k = 0; k < TAPS; k++) {
            const double *x = in + plane * t->plane + k / SIDE * t->row + k % SIDE * (size_t)block;
            for (size_t c = 0; c < t->depth; c++, weights += block) {
                lanes w[2];
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++) {
                    memcpy(&w[v], weights + v * LANES, sizeof w[v]);
                }
#pragma GCC unroll 16
                for (int p = 0; p < pixels; p++) {
                    double value = x[(size_t)(p * block) + c];
#pragma GCC unroll 2
                    for (int v = 0; v < vectors; v++) {
                        sum[p][v] += value * w[v];
                    }
                }
            }
        }
    }
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            memcpy(out + p * block + v * LANES, &sum[p][v], sizeof sum[p][v]);
        }
    }
}

/* With 32 registers of 8 doubles: 14 pixels x 16 channels. */
LB_KERNEL(void, row_wide, (double *out, const double *in, const tile *t, size_t width),
          (out, in, t, width))
{
    size_t x = 0;
    for (; x + 14 <= width; x += 14) {
        compute_tile(out + x * WIDE, in + x * WIDE, t, 14, 2);
    }
    for (; x + 7 <= width; x += 7) {
        compute_tile(out + x * WIDE, in + x * WIDE, t, 7, 2);
    }
    for (; x + 4 <= width; x += 4) {
        compute_tile(out + x * WIDE, in + x * WIDE, t, 4, 2);
    }
    for (; x < width; x++) {
        compute_tile(out + x * WIDE, in + x * WIDE, t, 1, 2);
    }
}

/* With 16 registers of 4 doubles: 6 pixels x 8 channels. */
LB_KERNEL(void, row_narrow, (double *out, const double *in, const tile *t, size_t width),
          (out, in, t, width))
{
    size_t x = 0;
    for (; x + 6 <= width; x += 6) {
        compute_tile(out + x * NARROW, in + x * NARROW, t, 6, 1);
    }
    for (; x < width; x++) {
        compute_tile(out + x * NARROW, in + x * NARROW, t, 1, 1);
    }
}

void
lb_f64_convolution(double *out, const double *in, const double *weights, const double *bias,
                   const lb_planes *s, size_t ins, size_t out_planes)
{
    size_t row = row_size(s), plane = plane_size(s), depth = lb_min_size(ins, s->block);
    size_t filter = s->planes * TAPS * depth * s->block; /* of an output plane */
    assert(s->block == WIDE || s->block == NARROW);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < s->images * out_planes; i++) {
        size_t o = i % out_planes;
        const double *image = in + i / out_planes * lb_f64_size(s);
        double *to = out + i * plane;
        const tile t = {.weights = weights + o * filter,
                        .bias = bias + o * s->block,
                        .planes = s->planes,
                        .depth = depth,
                        .plane = plane,
                        .row = row};
        clear_border(to, s);
        for (size_t y = 0; y < s->height; y++) {
            double *line = to + (y + 1) * row + s->block;
            if (s->block == WIDE) {
                row_wide(line, image + y * row, &t, s->width);
            } else {
                row_narrow(line, image + y * row, &t, s->width);
            }
        }
    }
}

LB_KERNEL(void, rectify_plane, (double *values, size_t count), (values, count))
{
    for (size_t i = 0; i < count; i++) {
        values[i] = values[i] > 0 ? values[i] : 0.0;
    }
}

void
lb_f64_rectify(double *values, const lb_planes *s)
{
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < s->images * s->planes; p++) {
        rectify_plane(values + p * plane_size(s), plane_size(s));
    }
}

/* One row of outputs from two rows of inputs. */
LB_KERNEL(void, pool_row,
          (double *restrict out, uint8_t *restrict argmax, const double *restrict above,
           const double *restrict below, size_t width, size_t block, double tolerance),
          (out, argmax, above, below, width, block, tolerance))
{
    for (size_t x = 0; x < width; x++) {
        const double *a = above + 2 * x * block, *c = below + 2 * x * block;
        for (size_t k = 0; k < block; k++) {
            double v0 = a[k], v1 = a[k + block], v2 = c[k], v3 = c[k + block];
            double top = v0 > v1 ? v0 : v1, bottom = v2 > v3 ? v2 : v3;
            double max = top > bottom ? top : bottom, enough = max - tolerance;
            int winner = v2 >= enough ? 2 : 3;
            winner = v1 >= enough ? 1 : winner;
            winner = v0 >= enough ? 0 : winner;
            argmax[x * block + k] = (uint8_t)winner;
            out[x * block + k] = max;
        }
    }
}

LB_KERNEL(double, sum_magnitudes, (const double *plane, size_t count), (plane, count))
{
    lanes sum = {0};
    for (size_t i = 0; i < count; i += LANES) { /* blocks are whole lanes */
        lanes v;
        memcpy(&v, plane + i, sizeof v);
        magnitude bits;
        memcpy(&bits, &v, sizeof bits);
        bits &= INT64_MAX; /* all but the signs */
        memcpy(&v, &bits, sizeof v);
        sum += v;
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

static void
pool_plane(double *out, uint8_t *argmax, const double *in, double tolerance, const lb_planes *s)
{
    lb_planes half = halved(s);
    size_t row = row_size(s), inner = half.width * s->block;
    clear_border(out, &half);
    for (size_t y = 0; y < half.height; y++) {
        const double *above = in + (2 * y + 1) * row + s->block;
        pool_row(out + (y + 1) * row_size(&half) + s->block, argmax + y * inner, above, above + row,
                 half.width, s->block, tolerance);
    }
}

void
lb_f64_pool(double *out, uint8_t *argmax, const double *in, size_t channels, double *scratch,
            const lb_planes *s)
{
    lb_planes half = halved(s);
    double count = (double)(channels * s->height * s->width);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < s->images * s->planes; p++) {
        scratch[p] = sum_magnitudes(in + p * plane_size(s), plane_size(s));
    }
    for (size_t i = 0; i < s->images; i++) {
        double sum = 0;
        for (size_t p = 0; p < s->planes; p++) {
            sum += scratch[i * s->planes + p];
        }
        scratch[i * s->planes] = LB_F64_TIE * sum / count;
    }
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < s->images * s->planes; p++) {
        pool_plane(out + p * plane_size(&half), argmax + p * half.height * half.width * s->block,
                   in + p * plane_size(s), scratch[p - p % s->planes], s);
    }
}

void
lb_f64_average(double *out, const double *in, size_t channels, const lb_planes *s)
{
    size_t cells = LB_POOLED_SIDE * LB_POOLED_SIDE, row = row_size(s);
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < s->images * channels; c++) {
        size_t plane = c / channels * s->planes + c % channels / s->block;
        const double *first = in + plane * plane_size(s) + row + s->block + c % channels % s->block;
        for (size_t i = 0; i < cells; i++) {
            lb_span rows = lb_average_window(i / LB_POOLED_SIDE, s->height);
            lb_span columns = lb_average_window(i % LB_POOLED_SIDE, s->width);
            double sum = 0;
            for (size_t y = rows.start; y < rows.end; y++) {
                for (size_t x = columns.start; x < columns.end; x++) {
                    sum += first[y * row + x * s->block];
                }
            }
            out[c * cells + i] =
                sum / (double)((rows.end - rows.start) * (columns.end - columns.start));
        }
    }
}

LB_KERNEL(double, dot, (const float *restrict weight, const double *restrict in, size_t count),
          (weight, in, count))
{
    enum { STREAMS = 4 };
    lanes sums[STREAMS] = {{0}};
    size_t i = 0;
    for (; i + STREAMS * LANES <= count; i += STREAMS * LANES) {
        for (size_t s = 0; s < STREAMS; s++) {
            lanes x, w;
            memcpy(&x, in + i + s * LANES, sizeof x);
            for (size_t k = 0; k < LANES; k++) {
                w[k] = (double)weight[i + s * LANES + k];
            }
            sums[s] += x * w;
        }
    }
    double sum = 0;
    lanes all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (size_t k = 0; k < LANES; k++) {
        sum += all[k];
    }
    for (; i < count; i++) {
        sum += (double)weight[i] * in[i];
    }
    return sum;
}

void
lb_f64_dense(double *out, const double *in, const float *weight, const float *bias, size_t n,
             size_t size, size_t units)
{
#pragma omp parallel for schedule(static)
    for (size_t u = 0; u < units; u++) {
        for (size_t i = 0; i < n; i++) {
            out[i * units + u] = dot(weight + u * size, in + i * size, size) + (double)bias[u];
        }
    }
}
