/* SPDX-License-Identifier: MIT */
/* Integrated Gradients from the baseline 0 with Gauss-Legendre points (Sundararajan, Taly, Yan:
 * Axiomatic attribution for deep networks, ICML 2017). */
#include <math.h>
#include <string.h>

#include "explainer.h"

/* Points in (0, 1) and weights that sum to 1: Newton's method on the Legendre polynomial of degree
 * n from the classical estimate cos(pi (i + 3/4) / (n + 1/2)) of its roots. */
static void
gauss_legendre(double *points, double *weights, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = cos(3.14159265358979323846 * ((double)i + 0.75) / ((double)n + 0.5));
        double slope = 1;
        for (int iteration = 0; iteration < 20; iteration++) {
            double current = 1, previous = 0;
            for (size_t k = 0; k < n; k++) {
                double degree = (double)k, older = previous;
                previous = current;
                current = ((2 * degree + 1) * x * previous - degree * older) / (degree + 1);
            }
            slope = (double)n * (x * current - previous) / (x * x - 1);
            double change = current / slope;
            x -= change;
            if (fabs(change) < 1e-16) {
                break;
            }
        }
        points[n - 1 - i] = (1 + x) / 2;
        weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
    }
}

/* Of the images in e, all by `steps` points. */
static lb_status
integrate(float *attribution, lb_explainer *e, size_t steps, lb_error *err)
{
    lb_status status = LB_OK;
    double *alphas = NULL, *weights = NULL;
    LB_ALLOC(alphas, e->count * steps);
    LB_ALLOC(weights, steps);
    gauss_legendre(alphas, weights, steps);
    for (size_t i = steps; i < e->count * steps; i++) {
        alphas[i] = alphas[i - steps];
    }
    LB_TRY(lb_explainer_path(attribution, e, alphas, weights, steps, err));
cleanup:
    lb_free(alphas);
    lb_free(weights);
    return status;
}

/* Some images of a batch, with room for all. */
typedef struct subset {
    size_t *place; /* in the batch */
    uint16_t *targets;
    float *images, *attribution;
} subset;

static void
subset_release(subset *s)
{
    lb_free(s->place);
    lb_free(s->targets);
    lb_free(s->images);
    lb_free(s->attribution);
}

static lb_status
subset_init(subset *s, const lb_explainer *e, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(s->place, e->count);
    LB_ALLOC(s->targets, e->count);
    LB_ALLOC(s->images, e->count * e->values);
    LB_ALLOC(s->attribution, e->batch * e->values); /* a pass fills all places */
cleanup:
    return status;
}

/* Takes the images whose sums are farther off than the tolerance; returns their number. */
static size_t
choose(subset *s, const lb_explainer *e, const float *attribution, lb_diagnostics *diagnostics)
{
    size_t count = 0;
    for (size_t i = 0; i < e->count; i++) {
        lb_diagnose_sum(&diagnostics[i], attribution + i * e->values, e->values);
        if (diagnostics[i].completeness_error > e->options->tolerance) {
            s->place[count] = i;
            s->targets[count] = e->targets[i];
            memcpy(s->images + count * e->values, e->images + i * e->values,
                   e->values * sizeof *s->images);
            count++;
        }
    }
    return count;
}

/* The points of different steps are not nested, so each doubling starts anew. */
static lb_status
refine(float *attribution, lb_explainer *e, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    subset s = {NULL, NULL, NULL, NULL};
    LB_TRY(subset_init(&s, e, err));
    for (size_t steps = 2 * e->options->steps; steps <= e->options->maximum_steps; steps *= 2) {
        lb_explainer some = *e;
        some.count = choose(&s, e, attribution, diagnostics);
        some.images = s.images;
        some.targets = s.targets;
        if (some.count == 0) {
            break;
        }
        LB_TRY(integrate(s.attribution, &some, steps, err));
        for (size_t i = 0; i < some.count; i++) {
            memcpy(attribution + s.place[i] * e->values, s.attribution + i * e->values,
                   e->values * sizeof *attribution);
            diagnostics[s.place[i]].steps = steps;
        }
    }
cleanup:
    subset_release(&s);
    return status;
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(integrate(attribution, e, e->options->steps, err));
    lb_explainer_expect_sum(diagnostics, e, true);
    for (size_t i = 0; i < e->count; i++) {
        diagnostics[i].steps = e->options->steps;
    }
    if (e->options->tolerance > 0) {
        LB_TRY(refine(attribution, e, diagnostics, err));
    }
cleanup:
    return status;
}

const lb_method lb_integrated_gradients = {
    .name = "integrated_gradients",
    .summary = "gradients integrated from the baseline 0, Gauss-Legendre, times input",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE,
    .in_study = true,
    .parameters = (const char *const[]){"steps", "tolerance", "maximum_steps", "convolution", NULL},
    .attribute = attribute};
