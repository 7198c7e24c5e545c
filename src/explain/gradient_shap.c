/* SPDX-License-Identifier: MIT */
/* GradientSHAP with the baseline 0 and no noise: the mean over a few alphas ~ U(0, 1) of the
 * gradient at alpha x, times x (Lundberg and Lee, NeurIPS 2017; Captum's convention). */
#include "lesionbench/random.h"
#include "session.h"

static void
fill_alphas(double *alphas, const lb_batch *batch)
{
    size_t samples = batch->options->samples;
    for (size_t i = 0; i < batch->count; i++) {
        lb_random random;
        lb_random_init(&random, batch->options->seed, LB_PURPOSE_GRADIENT_SHAP, batch->items[i]);
        for (size_t s = 0; s < samples; s++) {
            alphas[i * samples + s] = batch->options->alphas != NULL ? batch->options->alphas[s]
                                                                     : lb_random_uniform(&random);
        }
    }
}

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    size_t samples = batch->options->samples;
    double *alphas = NULL, *weights = NULL;
    LB_ALLOC(alphas, batch->count * samples);
    LB_ALLOC(weights, samples);
    fill_alphas(alphas, batch);
    for (size_t s = 0; s < samples; s++) {
        weights[s] = 1.0 / (double)samples;
    }
    LB_TRY(lb_session_path_sum(attribution, session, batch, alphas, weights, samples, err));
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, true, err));
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].steps = samples;
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
    return (double)options->samples;
}

const lb_method lb_gradient_shap = {
    .struct_size = sizeof(lb_method),
    .name = "gradient_shap",
    .title = "GradientSHAP",
    .summary = "mean gradient at random points between the baseline 0 and the image, times input",
    .source = "Lundberg, Lee: A unified approach to interpreting model predictions, NeurIPS 2017",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE,
    .flags = LB_METHOD_IN_STUDY,
    .settings = (const char *const[]){"samples", "seed", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
