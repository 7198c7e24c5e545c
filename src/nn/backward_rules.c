/* SPDX-License-Identifier: MIT */
#include "backward_rules.h"

#include <math.h>

#include "base/cpu_kernel.h"
#include "patterns.h"
#include "relevance.h"

static const float epsilon_lrp = 1e-9f;
static const float epsilon_deeplift = 1e-10f;

LB_KERNEL(void, relu_gradient, (float *restrict g, const float *restrict in, size_t n), (g, in, n))
{
    for (size_t i = 0; i < n; i++) {
        g[i] = in[i] > 0 ? g[i] : 0.0f;
    }
}

LB_KERNEL(void, relu_guided, (float *restrict g, const float *restrict in, size_t n), (g, in, n))
{
    for (size_t i = 0; i < n; i++) {
        g[i] = in[i] > 0 && g[i] > 0 ? g[i] : 0.0f;
    }
}

LB_KERNEL(void, relu_deconvolution, (float *restrict g, size_t n), (g, n))
{
    for (size_t i = 0; i < n; i++) {
        g[i] = g[i] > 0 ? g[i] : 0.0f;
    }
}

LB_KERNEL(void, divide_by_output, (float *restrict g, const float *restrict z, size_t n), (g, z, n))
{
    for (size_t i = 0; i < n; i++) {
        float stabilised = z[i] + (z[i] < 0 ? -epsilon_lrp : epsilon_lrp);
        g[i] = z[i] == 0 ? 0.0f : g[i] / stabilised;
    }
}

LB_KERNEL(void, multiply_by_input, (float *restrict g, const float *restrict x, size_t n),
          (g, x, n))
{
    for (size_t i = 0; i < n; i++) {
        g[i] *= x[i];
    }
}

LB_KERNEL(void, rescale,
          (float *restrict m, const float *restrict in, const float *restrict out,
           const float *restrict in0, const float *restrict out0, size_t n),
          (m, in, out, in0, out0, n))
{
    for (size_t i = 0; i < n; i++) {
        float change = in[i] - in0[i];
        float gradient = in[i] > 0 ? m[i] : 0.0f;
        m[i] = fabsf(change) < epsilon_deeplift ? gradient : m[i] * ((out[i] - out0[i]) / change);
    }
}

/* Part of the values of a batch, within one image. */
typedef struct part {
    size_t start;  /* in the batch */
    size_t offset; /* the image */
    size_t count;
} part;

enum { PART = 16384 };

static size_t
parts(size_t size)
{
    return (size + PART - 1) / PART;
}

static part
part_at(size_t i, size_t size)
{
    size_t offset = i % parts(size) * PART;
    return (part){.start = i / parts(size) * size + offset,
                  .offset = offset,
                  .count = size - offset < PART ? size - offset : PART};
}

static void
gradient_at_relu(float *g, const lb_around *at)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < at->images * parts(at->in_size); i++) {
        const part p = part_at(i, at->in_size);
        relu_gradient(g + p.start, at->in + p.start, p.count);
    }
}

static void
guided_at_relu(float *g, const lb_around *at)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < at->images * parts(at->in_size); i++) {
        const part p = part_at(i, at->in_size);
        relu_guided(g + p.start, at->in + p.start, p.count);
    }
}

static void
deconvolution_at_relu(float *g, const lb_around *at)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < at->images * parts(at->in_size); i++) {
        const part p = part_at(i, at->in_size);
        relu_deconvolution(g + p.start, p.count);
    }
}

/* Relevance passes a ReLU unchanged. */
static void
relevance_at_relu(float *g, const lb_around *at)
{
    (void)g;
    (void)at;
}

static void
relevance_before_linear(float *g, const lb_around *at)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < at->images * parts(at->out_size); i++) {
        const part p = part_at(i, at->out_size);
        divide_by_output(g + p.start, at->out + p.start, p.count);
    }
}

static void
relevance_after_linear(float *g, const lb_around *at)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < at->images * parts(at->in_size); i++) {
        const part p = part_at(i, at->in_size);
        multiply_by_input(g + p.start, at->in + p.start, p.count);
    }
}

static void
multiplier_at_relu(float *m, const lb_around *at)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < at->images * parts(at->in_size); i++) {
        const part p = part_at(i, at->in_size);
        rescale(m + p.start, at->in + p.start, at->out + p.start, at->reference_in + p.offset,
                at->reference_out + p.offset, p.count);
    }
}

/* One window of exact DeepLIFT through max pooling: the larger of the two maxima takes the whole
 * change, at its own winner; where input and reference hardly differ the plain gradient stays. */
static void
multiplier_in_window(float *in_gradient, float m, const float *in, const float *in0, float out,
                     float out0, size_t winner, size_t winner0)
{
    bool unchanged = fabsf(in[winner] - in0[winner]) < epsilon_deeplift;
    in_gradient[winner] = unchanged ? m : 0.0f;
    size_t taker = out >= out0 ? winner : winner0;
    float change = in[taker] - in0[taker];
    if (fabsf(change) >= epsilon_deeplift) {
        in_gradient[taker] = m * ((out - out0) / change);
    }
}

static void
multiplier_after_pool(float *in_gradient, const float *out_gradient, const lb_around *at,
                      const uint8_t *argmax, const uint8_t *choice0, const lb_planes *s)
{
    size_t half_height = s->height / 2, half_row = s->width / 2 * s->block;
    size_t row = s->width * s->block;
    const size_t offsets[4] = {0, s->block, row, row + s->block};
#pragma omp parallel for schedule(static)
    for (size_t line = 0; line < s->images * s->planes * half_height; line++) {
        size_t plane = line / half_height, y = line % half_height;
        size_t plane0 = plane % s->planes;
        for (size_t i = 0; i < half_row; i++) {
            size_t x = i / s->block, k = i % s->block;
            size_t to = line * half_row + i;
            size_t to0 = (plane0 * half_height + y) * half_row + i;
            size_t corner = 2 * y * row + 2 * x * s->block + k;
            size_t from = plane * s->height * row + corner;
            size_t from0 = plane0 * s->height * row + corner;
            multiplier_in_window(in_gradient + from, out_gradient[to], at->in + from,
                                 at->reference_in + from0, at->out[to], at->reference_out[to0],
                                 offsets[argmax[to]], offsets[choice0[to0]]);
        }
    }
}

static const lb_rule_table rules[LB_RULES] = {
    [LB_RULE_GRADIENT] = {.relu = gradient_at_relu},
    [LB_RULE_GUIDED] = {.relu = guided_at_relu},
    [LB_RULE_DECONVOLUTION] = {.relu = deconvolution_at_relu},
    [LB_RULE_LRP_EPSILON] = {.relu = relevance_at_relu,
                             .before_linear = relevance_before_linear,
                             .after_linear = relevance_after_linear},
    [LB_RULE_DEEPLIFT] = {.relu = multiplier_at_relu, .after_pool = multiplier_after_pool},
    [LB_RULE_DEEPLIFT_CAPTUM] = {.relu = multiplier_at_relu},
    [LB_RULE_LRP_COMPOSITE] = {.relu = relevance_at_relu, .linear = lb_relevance_linear},
    [LB_RULE_PATTERNS] = {.relu = gradient_at_relu, .linear = lb_pattern_linear},
};

const lb_rule_table *
lb_rule_find(lb_rule rule)
{
    return &rules[rule];
}
