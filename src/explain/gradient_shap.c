/* SPDX-License-Identifier: MIT */
/* GradientSHAP with the baseline 0 and no noise: the mean over a few alphas ~ U(0, 1) of the
 * gradient at alpha x, times x (Lundberg and Lee, NeurIPS 2017; Captum's convention). */
#include "explainer.h"
#include "lesionbench/random.h"

static void
fill_alphas(double *alphas, const lb_explainer *e)
{
    size_t samples = e->options->samples;
    for (size_t i = 0; i < e->count; i++) {
        lb_random random;
        lb_random_init(&random, e->options->seed, LB_PURPOSE_GRADIENT_SHAP, e->items[i]);
        for (size_t s = 0; s < samples; s++) {
            alphas[i * samples + s] =
                e->options->alphas != NULL ? e->options->alphas[s] : lb_random_uniform(&random);
        }
    }
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    size_t samples = e->options->samples;
    double *alphas = NULL, *weights = NULL;
    LB_ALLOC(alphas, e->count * samples);
    LB_ALLOC(weights, samples);
    fill_alphas(alphas, e);
    for (size_t s = 0; s < samples; s++) {
        weights[s] = 1.0 / (double)samples;
    }
    LB_TRY(lb_explainer_path(attribution, e, alphas, weights, samples, err));
    lb_explainer_expect_sum(diagnostics, e, true);
    for (size_t i = 0; i < e->count; i++) {
        diagnostics[i].steps = samples;
    }
cleanup:
    lb_free(alphas);
    lb_free(weights);
    return status;
}

const lb_method lb_gradient_shap = {
    .name = "gradient_shap",
    .summary = "mean gradient at random points between the baseline 0 and the image, times input",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE,
    .in_study = true,
    .parameters = (const char *const[]){"samples", "seed", "convolution", NULL},
    .attribute = attribute};
