/* SPDX-License-Identifier: MIT */
#include "covariance.h"

#include <string.h>

#include "base/cpu_kernel.h"

/* Sums that stay in registers: of some units, and of one or two vectors of inputs. */
enum { UNITS = 4, LANES = 8, MAX_VECTORS = 2, TAPS = 9, SIDE = 3 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

/* sum (UNITS, vectors x LANES) += over n places outs[place][unit] x ins[place][input]; places are
 * apart by out_stride and in_stride. */
static inline __attribute__((always_inline)) void
add_places(double *restrict sum, const double *restrict outs, size_t out_stride,
           const double *restrict ins, size_t in_stride, size_t n, const size_t vectors)
{
    lanes s[UNITS][MAX_VECTORS];
#pragma GCC unroll 4
    for (size_t u = 0; u < UNITS; u++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            memcpy(&s[u][v], sum + (u * vectors + v) * LANES, sizeof s[u][v]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        lanes in[MAX_VECTORS];
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            memcpy(&in[v], ins + i * in_stride + v * LANES, sizeof in[v]);
        }
#pragma GCC unroll 4
        for (size_t u = 0; u < UNITS; u++) {
            double out = outs[i * out_stride + u];
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; v++) {
                s[u][v] += out * in[v];
            }
        }
    }
#pragma GCC unroll 4
    for (size_t u = 0; u < UNITS; u++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            memcpy(sum + (u * vectors + v) * LANES, &s[u][v], sizeof s[u][v]);
        }
    }
}

LB_KERNEL(void, add_narrow,
          (double *sum, const double *outs, size_t out_stride, const double *ins, size_t in_stride,
           size_t n),
          (sum, outs, out_stride, ins, in_stride, n))
{
    add_places(sum, outs, out_stride, ins, in_stride, n, 1);
}

LB_KERNEL(void, add_wide,
          (double *sum, const double *outs, size_t out_stride, const double *ins, size_t in_stride,
           size_t n),
          (sum, outs, out_stride, ins, in_stride, n))
{
    add_places(sum, outs, out_stride, ins, in_stride, n, 2);
}

/* One plane of outputs with one of inputs: tile (TAPS, block / UNITS, UNITS, block). */
static void
add_planes(double *tile, const double *outs, const double *ins, const lb_planes *s)
{
    size_t block = s->block, groups = block / UNITS, row = (s->width + 2) * block;
    for (size_t y = 0; y < s->height; y++) {
        for (size_t tap = 0; tap < TAPS; tap++) {
            const double *in = ins + (y + tap / SIDE) * row + tap % SIDE * block;
            for (size_t g = 0; g < groups; g++) {
                double *sum = tile + (tap * groups + g) * UNITS * block;
                const double *out = outs + y * s->width * block + g * UNITS;
                if (block == LANES) {
                    add_narrow(sum, out, block, in, block, s->width);
                } else {
                    add_wide(sum, out, block, in, block, s->width);
                }
            }
        }
    }
}

/* The tile's values to the weights that they are of. */
static void
add_tile(double *sum, const double *tile, size_t block, size_t first_unit, size_t first_in,
         size_t units, size_t ins)
{
    for (size_t u = first_unit; u < lb_min_size(first_unit + block, units); u++) {
        for (size_t c = first_in; c < lb_min_size(first_in + block, ins); c++) {
            for (size_t tap = 0; tap < TAPS; tap++) {
                sum[(u * ins + c) * TAPS + tap] +=
                    tile[(tap * block + u - first_unit) * block + c - first_in];
            }
        }
    }
}

void
lb_covariance_convolution(double *sum, const double *outs, const double *ins, const lb_planes *s,
                          size_t units, size_t in_channels)
{
    enum { MAX_BLOCK = MAX_VECTORS * LANES };
    size_t planes = (units + s->block - 1) / s->block;
    size_t in_planes = (in_channels + s->block - 1) / s->block;
    size_t size = s->height * s->width * s->block;
    size_t in_size = (s->height + 2) * (s->width + 2) * s->block;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < planes * in_planes; i++) {
        double tile[TAPS * MAX_BLOCK * MAX_BLOCK] = {0};
        size_t plane = i / in_planes, in_plane = i % in_planes;
        add_planes(tile, outs + plane * size, ins + in_plane * in_size, s);
        add_tile(sum, tile, s->block, plane * s->block, in_plane * s->block, units, in_channels);
    }
}

static size_t
groups_of(size_t count, size_t size)
{
    return (count + size - 1) / size;
}

size_t
lb_covariance_scratch(size_t n, size_t units, size_t ins)
{
    return n * (groups_of(units, UNITS) * UNITS + groups_of(ins, LANES) * LANES);
}

/* (n, count) to (groups, n, size), filled up with 0. */
static void
pack(double *out, const float *in, size_t n, size_t count, size_t size)
{
    for (size_t g = 0; g < groups_of(count, size); g++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < size; k++) {
                size_t at = g * size + k;
                out[(g * n + i) * size + k] = at < count ? (double)in[i * count + at] : 0;
            }
        }
    }
}

void
lb_covariance_dense(float *sum, const float *outs, const float *ins, size_t n, size_t units,
                    size_t in_count, double *scratch)
{
    enum { STRETCH = 16 }; /* groups of inputs that stay in a cache */
    size_t groups = groups_of(in_count, LANES), out_groups = groups_of(units, UNITS);
    double *packed = scratch, *packed_outs = scratch + n * groups * LANES;
    pack(packed, ins, n, in_count, LANES);
    pack(packed_outs, outs, n, units, UNITS);
#pragma omp parallel for schedule(dynamic)
    for (size_t start = 0; start < groups; start += STRETCH) {
        for (size_t o = 0; o < out_groups; o++) {
            for (size_t g = start; g < lb_min_size(start + STRETCH, groups); g++) {
                double made[UNITS * LANES] = {0};
                add_narrow(made, packed_outs + o * n * UNITS, UNITS, packed + g * n * LANES, LANES,
                           n);
                for (size_t u = 0; u < lb_min_size(UNITS, units - o * UNITS); u++) {
                    float *to = sum + (o * UNITS + u) * in_count + g * LANES;
                    for (size_t k = 0; k < lb_min_size(LANES, in_count - g * LANES); k++) {
                        to[k] = (float)((double)to[k] + made[u * LANES + k]);
                    }
                }
            }
        }
    }
}
