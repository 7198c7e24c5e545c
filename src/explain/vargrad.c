/* SPDX-License-Identifier: MIT */
/* VarGrad: the variance of the gradients at noisy images (Adebayo et al.: Local explanation methods
 * for deep neural networks lack sensitivity to parameter values, ICLR workshop 2018). */
#include "noise.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    float *mean = NULL;
    for (size_t i = 0; i < e->count; i++) {
        diagnostics[i].steps = e->options->smooth_samples;
    }
    LB_ALLOC(mean, e->count * e->values);
    LB_TRY(lb_explainer_noisy(mean, attribution, e, err));
cleanup:
    lb_free(mean);
    return status;
}

const lb_method lb_vargrad = {
    .name = "vargrad",
    .summary = "variance of the gradient over noisy images",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .parameters = (const char *const[]){"smooth_samples", "noise", "seed", "convolution", NULL},
    .attribute = attribute};
