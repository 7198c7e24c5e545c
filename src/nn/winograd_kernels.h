/* SPDX-License-Identifier: MIT */
/* The inner loops of winograd.c, for vectors of LB_LANES floats, which make up a block of channels:
 * each instruction set compiles this file once, as LB_KERNELS.
 *
 * Winograd's minimal filtering F(4 x 4, 3 x 3): Y = A' [(G g G') * (B' d B)] A, by the
 * interpolation points 0, +-a, +-b and infinity (Lavin, Gray: Fast algorithms for convolutional
 * neural networks, CVPR 2016). With a = 5/8 and b = 3/2 rounding is about half of what it is with
 * their 1 and 2. */
#include <string.h>

#include "winograd_internal.h"

typedef int32_t ints __attribute__((vector_size(4 * LB_LANES)));

enum {
    IN = LB_WINOGRAD_IN,
    OUT = LB_WINOGRAD_OUT,
    PLACES = LB_WINOGRAD_PLACES,
    SIDE = 3,
    AHEAD = 4,          /* tiles */
    AHEAD_BYTES = 2048, /* of weights */
    LINE = 64           /* bytes of a cache's line */
};

static const float A1 = 0.625f, B1 = 1.5f;
static const float A2 = 0.625f * 0.625f, B2 = 1.5f * 1.5f;
static const float A3 = 0.625f * 0.625f * 0.625f, B3 = 1.5f * 1.5f * 1.5f;

ALWAYS vec
times_plus(float a, vec b, vec c)
{
    return fused(to_all_lanes(a), b, c);
}

ALWAYS vec
choose(ints where, vec v)
{
    return (vec)((ints)v & where);
}

/* ------------------------------------------------------------------------------------------------
 * Transforms of a line
 */

/* B' d */
ALWAYS void
input_line(vec out[IN], const vec d[IN])
{
    vec pa = times_plus(-B2, d[2], d[4]), pb = times_plus(-A2, d[2], d[4]);
    vec qa = times_plus(-B2, d[1], d[3]), qb = times_plus(-A2, d[1], d[3]);
    out[0] = times_plus(A2 * B2, d[0], times_plus(-(A2 + B2), d[2], d[4]));
    out[1] = times_plus(A1, qa, pa);
    out[2] = times_plus(-A1, qa, pa);
    out[3] = times_plus(B1, qb, pb);
    out[4] = times_plus(-B1, qb, pb);
    out[5] = times_plus(A2 * B2, d[1], times_plus(-(A2 + B2), d[3], d[5]));
}

/* A' m */
ALWAYS void
output_line(vec out[OUT], const vec m[IN])
{
    vec s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    out[0] = m[0] + s1 + s2;
    out[1] = times_plus(A1, d1, B1 * d2);
    out[2] = times_plus(A2, s1, B2 * s2);
    out[3] = times_plus(A3, d1, times_plus(B3, d2, m[5]));
}

/* G g */
ALWAYS void
weight_line(vec out[IN], const vec g[SIDE])
{
    const float f0 = 1 / (A2 * B2), fa = 1 / (2 * A2 * (A2 - B2)), fb = 1 / (2 * B2 * (B2 - A2));
    vec ea = times_plus(A2, g[2], g[0]), eb = times_plus(B2, g[2], g[0]);
    out[0] = f0 * g[0];
    out[1] = fa * times_plus(A1, g[1], ea);
    out[2] = fa * times_plus(-A1, g[1], ea);
    out[3] = fb * times_plus(B1, g[1], eb);
    out[4] = fb * times_plus(-B1, g[1], eb);
    out[5] = g[2];
}

/* ------------------------------------------------------------------------------------------------
 * Weights
 */

/* Of one input channel and all lanes of a pair of blocks, or of a last single one (vectors 1):
 * u (PLACES, inputs, vectors, lanes) at that channel. w (9, vectors, lanes). */
