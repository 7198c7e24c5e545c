/* SPDX-License-Identifier: MIT */
/* LIME for images (Ribeiro, Singh, Guestrin: "Why should I trust you?", KDD 2016), as its authors'
 * lime_image does it: copies in which each super-pixel is seen with probability 1/2 or replaced by
 * its mean, the first copy the image itself; the target's probability of each; and a linear model
 * of what is seen, by ridge regression with a free intercept, in which a copy weighs
 * sqrt(exp(-d^2 / width^2)) by its cosine distance d = 1 - sqrt(share seen) from the image. The
 * weights of the model are the map. Super-pixels are SLIC's here, Quickshift's there. Random
 * numbers are keyed by image and copy. */
#include <math.h>
#include <string.h>

#include "least_squares.h"
#include "lesionbench/random.h"
#include "perturbation.h"
#include "superpixels.h"

enum { COPY_SHIFT = 40 };

typedef struct lime {
    size_t copies, n;
    uint8_t *seen;            /* (copies, n) */
    double *values, *weights; /* (copies) */
    double *matrix;           /* (n, n) */
    double *vector, *mean;    /* (n) */
} lime;

static void
lime_release(lime *l)
{
    lb_free(l->mean);
    lb_free(l->vector);
    lb_free(l->matrix);
    lb_free(l->weights);
    lb_free(l->values);
    lb_free(l->seen);
}

static lb_status
lime_init(lime *l, size_t copies, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    size_t cells = 0;
    *l = (lime){.copies = copies, .n = n};
    LB_TRY(lb_multiply(&cells, copies, n, err));
    LB_ALLOC(l->seen, cells);
    LB_ALLOC(l->values, copies);
    LB_ALLOC(l->weights, copies);
    LB_ALLOC(l->matrix, n * n);
    LB_ALLOC(l->vector, n);
    LB_ALLOC(l->mean, n);
cleanup:
    return status;
}

static void
draw_copies(lime *l, const lb_explain_options *options, size_t item)
{
    double width = options->perturbation.lime_width;
    for (size_t k = 0; k < l->copies; k++) {
        lb_random random;
        uint8_t *row = l->seen + k * l->n;
        size_t shown = 0;
        lb_random_init(&random, options->seed, LB_PURPOSE_LIME, item + ((uint64_t)k << COPY_SHIFT));
        for (size_t j = 0; j < l->n; j++) {
            row[j] = k == 0 || lb_random_u32(&random) >> 31 != 0;
            shown += row[j];
        }
        double distance = 1 - sqrt((double)shown / (double)l->n);
        l->weights[k] = sqrt(exp(-distance * distance / (width * width)));
    }
}

/* The ridge regression, in l->vector: both sides less their weighted means, so that the intercept
 * is free of the penalty. */
static lb_status
fit(lime *l, double ridge, lb_error *err)
{
    size_t n = l->n;
    double total = 0, mean = 0;
    memset(l->mean, 0, n * sizeof *l->mean);
    for (size_t k = 0; k < l->copies; k++) {
        total += l->weights[k];
        mean += l->weights[k] * l->values[k];
        for (size_t j = 0; j < n; j++) {
            l->mean[j] += l->seen[k * n + j] ? l->weights[k] : 0;
        }
    }
    mean /= total;
    for (size_t k = 0; k < l->copies; k++) {
        l->values[k] -= mean;
    }
    lb_gather_normal(l->matrix, l->vector, l->seen, l->weights, l->values, l->copies, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            l->matrix[i * n + j] -= l->mean[i] * l->mean[j] / total;
        }
        l->matrix[i * n + i] += ridge;
    }
    return lb_solve_positive(l->vector, 1, l->matrix, n, err);
}

static lb_status
explain_image(float *pixels, lb_session *session, const lb_batch *batch, size_t i, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_perturbation_options *o = &batch->options->perturbation;
    lb_superpixels s = {.count = 0};
    lime l = {.n = 0};
    LB_TRY(lb_superpixels_init(&s, batch, i, LB_INFILL_MEAN, err));
    LB_TRY(lime_init(&l, o->lime_samples, s.count, err));
    draw_copies(&l, batch->options, batch->items[i]);
    s.seen = l.seen;
    LB_TRY(lb_session_forward_copies(l.values, session, batch, i, l.copies, lb_superpixels_hide, &s,
                                     LB_TARGET_PROBABILITY, err));
    LB_TRY(fit(&l, o->lime_ridge, err));
    lb_superpixels_paint(pixels, &s, l.vector);
cleanup:
    lime_release(&l);
    lb_superpixels_release(&s);
    return status;
}

static lb_status
attribute(float *pixels, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    const lb_perturbation_options *o = &batch->options->perturbation;
    lb_status status = LB_OK;
    (void)diagnostics;
    (void)session;
    if (o->lime_samples == 0 || !(o->lime_width > 0) || !(o->lime_ridge > 0)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "LIME needs samples, and a width and a ridge penalty above 0");
    }
    for (size_t i = 0; i < batch->count && status == LB_OK; i++) {
        status = explain_image(pixels + i * batch->pixels, session, batch, i, err);
    }
    return status;
}

static const char *const settings[] = {
    "answer",       "hidden_value", "hide_with",  "superpixels", "compactness",
    "lime_samples", "lime_width",   "lime_ridge", "seed",        NULL};

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return LB_FORWARD_PASS * (double)options->perturbation.lime_samples;
}

const lb_method lb_lime = {.struct_size = sizeof(lb_method),
                           .name = "lime",
                           .title = "LIME",
                           .summary = "linear model of which super-pixels are seen",
                           .source = "Ribeiro, Singh, Guestrin: Why should I trust you?, KDD 2016",
                           .needs = LB_NEEDS_COPIES,
                           .flags = LB_METHOD_SLOW | LB_METHOD_PER_PIXEL,
                           .settings = settings,
                           .attribute = attribute,
                           .passes = passes};
