/* SPDX-License-Identifier: MIT */
/* Gradient x SIGN: the gradient, negated where the image is below a threshold (Gumpp et al.: SIGNed
 * explanations: unveiling relevant features by reducing bias, Information Fusion 2023). */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    float threshold = (float)e->options->sign_threshold;
    (void)diagnostics;
    LB_TRY(lb_explainer_gradient(&gradient, e, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] = e->images[v] < threshold ? -gradient[v] : gradient[v];
    }
cleanup:
    return status;
}

const lb_method lb_gradient_x_sign = {
    .name = "gradient_x_sign",
    .summary = "gradient, negated where the image is below a threshold",
    .needs = LB_NEEDS_FORWARD,
    .of_gradient = true,
    .parameters = (const char *const[]){"sign_threshold", "convolution", NULL},
    .attribute = attribute};
