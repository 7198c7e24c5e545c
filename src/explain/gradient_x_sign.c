/* SPDX-License-Identifier: MIT */
/* Gradient x SIGN: the gradient, negated where the image is below a threshold (Gumpp et al.: SIGNed
 * explanations: unveiling relevant features by reducing bias, Information Fusion 2023). */
#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    float threshold = (float)batch->options->sign_threshold;
    (void)diagnostics;
    LB_TRY(lb_session_gradient(&gradient, session, batch, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] = batch->images[v] < threshold ? -gradient[v] : gradient[v];
    }
cleanup:
    return status;
}

const lb_method lb_gradient_x_sign = {
    .struct_size = sizeof(lb_method),
    .name = "gradient_x_sign",
    .title = "GradientXSign",
    .summary = "gradient, negated where the image is below a threshold",
    .source = "Gumpp et al.: SIGNed explanations, Information Fusion 2023",
    .needs = LB_NEEDS_FORWARD,
    .flags = LB_METHOD_OF_GRADIENT,
    .settings = (const char *const[]){"sign_threshold", "convolution", NULL},
    .attribute = attribute};
