/* SPDX-License-Identifier: MIT */
#include "dense.h"

#include <omp.h>
#include <string.h>

#include "kernels.h"
#include "lesionbench/clones.h"

#define LB_LANES 16

#include "vector.h"

enum {
    LANES = LB_LANES,
    ROWS = 5,   /* images at a time: with UNITS, or VECTORS, of each what registers hold */
    UNITS = 4,  /* forward */
    VECTORS = 4 /* backward */
};

/* function(rows, ...), with a constant for 1 .. ROWS rows. */
#define WITH_ROWS(rows, function, ...) \
    switch (rows) {                    \
    case 1:                            \
        function(1, __VA_ARGS__);      \
        break;                         \
    case 2:                            \
        function(2, __VA_ARGS__);      \
        break;                         \
    case 3:                            \
        function(3, __VA_ARGS__);      \
        break;                         \
    case 4:                            \
        function(4, __VA_ARGS__);      \
        break;                         \
    default:                           \
        function(ROWS, __VA_ARGS__);   \
    }

/* ------------------------------------------------------------------------------------------------
 * Forward
 */

/* Sums of products of some rows with the weights of some units, over some vectors, go on in sum
 * (rows, UNITS, LANES). */
ALWAYS void
dots(const size_t rows, const size_t units, float *sum, const float *in, const float *weight,
     size_t ins, size_t vectors)
{
    vec s[ROWS][UNITS];
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        UNROLL for (size_t u = 0; u < units; u++)
        {
            s[r][u] = load(sum + (r * UNITS + u) * LANES);
        }
    }
    for (size_t k = 0; k < vectors * LANES; k += LANES) {
        vec w[UNITS];
        UNROLL for (size_t u = 0; u < units; u++)
        {
            w[u] = load(weight + u * ins + k);
        }
        UNROLL for (size_t r = 0; r < rows; r++)
        {
            vec value = load(in + r * ins + k);
            UNROLL for (size_t u = 0; u < units; u++)
            {
                s[r][u] += value * w[u];
            }
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        UNROLL for (size_t u = 0; u < units; u++)
        {
            store(sum + (r * UNITS + u) * LANES, s[r][u]);
        }
    }
}

/* Of UNITS units, or of a single one, and some rows. */
LB_CLONES static void
dots_of_stretch(float *sum, const float *in, const float *weight, size_t rows, size_t units,
                size_t ins, size_t vectors)
{
    if (units == UNITS) {
        WITH_ROWS(rows, dots, UNITS, sum, in, weight, ins, vectors)
    } else {
        WITH_ROWS(rows, dots, 1, sum, in, weight, ins, vectors)
    }
}

