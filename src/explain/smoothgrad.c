/* SPDX-License-Identifier: MIT */
/* SmoothGrad: the mean of the gradients at noisy images (Smilkov et al.: SmoothGrad: removing noise
 * by adding noise, 2017). */
#include "noise.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].steps = batch->options->smooth_samples;
    }
    return lb_session_noisy(attribution, NULL, session, batch, err);
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return (double)options->smooth_samples;
}

const lb_method lb_smoothgrad = {
    .struct_size = sizeof(lb_method),
    .name = "smoothgrad",
    .title = "SmoothGrad",
    .summary = "mean gradient over noisy images",
    .source = "Smilkov et al.: SmoothGrad: removing noise by adding noise, 2017",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .settings = (const char *const[]){"smooth_samples", "noise", "seed", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
