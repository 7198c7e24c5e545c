/* SPDX-License-Identifier: MIT */
/* Kernel SHAP over super-pixels (Lundberg & Lee: A unified approach to interpreting model
 * predictions, NeurIPS 2017): the Shapley values of the game in which super-pixels are players, a
 * coalition is an image that shows only them, and its worth the target's logit. They are the linear
 * model of the logit, by least squares with the weight (M - 1) / (C(M, s) s (M - s)) for coalitions
 * of s among M players, under the constraint that they sum to f(image) - f(all hidden). The
 * constraint is kept by a Lagrange multiplier (Covert & Lee, AISTATS 2021).
 *
 * All coalitions are computed where the samples suffice: the values are exact then. Else whole
 * sizes are, from the smallest and largest on, as long as their share of the samples suffices (that
 * of 1 always); the rest of the samples are drawn from the other sizes by weight, each with its
 * complement, as in the authors' program, but without their choice of features by lasso.
 * A super-pixel whose hiding changes no pixel is no player: its value is 0. Random numbers are
 * keyed by image and pair. */
#include <math.h>
#include <string.h>

#include "least_squares.h"
#include "lesionbench/random.h"
#include "perturbation.h"
#include "superpixels.h"

enum { PAIR_SHIFT = 40, EXTRA_SAMPLES = 2048, MAX_EXACT = 40 };

typedef struct game {
    size_t m;         /* players */
    size_t *player;   /* (m) their super-pixels */
    size_t samples;   /* room for coalitions, without the empty and the full one */
    size_t count;     /* coalitions */
    uint8_t *z;       /* (samples, m) */
    double *weights;  /* (samples) */
    uint8_t *seen;    /* (2 + samples, super-pixels): none, all, and the coalitions */
    double *values;   /* (2 + samples) */
    double *matrix;   /* (m, m) */
    double *right;    /* (2, m) */
    size_t *shuffled; /* (m) */
} game;

static void
game_release(game *g)
{
    lb_free(g->shuffled);
    lb_free(g->right);
    lb_free(g->matrix);
    lb_free(g->values);
    lb_free(g->seen);
    lb_free(g->weights);
    lb_free(g->z);
    lb_free(g->player);
}

/* Total weight of the coalitions of s. */
static double
size_weight(size_t m, size_t s)
{
    return ((double)m - 1) / ((double)s * (double)(m - s));
}

/* Coalitions of s among m. */
static double
choose(size_t m, size_t s)
{
    double count = 1;
    for (size_t i = 1; i <= s; i++) {
        count = count * (double)(m - s + i) / (double)i;
    }
    return count;
}

static void
add_coalition(game *g, const size_t *members, size_t size, bool complement, double weight)
{
    uint8_t *row = g->z + g->count * g->m;
    memset(row, complement, g->m);
    for (size_t i = 0; i < size; i++) {
        row[members[i]] = !complement;
    }
    g->weights[g->count++] = weight;
}

/* All coalitions of `size`, each with its complement where that is of another size. */
static void
add_size(game *g, size_t size)
{
    double weight = size_weight(g->m, size) / choose(g->m, size);
    size_t *members = g->shuffled, at = size;
    for (size_t i = 0; i < size; i++) {
        members[i] = i;
    }
    while (at > 0) {
        add_coalition(g, members, size, false, weight);
        if (2 * size != g->m) {
            add_coalition(g, members, size, true, weight);
        }
        /* The next in lexicographic order: the last member that can go on does. */
        for (at = size; at > 0 && members[at - 1] == g->m - size + at - 1; at--) {
        }
        if (at > 0) {
            members[at - 1]++;
            for (size_t i = at; i < size; i++) {
                members[i] = members[i - 1] + 1;
            }
        }
    }
}

/* Draws pairs of coalitions of the sizes first .. m / 2 and their complements. */
static void
draw_pairs(game *g, size_t first, uint64_t seed, size_t item)
{
    size_t pairs = (g->samples - g->count) / 2;
    double total = 0;
    for (size_t s = first; s <= g->m - first; s++) {
        total += size_weight(g->m, s);
    }
    for (size_t k = 0; k < pairs; k++) {
        lb_random random;
        size_t size = first;
        lb_random_init(&random, seed, LB_PURPOSE_KERNEL_SHAP, item + ((uint64_t)k << PAIR_SHIFT));
        double left = lb_random_uniform(&random) * total;
        for (; size < g->m - first && left >= size_weight(g->m, size); size++) {
            left -= size_weight(g->m, size);
        }
        for (size_t i = 0; i < g->m; i++) {
            g->shuffled[i] = i;
        }
        for (size_t i = 0; i < size; i++) {
            size_t j = i + lb_random_below(&random, (uint32_t)(g->m - i)), kept = g->shuffled[i];
            g->shuffled[i] = g->shuffled[j];
            g->shuffled[j] = kept;
        }
        add_coalition(g, g->shuffled, size, false, total / (double)(2 * pairs));
        add_coalition(g, g->shuffled, size, true, total / (double)(2 * pairs));
    }
}

static void
choose_coalitions(game *g, uint64_t seed, size_t item)
{
    size_t half = g->m / 2, size = 1;
    double total = 0;
    bool all = g->m < MAX_EXACT && ((size_t)1 << g->m) - 2 <= g->samples;
    for (size_t s = 1; s < g->m; s++) {
        total += size_weight(g->m, s);
    }
    for (; size <= half; size++) {
        double sides = 2 * size == g->m ? 1 : 2, share = sides * size_weight(g->m, size) / total;
        size_t left = g->samples - g->count;
        double needed = sides * choose(g->m, size);
        if (!all && size > 1 && needed > share * (double)left) {
            break;
        }
        add_size(g, size);
        total -= sides * size_weight(g->m, size);
    }
    if (size <= half) {
        draw_pairs(g, size, seed, item);
    }
}

