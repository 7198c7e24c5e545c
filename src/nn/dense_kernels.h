/* SPDX-License-Identifier: MIT */
/* The inner loops of dense.c, for vectors of LB_LANES floats: each instruction set compiles this
 * file once, as LB_KERNELS, with LB_HELD of them to hold for each of LB_DENSE_ROWS rows. */
#include "dense_internal.h"
#include "vector.h"

enum {
    LANES = LB_LANES,
    ROWS = LB_DENSE_ROWS,
    UNITS = LB_HELD,  /* forward */
    VECTORS = LB_HELD /* backward */
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
                s[r][u] = fused(value, w[u], s[r][u]);
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

/* See lb_dense_kernels. */
static void
dots_of_stretch(float *sum, const float *in, const float *weight, size_t rows, size_t units,
                size_t ins, size_t vectors)
{
    if (units == UNITS) {
        WITH_ROWS(rows, dots, UNITS, sum, in, weight, ins, vectors)
    } else {
        WITH_ROWS(rows, dots, 1, sum, in, weight, ins, vectors)
    }
}

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
                s[r][v] = fused(value, w[v], s[r][v]);
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

/* See lb_dense_kernels. */
static void
spread_units(float *to, const float *from, const float *weight, size_t rows, size_t count,
             size_t units, size_t ins, size_t length)
{
    WITH_ROWS(rows, spread_along, to, from, weight, count, units, ins, length)
}

const lb_dense_kernels LB_KERNELS = {
    .lanes = LANES, .units = UNITS, .dots = dots_of_stretch, .spread = spread_units};
