/* SPDX-License-Identifier: MIT */
/* InputXGradient: the gradient times the input (Shrikumar et al.: Not just a black box, 2016). */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    (void)diagnostics;
    LB_TRY(lb_explainer_gradient(&gradient, e, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] = e->images[v] * gradient[v];
    }
cleanup:
    return status;
}

const lb_method lb_input_x_gradient = {.name = "input_x_gradient",
                                       .summary = "gradient times input",
                                       .needs = LB_NEEDS_FORWARD,
                                       .of_gradient = true,
                                       .in_study = true,
                                       .parameters = (const char *const[]){"convolution", NULL},
                                       .attribute = attribute};