/* The lanes' sum, and the products of what fills no vector. */
static float
finish(const float *sum, const float *in, const float *weight, size_t rest)
{
    float s[LANES];
    memcpy(s, sum, sizeof s);
    for (size_t half = LANES / 2; half > 0; half /= 2) {
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
    MOST_ROWS = 35, /* for which the weights are read once */
    STRETCH = 64    /* vectors of each row and weight that are in the first cache at a time */
};

/* Some units of at most MOST_ROWS rows. */
static void
forward_units(float *out, const float *in, const float *weight, size_t n, size_t units,
              size_t all_units, size_t ins)
{
    float sum[MOST_ROWS * UNITS * LANES];
    size_t vectors = ins / LANES, whole = vectors * LANES;
    memset(sum, 0, n * UNITS * LANES * sizeof *sum);
    for (size_t v = 0; v < vectors; v += STRETCH) {
        for (size_t row = 0; row < n; row += ROWS) {
            dots_of_stretch(sum + row * UNITS * LANES, in + row * ins + v * LANES,
                            weight + v * LANES, lb_least(n - row, ROWS), units, ins,
                            lb_least(vectors - v, STRETCH));
        }
    }
    for (size_t row = 0; row < n; row++) {
        for (size_t u = 0; u < units; u++) {
            out[row * all_units + u] =
                finish(sum + (row * UNITS + u) * LANES, in + row * ins + whole,
                       weight + u * ins + whole, ins - whole);
        }
    }
}

void
lb_dense_forward(float *out, const float *in, const float *weight, size_t n, size_t units,
                 size_t ins)
{
    size_t fours = units / UNITS, blocks = fours + units % UNITS;
    for (size_t row = 0; row < n; row += MOST_ROWS) {
#pragma omp parallel for schedule(dynamic, 4)
        for (size_t b = 0; b < blocks; b++) {
            size_t first = b < fours ? b * UNITS : fours * UNITS + b - fours;
            forward_units(out + row * units + first, in + row * ins, weight + first * ins,
                          lb_least(n - row, MOST_ROWS), b < fours ? UNITS : 1, units, ins);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Backward
 */

/* Some vectors of some rows of the gradient += what some units give. */
ALWAYS void
spread(const size_t rows, const size_t vectors, float *to, const float *from, const float *weight,
       size_t count, size_t units, size_t ins)
{
    vec s[ROWS][VECTORS];
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        UNROLL for (size_t v = 0; v < vectors; v++)
        {
            s[r][v] = load(to + r * ins + v * LANES);
        }
    }
    for (size_t u = 0; u < count; u++) {
        vec w[VECTORS];
        UNROLL for (size_t v = 0; v < vectors; v++)
        {
            w[v] = load(weight + u * ins + v * LANES);
        }
        UNROLL for (size_t r = 0; r < rows; r++)
        {
            vec value = to_all_lanes(from[r * units + u]);
            UNROLL for (size_t v = 0; v < vectors; v++)
            {
                s[r][v] += value * w[v];
            }
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        UNROLL for (size_t v = 0; v < vectors; v++)
        {
            store(to + r * ins + v * LANES, s[r][v]);
        }
    }
}

/* The same over `length` inputs. */
ALWAYS void
spread_along(const size_t rows, float *to, const float *from, const float *weight, size_t count,
             size_t units, size_t ins, size_t length)
{
    size_t k = 0;
    for (; k + VECTORS * LANES <= length; k += VECTORS * LANES) {
        spread(rows, VECTORS, to + k, from, weight + k, count, units, ins);
    }
    for (; k + LANES <= length; k += LANES) {
        spread(rows, 1, to + k, from, weight + k, count, units, ins);
    }
    for (; k < length; k++) {
        for (size_t r = 0; r < rows; r++) {
            for (size_t u = 0; u < count; u++) {
                to[r * ins + k] += from[r * units + u] * weight[u * ins + k];
            }
        }
    }
}

LB_CLONES static void
spread_units(float *to, const float *from, const float *weight, size_t rows, size_t count,
             size_t units, size_t ins, size_t length)
{
    WITH_ROWS(rows, spread_along, to, from, weight, count, units, ins, length)
}

void
lb_dense_backward(float *in_gradient, const float *out_gradient, const float *weight, size_t n,
                  size_t units, size_t ins)
{
    enum { MOST = 2048, COUNT = 16, TURNS = 4 }; /* inputs of COUNT units are read at a time */
    size_t turns = TURNS * (size_t)omp_get_max_threads();
    size_t stretch = lb_least((ins / turns / LANES + 1) * LANES, MOST);
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < ins; k += stretch) {
        size_t length = lb_least(ins - k, stretch);
        for (size_t row = 0; row < n; row++) {
            memset(in_gradient + row * ins + k, 0, length * sizeof *in_gradient);
        }
        for (size_t u = 0; u < units; u += COUNT) {
            for (size_t row = 0; row < n; row += ROWS) {
                spread_units(in_gradient + row * ins + k, out_gradient + row * units + u,
                             weight + u * ins + k, lb_least(n - row, ROWS),
                             lb_least(units - u, COUNT), units, ins, length);
            }
        }
    }
}
