/* SPDX-License-Identifier: MIT */
/* InputXGradient: the gradient times the input (Shrikumar et al.: Not just a black box, 2016). */
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
        attribution[v] = batch->images[v] * gradient[v];
    }
cleanup:
    return status;
}

const lb_method lb_input_x_gradient = {
    .struct_size = sizeof(lb_method),
    .name = "input_x_gradient",
    .title = "InputXGradient",
    .summary = "gradient times input",
    .source = "Shrikumar, Greenside, Shcherbina, Kundaje: Not just a black box, 2016",
    .needs = LB_NEEDS_FORWARD,
    .flags = LB_METHOD_IN_STUDY | LB_METHOD_OF_GRADIENT,
    .settings = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
