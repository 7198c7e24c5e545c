/* SPDX-License-Identifier: MIT */
/* Integrated Gradients from the baseline 0 with Gauss-Legendre points (Sundararajan, Taly, Yan:
 * Axiomatic attribution for deep networks, ICML 2017). */
#include <math.h>
#include <string.h>

#include "session.h"

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
integrate(float *attribution, lb_session *session, const lb_batch *batch, size_t steps,
          lb_error *err)
{
    lb_status status = LB_OK;
    double *alphas = NULL, *weights = NULL;
    LB_ALLOC(alphas, batch->count * steps);
    LB_ALLOC(weights, steps);
    gauss_legendre(alphas, weights, steps);
    for (size_t i = steps; i < batch->count * steps; i++) {
        alphas[i] = alphas[i - steps];
    }
    LB_TRY(lb_session_path_sum(attribution, session, batch, alphas, weights, steps, err));
cleanup:
    lb_free(alphas);
    lb_free(weights);
    return status;
}

/* Some images of a batch, with room for all. */
typedef struct subset {
    size_t *place; /* in the batch */
    int32_t *targets;
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
subset_init(subset *s, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(s->place, batch->count);
    LB_ALLOC(s->targets, batch->count);
    LB_ALLOC(s->images, batch->count * batch->values);
    LB_ALLOC(s->attribution, batch->count * batch->values);
cleanup:
    return status;
}

/* Takes the images whose sums are farther off than the tolerance; returns their number. */
static size_t
choose(subset *s, const lb_batch *batch, const float *attribution, lb_diagnostics *diagnostics)
{
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        lb_diagnose_sum(&diagnostics[i], attribution + i * batch->values, batch->values);
        if (diagnostics[i].completeness_error > batch->options->tolerance) {
            s->place[count] = i;
            s->targets[count] = batch->targets[i];
            memcpy(s->images + count * batch->values, batch->images + i * batch->values,
                   batch->values * sizeof *s->images);
            count++;
        }
    }
    return count;
}

/* The points of different steps are not nested, so each doubling starts anew. */
static lb_status
refine(float *attribution, lb_session *session, const lb_batch *batch, lb_diagnostics *diagnostics,
       lb_error *err)
{
    lb_status status = LB_OK;
    subset s = {NULL, NULL, NULL, NULL};
    LB_TRY(subset_init(&s, batch, err));
    for (size_t steps = 2 * batch->options->steps; steps <= batch->options->maximum_steps;
         steps *= 2) {
        lb_batch some = *batch;
        some.count = choose(&s, batch, attribution, diagnostics);
        some.images = s.images;
        some.targets = s.targets;
        if (some.count == 0) {
            break;
        }
        LB_TRY(integrate(s.attribution, session, &some, steps, err));
        for (size_t i = 0; i < some.count; i++) {
            memcpy(attribution + s.place[i] * batch->values, s.attribution + i * batch->values,
                   batch->values * sizeof *attribution);
            diagnostics[s.place[i]].steps = steps;
        }
    }
cleanup:
    subset_release(&s);
    return status;
}

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(integrate(attribution, session, batch, batch->options->steps, err));
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, true, err));
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].steps = batch->options->steps;
    }
    if (batch->options->tolerance > 0) {
        LB_TRY(refine(attribution, session, batch, diagnostics, err));
    }
cleanup:
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return (double)options->steps;
}

const lb_method lb_integrated_gradients = {
    .struct_size = sizeof(lb_method),
    .name = "integrated_gradients",
    .title = "Integrated Gradients",
    .summary = "gradients integrated from the baseline 0, Gauss-Legendre, times input",
    .source = "Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE,
    .flags = LB_METHOD_IN_STUDY,
    .settings = (const char *const[]){"steps", "tolerance", "maximum_steps", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
