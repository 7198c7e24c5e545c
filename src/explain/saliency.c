/* SPDX-License-Identifier: MIT */
/* Saliency: the absolute gradient (Simonyan, Vedaldi, Zisserman: Deep inside convolutional
 * networks, ICLR workshop 2014). */
#include <math.h>

#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    (void)diagnostics;
    LB_TRY(lb_explainer_gradient(&gradient, e, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] = fabsf(gradient[v]);
    }
cleanup:
    return status;
}

const lb_method lb_saliency = {.name = "saliency",
                               .summary = "absolute gradient",
                               .needs = LB_NEEDS_FORWARD,
                               .of_gradient = true,
                               .in_study = true,
                               .parameters = (const char *const[]){"convolution", NULL},
                               .attribute = attribute};
