/* SPDX-License-Identifier: MIT */
/* Integrated Gradients from the baseline 0 by the midpoint rule: n points at (k + 1/2) / n, each
 * weighing 1 / n (Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017, with
 * equal steps as there; Captum's method "riemann_middle"). */
#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    size_t steps = batch->options->steps;
    double *alphas = NULL, *weights = NULL;
    LB_ALLOC(alphas, batch->count * steps);
    LB_ALLOC(weights, steps);
    for (size_t i = 0; i < batch->count * steps; i++) {
        alphas[i] = ((double)(i % steps) + 0.5) / (double)steps;
        weights[i % steps] = 1 / (double)steps;
    }
    LB_TRY(lb_session_path_sum(attribution, session, batch, alphas, weights, steps, err));
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, true, err));
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].steps = steps;
    }
cleanup:
    lb_free(alphas);
    lb_free(weights);
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return (double)options->steps;
}

const lb_method lb_integrated_gradients_uniform = {
    .struct_size = sizeof(lb_method),
    .name = "integrated_gradients_uniform",
    .title = "Integrated Gradients, uniform",
    .summary = "gradients integrated from the baseline 0, midpoint rule, times input",
    .source = "Captum, IntegratedGradients, method riemann_middle",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE,
    .settings = (const char *const[]){"steps", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
