/* SPDX-License-Identifier: MIT */
/* Saliency: the absolute gradient (Simonyan, Vedaldi, Zisserman: Deep inside convolutional
 * networks, ICLR workshop 2014). */
#include <math.h>

#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    (void)diagnostics;
    LB_TRY(lb_session_gradient(&gradient, session, batch, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] = fabsf(gradient[v]);
    }
cleanup:
    return status;
}

const lb_method lb_saliency = {
    .struct_size = sizeof(lb_method),
    .name = "saliency",
    .title = "Saliency",
    .summary = "absolute gradient",
    .source =
        "Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, ICLR workshop 2014",
    .needs = LB_NEEDS_FORWARD,
    .flags = LB_METHOD_IN_STUDY | LB_METHOD_OF_GRADIENT,
    .settings = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
