/* SPDX-License-Identifier: MIT */
#include <omp.h>
#include <string.h>

#include "base/cpu.h"
#include "dense_internal.h"
#include "kernels.h"

static const lb_dense_kernels *const KERNELS[LB_CPUS] = {
    [LB_CPU_BASELINE] = &lb_dense_plain,
#if defined(__x86_64__)
    [LB_CPU_AVX2] = &lb_dense_avx2,
    [LB_CPU_AVX512] = &lb_dense_avx512,
#endif
};

static const lb_dense_kernels *
find_kernels(void)
{
    return KERNELS[lb_cpu_get()];
}

/* The lanes' sum, and the products of what fills no vector. */
static float
finish(float *s, size_t lanes, const float *in, const float *weight, size_t rest)
{
    for (size_t half = lanes / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            s[i] += s[i + half];
        }
    }
    for (size_t k = 0; k < rest; k++) {
        s[0] += in[k] * weight[k];
    }
    return s[0];
}

enum {
    MAX_SUMS = 64, /* units times lanes */
    MAX_ROWS = 35, /* for which the weights are read once */
    STRETCH = 64   /* vectors of each row and weight that are in the first cache at a time */
};

/* Some units of at most MAX_ROWS rows. */
static void
forward_units(const lb_dense_kernels *k, float *out, const float *in, const float *weight, size_t n,
              size_t units, size_t all_units, size_t ins)
{
    float sum[MAX_ROWS * MAX_SUMS];
    size_t vectors = ins / k->lanes, whole = vectors * k->lanes, sums = k->units * k->lanes;
    memset(sum, 0, n * sums * sizeof *sum);
    for (size_t v = 0; v < vectors; v += STRETCH) {
        for (size_t row = 0; row < n; row += LB_DENSE_ROWS) {
            k->dots(sum + row * sums, in + row * ins + v * k->lanes, weight + v * k->lanes,
                    lb_min_size(n - row, LB_DENSE_ROWS), units, ins,
                    lb_min_size(vectors - v, STRETCH));
        }
    }
    for (size_t row = 0; row < n; row++) {
        for (size_t u = 0; u < units; u++) {
            out[row * all_units + u] =
                finish(sum + row * sums + u * k->lanes, k->lanes, in + row * ins + whole,
                       weight + u * ins + whole, ins - whole);
        }
    }
}

void
lb_dense_forward_by(const lb_dense_kernels *k, float *out, const float *in, const float *weight,
                    size_t n, size_t units, size_t ins)
{
    size_t together = units / k->units, blocks = together + units % k->units;
    for (size_t row = 0; row < n; row += MAX_ROWS) {
#pragma omp parallel for schedule(dynamic, 4)
        for (size_t b = 0; b < blocks; b++) {
            size_t first = b < together ? b * k->units : together * k->units + b - together;
            forward_units(k, out + row * units + first, in + row * ins, weight + first * ins,
                          lb_min_size(n - row, MAX_ROWS), b < together ? k->units : 1, units, ins);
        }
    }
}

void
lb_dense_backward_by(const lb_dense_kernels *kernels, float *in_gradient, const float *out_gradient,
                     const float *weight, size_t n, size_t units, size_t ins)
{
    enum {
        MAX_STRETCH = 2048,
        COUNT = 16,
        ROUNDS = 4
    }; /* inputs of COUNT units are read at a time */
    size_t rounds = ROUNDS * (size_t)omp_get_max_threads();
    size_t stretch = lb_min_size((ins / rounds / kernels->lanes + 1) * kernels->lanes, MAX_STRETCH);
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < ins; k += stretch) {
        size_t length = lb_min_size(ins - k, stretch);
        for (size_t row = 0; row < n; row++) {
            memset(in_gradient + row * ins + k, 0, length * sizeof *in_gradient);
        }
        for (size_t u = 0; u < units; u += COUNT) {
            for (size_t row = 0; row < n; row += LB_DENSE_ROWS) {
                kernels->spread(in_gradient + row * ins + k, out_gradient + row * units + u,
                                weight + u * ins + k, lb_min_size(n - row, LB_DENSE_ROWS),
                                lb_min_size(units - u, COUNT), units, ins, length);
            }
        }
    }
}

void
lb_dense_forward(float *out, const float *in, const float *weight, size_t n, size_t units,
                 size_t ins)
{
    lb_dense_forward_by(find_kernels(), out, in, weight, n, units, ins);
}

void
lb_dense_backward(float *in_gradient, const float *out_gradient, const float *weight, size_t n,
                  size_t units, size_t ins)
{
    lb_dense_backward_by(find_kernels(), in_gradient, out_gradient, weight, n, units, ins);
}
