/* SPDX-License-Identifier: MIT */
/* VarGrad: the variance of the gradients at noisy images (Adebayo et al.: Local explanation methods
 * for deep neural networks lack sensitivity to parameter values, ICLR workshop 2018). */
#include "noise.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    float *mean = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].steps = batch->options->smooth_samples;
    }
    LB_ALLOC(mean, batch->count * batch->values);
    LB_TRY(lb_session_noisy(mean, attribution, session, batch, err));
cleanup:
    lb_free(mean);
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return (double)options->smooth_samples;
}

const lb_method lb_vargrad = {
    .struct_size = sizeof(lb_method),
    .name = "vargrad",
    .title = "VarGrad",
    .summary = "variance of the gradient over noisy images",
    .source = "Adebayo et al.: Local explanation methods for deep neural networks lack sensitivity "
              "to parameter values, ICLR workshop 2018",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .settings = (const char *const[]){"smooth_samples", "noise", "seed", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
