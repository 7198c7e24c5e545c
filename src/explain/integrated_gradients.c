/* SPDX-License-Identifier: MIT */
/* Integrated Gradients from the baseline 0 with Gauss-Legendre points (Sundararajan, Taly, Yan:
 * Axiomatic attribution for deep networks, ICML 2017). */
#include <math.h>

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
            x -= current / slope;
        }
        points[n - 1 - i] = (1 + x) / 2;
        weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
    }
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_certificate *certificates, lb_error *err)
{
    lb_status status = LB_OK;
    size_t steps = e->options->steps;
    double *alphas = NULL, *weights = NULL;
    LB_ALLOC(alphas, e->count * steps);
    LB_ALLOC(weights, steps);
    gauss_legendre(alphas, weights, steps);
    for (size_t i = steps; i < e->count * steps; i++) {
        alphas[i] = alphas[i - steps];
    }
    LB_TRY(lb_explainer_path(attribution, e, alphas, weights, steps, err));
    lb_explainer_promise(certificates, e, true);
    for (size_t i = 0; i < e->count; i++) {
        certificates[i].steps = steps;
    }
cleanup:
    lb_free(alphas);
    lb_free(weights);
    return status;
}

const lb_method lb_integrated_gradients = {
    .name = "integrated_gradients",
    .summary = "gradients integrated from the baseline 0, Gauss-Legendre, times input",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE,
    .in_study = true,
    .parameters = (const char *const[]){"steps", NULL},
    .attribute = attribute};