static lb_status
game_init(game *g, const lb_superpixels *s, size_t samples, lb_error *err)
{
    lb_status status = LB_OK;
    size_t cells = 0;
    *g = (game){.m = 0};
    LB_ALLOC(g->player, s->count);
    for (size_t k = 0; k < s->count; k++) {
        if (!s->idle[k]) {
            g->player[g->m++] = k;
        }
    }
    g->samples = samples > 0 ? samples : 2 * g->m + EXTRA_SAMPLES;
    if (g->samples < 2 * g->m) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "kernel_shap: %zu samples for %zu super-pixels: at least two each",
                       g->samples, g->m);
    }
    if (g->m < MAX_EXACT && ((size_t)1 << g->m) < g->samples) {
        g->samples = (size_t)1 << g->m;
    }
    LB_TRY(lb_multiply(&cells, 2 + g->samples, s->count, err));
    LB_ALLOC(g->z, cells);
    LB_ALLOC(g->weights, g->samples);
    LB_ALLOC(g->seen, cells);
    LB_ALLOC(g->values, 2 + g->samples);
    LB_ALLOC(g->matrix, g->m * g->m);
    LB_ALLOC(g->right, 2 * g->m + 1);
    LB_ALLOC(g->shuffled, g->m);
cleanup:
    return status;
}

/* The coalitions as super-pixels that are seen; those that are no players always are. */
static void
show_coalitions(game *g, size_t superpixels)
{
    memset(g->seen, 1, (2 + g->count) * superpixels);
    for (size_t j = 0; j < g->m; j++) {
        g->seen[g->player[j]] = 0;
        for (size_t k = 0; k < g->count; k++) {
            g->seen[(2 + k) * superpixels + g->player[j]] = g->z[k * g->m + j];
        }
    }
}

/* The Shapley values, in g->right: A^-1 (b - 1 (1^T A^-1 b - difference) / (1^T A^-1 1)). */
static lb_status
solve(game *g, lb_error *err)
{
    lb_status status = LB_OK;
    double *values = g->right, *ones = g->right + g->m, sum = 0, scale = 0;
    double none = g->values[0], difference = g->values[1] - none;
    for (size_t k = 0; k < g->count; k++) {
        g->values[2 + k] -= none;
    }
    lb_gather_normal(g->matrix, values, g->z, g->weights, g->values + 2, g->count, g->m);
    for (size_t j = 0; j < g->m; j++) {
        ones[j] = 1;
    }
    LB_TRY(lb_solve_positive(g->right, 2, g->matrix, g->m, err));
    for (size_t j = 0; j < g->m; j++) {
        sum += values[j];
        scale += ones[j];
    }
    for (size_t j = 0; j < g->m; j++) {
        values[j] -= ones[j] * (sum - difference) / scale;
    }
cleanup:
    return status;
}

static lb_status
explain_image(float *pixels, lb_session *session, const lb_batch *batch, size_t i, lb_error *err)
{
    lb_status status = LB_OK;
    lb_superpixels s = {.count = 0};
    game g = {.m = 0};
    double *weights = NULL;
    LB_TRY(lb_superpixels_init(&s, batch, i, LB_INFILL_VALUE, err));
    LB_TRY(game_init(&g, &s, batch->options->perturbation.shap_samples, err));
    LB_ALLOC(weights, s.count);
    if (g.m > 1) {
        choose_coalitions(&g, batch->options->seed, batch->items[i]);
    }
    show_coalitions(&g, s.count);
    s.seen = g.seen;
    LB_TRY(lb_session_forward_copies(g.values, session, batch, i, 2 + g.count, lb_superpixels_hide,
                                     &s, LB_TARGET_LOGIT, err));
    if (g.m > 1) {
        LB_TRY(solve(&g, err));
    } else {
        g.right[0] = g.values[1] - g.values[0];
    }
    for (size_t j = 0; j < g.m; j++) {
        weights[g.player[j]] = g.right[j];
    }
    lb_superpixels_paint(pixels, &s, weights);
cleanup:
    lb_free(weights);
    game_release(&g);
    lb_superpixels_release(&s);
    return status;
}

static lb_status
attribute(float *pixels, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    lb_status status = LB_OK;
    (void)diagnostics;
    (void)session;
    for (size_t i = 0; i < batch->count && status == LB_OK; i++) {
        status = explain_image(pixels + i * batch->pixels, session, batch, i, err);
    }
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    size_t samples = options->perturbation.shap_samples;
    (void)height;
    (void)width;
    return LB_FORWARD_PASS * (double)(samples > 0 ? samples : EXTRA_SAMPLES);
}

static const char *const settings[] = {"answer",      "hidden_value", "hide_with", "superpixels",
                                       "compactness", "shap_samples", "seed",      NULL};

const lb_method lb_kernel_shap = {
    .struct_size = sizeof(lb_method),
    .name = "kernel_shap",
    .title = "KernelSHAP",
    .summary = "Shapley values of super-pixels",
    .source = "Lundberg, Lee: A unified approach to interpreting model predictions, NeurIPS 2017",
    .needs = LB_NEEDS_COPIES,
    .flags = LB_METHOD_SLOW | LB_METHOD_PER_PIXEL,
    .settings = settings,
    .attribute = attribute,
    .passes = passes};
