/* SPDX-License-Identifier: MIT */
/* SmoothGrad: the mean of the gradients at noisy images (Smilkov et al.: SmoothGrad: removing noise
 * by adding noise, 2017). */
#include "noise.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    for (size_t i = 0; i < e->count; i++) {
        diagnostics[i].steps = e->options->smooth_samples;
    }
    return lb_explainer_noisy(attribution, NULL, e, err);
}

const lb_method lb_smoothgrad = {
    .name = "smoothgrad",
    .summary = "mean gradient over noisy images",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .parameters = (const char *const[]){"smooth_samples", "noise", "seed", "convolution", NULL},
    .attribute = attribute};