ALWAYS void
weights_of_channel(float *u, size_t place_stride, const float *w, size_t vectors)
{
    for (size_t h = 0; h < vectors; h++) {
        vec columns[IN][SIDE];
        for (size_t x = 0; x < SIDE; x++) {
            vec g[SIDE], line[IN];
            for (size_t y = 0; y < SIDE; y++) {
                g[y] = load(w + ((y * SIDE + x) * vectors + h) * LB_LANES);
            }
            weight_line(line, g);
            for (size_t i = 0; i < IN; i++) {
                columns[i][x] = line[i];
            }
        }
        for (size_t i = 0; i < IN; i++) {
            vec line[IN];
            weight_line(line, columns[i]);
            for (size_t j = 0; j < IN; j++) {
                store(u + (i * IN + j) * place_stride + h * LB_LANES, line[j]);
            }
        }
    }
}

/* See lb_winograd_kernels. */
static void
weights(float *u, size_t place_stride, const lb_winograd_weights *w, size_t pair, size_t inputs,
        size_t vectors)
{
    enum { CHUNK = 16 };
    float w9[CHUNK][SIDE * SIDE * LB_WINOGRAD_PAIR * LB_LANES];
    size_t lanes = vectors * LB_LANES, first = pair * LB_WINOGRAD_PAIR * LB_LANES;
    memset(w9, 0, sizeof w9);
    for (size_t start = 0; start < inputs; start += CHUNK) {
        size_t n = inputs - start < CHUNK ? inputs - start : CHUNK;
        for (size_t lane = 0; lane < lanes; lane++) {
            for (size_t c = 0; c < n; c++) {
                size_t out = first + lane, in = start + c;
                bool real = out < w->outs && in < w->ins;
                size_t at = w->transposed ? in * w->outs + out : out * w->ins + in;
                const float *from = w->plain + (real ? at : 0) * (SIDE * SIDE);
                for (size_t k = 0; k < SIDE * SIDE; k++) {
                    size_t to = w->transposed ? SIDE * SIDE - 1 - k : k;
                    w9[c][to * lanes + lane] = real ? from[k] : 0.0f;
                }
            }
        }
        for (size_t c = 0; c < n; c++) {
            weights_of_channel(u + (start + c) * lanes, place_stride, w9[c], vectors);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Input tiles
 */

typedef enum source_kind { PLAIN, KEPT, UNPOOLED } source_kind;

/* One value of an input plane, 0 beyond its border. plane: which of all. */
ALWAYS vec
input_at(const lb_winograd_input *in, source_kind kind, size_t plane, size_t height, size_t width,
         ptrdiff_t y, ptrdiff_t x)
{
    if (kind == UNPOOLED) {
        size_t rows = height / 2, columns = width / 2;
        if (y < 0 || x < 0 || (size_t)y >= 2 * rows || (size_t)x >= 2 * columns) {
            return zero();
        }
        size_t at = ((plane * rows + (size_t)y / 2) * columns + (size_t)x / 2) * LB_LANES;
        int corner = (int)(y % 2 * 2 + x % 2);
        return chosen(in->argmax + at, corner, load(in->values + at));
    }
    if (y < 0 || x < 0 || (size_t)y >= height || (size_t)x >= width) {
        return zero();
    }
    size_t at = (plane * height + (size_t)y) * width + (size_t)x;
    vec v = load(in->values + at * LB_LANES);
    return kind == KEPT ? kept(in->keep, at, v) : v;
}

/* A row of a tile away from the border, which begins at an odd row and column. */
ALWAYS void
inner_row(vec d[IN], const lb_winograd_input *in, source_kind kind, size_t plane, size_t height,
          size_t width, size_t y, size_t x)
{
    if (kind == UNPOOLED) {
        enum { CELLS = IN / 2 + 1 };
        size_t at = ((plane * (height / 2) + y / 2) * (width / 2) + x / 2) * LB_LANES;
        int left = (int)(y % 2 * 2), right = left + 1;
        UNROLL for (size_t c = 0; c < CELLS; c++)
        {
            vec v = load(in->values + at + c * LB_LANES);
            const uint8_t *argmax = in->argmax + at + c * LB_LANES;
            if (c > 0) {
                d[2 * c - 1] = chosen(argmax, left, v);
            }
            if (c < CELLS - 1) {
                d[2 * c] = chosen(argmax, right, v);
            }
        }
        return;
    }
    size_t at = (plane * height + y) * width + x;
    UNROLL for (size_t j = 0; j < IN; j++)
    {
        vec v = load(in->values + (at + j) * LB_LANES);
        d[j] = kind == KEPT ? kept(in->keep, at + j, v) : v;
    }
}

ALWAYS void
input_tile(float *v, size_t place_stride, const lb_winograd_input *in, source_kind kind,
           size_t plane, const lb_winograd_shape *s, lb_winograd_tile tile)
{
    vec lines[IN][IN];
    size_t y = (size_t)tile.y * OUT, x = (size_t)tile.x * OUT;
    size_t reach = kind == UNPOOLED ? IN : IN - 1; /* whole windows of a pooling */
    bool inner = y > 0 && x > 0 && y + reach <= s->height && x + reach <= s->width;
    for (size_t i = 0; i < IN; i++) {
        vec d[IN];
        if (inner) {
            inner_row(d, in, kind, plane, s->height, s->width, y - 1 + i, x - 1);
        } else {
            for (size_t j = 0; j < IN; j++) {
                d[j] = input_at(in, kind, plane, s->height, s->width, (ptrdiff_t)(y + i) - 1,
                                (ptrdiff_t)(x + j) - 1);
            }
        }
        input_line(lines[i], d);
    }
    for (size_t j = 0; j < IN; j++) {
        vec column[IN], out[IN];
        UNROLL for (size_t i = 0; i < IN; i++)
        {
            column[i] = lines[i][j];
        }
        input_line(out, column);
        UNROLL for (size_t i = 0; i < IN; i++)
        {
            store(v + (i * IN + j) * place_stride, out[i]);
        }
    }
}

/* Asks for a tile of another plane, or further on: planes are far apart, and a processor does not
 * foresee the way through them. */
ALWAYS void
expect_tile(const lb_winograd_input *in, size_t plane, const lb_winograd_shape *s,
            lb_winograd_tile tile)
{
    size_t half = in->argmax != NULL ? 2 : 1, side = OUT / half;
    size_t height = s->height / half, width = s->width / half;
    for (size_t y = 0; y < IN / half; y++) {
        size_t row = (size_t)tile.y * side + y;
        size_t at =
            (plane * height + (row < height ? row : height - 1)) * width + (size_t)tile.x * side;
        for (size_t x = 0; x < side; x++) {
            __builtin_prefetch(in->values + (at + x) * LB_LANES);
        }
        if (in->argmax != NULL) {
            __builtin_prefetch(in->argmax + at * LB_LANES);
        } else if (in->keep != NULL) {
            __builtin_prefetch((const uint8_t *)in->keep + at * LB_LANES / 8);
        }
    }
}

/* See lb_winograd_kernels. */
static void
input_tiles(float *v, size_t place_stride, const lb_winograd_input *in, const lb_winograd_shape *s,
            size_t plane, const lb_winograd_tile *tiles, size_t count)
{
    for (size_t t = 0; t < count; t++) {
        size_t at = (size_t)tiles[t].image * s->in + plane;
        size_t group = t / LB_GROUP, in_group = t % LB_GROUP;
        float *to = v + ((group * s->in + plane) * LB_GROUP + in_group) * LB_LANES;
        if (plane + 1 < s->in) {
            expect_tile(in, at + 1, s, tiles[t]);
        }
        if (plane == 0 && t + AHEAD < count) {
            expect_tile(in, (size_t)tiles[t + AHEAD].image * s->in, s, tiles[t + AHEAD]);
        }
        if (in->argmax != NULL) {
            input_tile(to, place_stride, in, UNPOOLED, at, s, tiles[t]);
        } else if (in->keep != NULL) {
            input_tile(to, place_stride, in, KEPT, at, s, tiles[t]);
        } else {
            input_tile(to, place_stride, in, PLAIN, at, s, tiles[t]);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Products
 */

/* Asks for weights further on: a processor does not foresee beyond a page. */
ALWAYS void
expect_weights(const float *u, size_t vectors)
{
    for (size_t byte = 0; byte < vectors * LB_LANES * sizeof *u; byte += LINE) {
        __builtin_prefetch((const void *)((uintptr_t)u + AHEAD_BYTES + byte));
    }
}

/* m (n, vectors, lanes) = sum over the input's channels of v x u, for a group of which n tiles are
 * there. n and vectors are constants wherever this is inlined, so that the sums stay in
 * registers. */
ALWAYS void
product(const size_t n, const size_t vectors, float *m, const float *v, size_t planes,
        const float *u)
{
    vec sum[LB_GROUP][LB_WINOGRAD_PAIR];
    UNROLL for (size_t t = 0; t < n; t++)
    {
        UNROLL for (size_t h = 0; h < vectors; h++)
        {
            sum[t][h] = zero();
        }
    }
    for (size_t p = 0; p < planes; p++, v += LB_GROUP * LB_LANES) {
        for (size_t c = 0; c < LB_LANES; c++, u += vectors * LB_LANES) {
            vec weight[LB_WINOGRAD_PAIR];
            expect_weights(u, vectors);
            UNROLL for (size_t h = 0; h < vectors; h++)
            {
                weight[h] = load(u + h * LB_LANES);
            }
            UNROLL for (size_t t = 0; t < n; t++)
            {
                vec value = to_all_lanes(v[t * LB_LANES + c]);
                UNROLL for (size_t h = 0; h < vectors; h++)
                {
                    sum[t][h] = fused(value, weight[h], sum[t][h]);
                }
            }
        }
    }
    UNROLL for (size_t t = 0; t < n; t++)
    {
        UNROLL for (size_t h = 0; h < vectors; h++)
        {
            store(m + (t * vectors + h) * LB_LANES, sum[t][h]);
        }
    }
}

typedef void product_of(float *m, const float *v, size_t planes, const float *u);

#define PRODUCT(n)                                                                  \
    static void pair_##n(float *m, const float *v, size_t planes, const float *u)   \
    {                                                                               \
        product(n, 2, m, v, planes, u);                                             \
    }                                                                               \
    static void single_##n(float *m, const float *v, size_t planes, const float *u) \
    {                                                                               \
        product(n, 1, m, v, planes, u);                                             \
    }

PRODUCT(1)
PRODUCT(2)
PRODUCT(3)
PRODUCT(4)
PRODUCT(5)
#if LB_GROUP > 5
PRODUCT(6)
PRODUCT(7)
PRODUCT(8)
PRODUCT(9)
PRODUCT(10)
PRODUCT(11)
PRODUCT(12)
PRODUCT(13)
PRODUCT(14)
#endif

/* [n - 1] for n tiles at a time */
static product_of *const pairs[LB_GROUP] = {pair_1,  pair_2,  pair_3,  pair_4, pair_5,
#if LB_GROUP > 5
                                            pair_6,  pair_7,  pair_8,  pair_9, pair_10,
                                            pair_11, pair_12, pair_13, pair_14
#endif
};
static product_of *const singles[LB_GROUP] = {single_1,  single_2,  single_3,  single_4, single_5,
#if LB_GROUP > 5
                                              single_6,  single_7,  single_8,  single_9, single_10,
                                              single_11, single_12, single_13, single_14
#endif
};

/* See lb_winograd_kernels. */
static void
products(float *m, const float *v, size_t planes, const float *u, size_t vectors, size_t count)
{
    product_of *const *of = vectors == LB_WINOGRAD_PAIR ? pairs : singles;
    for (size_t t = 0; t < count; t += LB_GROUP) {
        size_t n = count - t < LB_GROUP ? count - t : LB_GROUP;
        of[n - 1](m + t * vectors * LB_LANES, v + t * planes * LB_LANES, planes, u);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Output tiles
 */

typedef enum target_kind { VALUES, RECTIFIED, DECIDED, POOLED } target_kind;

ALWAYS void
store_tile(const lb_winograd_output *out, target_kind kind, const vec r[OUT][OUT], size_t plane,
           size_t height, size_t width, size_t top, size_t left)
{
    size_t rows = height - top < OUT ? height - top : OUT;
    size_t columns = width - left < OUT ? width - left : OUT;
    for (size_t y = 0; y < rows; y++) {
        size_t at = (plane * height + top + y) * width + left;
        for (size_t x = 0; x < columns; x++) {
            store(out->values + (at + x) * LB_LANES, r[y][x]);
            if (kind == DECIDED) {
                mark_positive(out->relu_mask, at + x, r[y][x]);
            }
        }
    }
}

/* Max pooling of rectified values: the first of the largest wins, and nobody where all are 0. */
ALWAYS void
pool_tile(const lb_winograd_output *out, const vec r[OUT][OUT], size_t plane, size_t height,
          size_t width, size_t top, size_t left)
{
    size_t rows = height / 2, columns = width / 2;
    for (size_t y = 0; y < OUT / 2 && top / 2 + y < rows; y++) {
        for (size_t x = 0; x < OUT / 2 && left / 2 + x < columns; x++) {
            vec max = r[2 * y][2 * x];
            ints winner = {0};
            for (size_t corner = 1; corner < 4; corner++) {
                vec other = r[2 * y + corner / 2][2 * x + corner % 2];
                ints more = other > max;
                max = (vec)(((ints)other & more) | ((ints)max & ~more));
                winner = (((ints){0} + (int32_t)corner) & more) | (winner & ~more);
            }
            ints somebody = max > 0;
            winner = (winner & somebody) | (((ints){0} + LB_NO_ARGMAX) & ~somebody);
            size_t at = ((plane * rows + top / 2 + y) * columns + left / 2 + x) * LB_LANES;
            store(out->values + at, max);
            store_bytes(out->argmax + at, winner);
        }
    }
}

ALWAYS void
output_tile(const lb_winograd_output *out, target_kind kind, const float *m, size_t place_stride,
            size_t plane, vec bias, const lb_winograd_shape *s, lb_winograd_tile tile)
{
    vec lines[OUT][IN], r[OUT][OUT];
    for (size_t j = 0; j < IN; j++) {
        vec column[IN], line[OUT];
        UNROLL for (size_t i = 0; i < IN; i++)
        {
            column[i] = load(m + (i * IN + j) * place_stride);
        }
        output_line(line, column);
        UNROLL for (size_t i = 0; i < OUT; i++)
        {
            lines[i][j] = line[i];
        }
    }
    for (size_t i = 0; i < OUT; i++) {
        output_line(r[i], lines[i]);
        UNROLL for (size_t j = 0; j < OUT; j++)
        {
            r[i][j] += bias;
            r[i][j] = kind != VALUES ? choose(r[i][j] > 0, r[i][j]) : r[i][j];
        }
    }
    size_t top = (size_t)tile.y * OUT, left = (size_t)tile.x * OUT;
    if (kind == POOLED) {
        pool_tile(out, (const vec(*)[OUT])r, plane, s->height, s->width, top, left);
    } else {
        store_tile(out, kind, (const vec(*)[OUT])r, plane, s->height, s->width, top, left);
    }
}

/* See lb_winograd_kernels. */
static void
output_tiles(const lb_winograd_output *out, const float *m, size_t place_stride,
             const lb_winograd_shape *s, size_t pair, size_t vectors, const lb_winograd_tile *tiles,
             size_t count)
{
    for (size_t h = 0; h < vectors; h++) {
        size_t plane = pair * LB_WINOGRAD_PAIR + h;
        vec bias = out->bias != NULL ? load(out->bias + plane * LB_LANES) : zero();
        for (size_t t = 0; t < count; t++) {
            const float *from = m + (t * vectors + h) * LB_LANES;
            size_t at = (size_t)tiles[t].image * s->out + plane;
            if (out->argmax != NULL) {
                output_tile(out, POOLED, from, place_stride, at, bias, s, tiles[t]);
            } else if (out->relu_mask != NULL) {
                output_tile(out, DECIDED, from, place_stride, at, bias, s, tiles[t]);
            } else if (out->relu) {
                output_tile(out, RECTIFIED, from, place_stride, at, bias, s, tiles[t]);
            } else {
                output_tile(out, VALUES, from, place_stride, at, bias, s, tiles[t]);
            }
        }
    }
}

const lb_winograd_kernels LB_KERNELS = {.block = LB_LANES,
                                        .group = LB_GROUP,
                                        .weights = weights,
                                        .input_tiles = input_tiles,
                                        .products = products,
                                        .output_tiles = output_tiles};
