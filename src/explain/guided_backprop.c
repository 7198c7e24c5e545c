/* SPDX-License-Identifier: MIT */
/* Guided Backpropagation (Springenberg et al.: Striving for simplicity, ICLR workshop 2015). */
#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    return lb_session_backward(attribution, session, batch, LB_RULE_GUIDED, false, err);
}

const lb_method lb_guided_backprop = {
    .struct_size = sizeof(lb_method),
    .name = "guided_backprop",
    .title = "Guided Backpropagation",
    .summary = "gradient through ReLUs where both it and the input are positive",
    .source =
        "Springenberg, Dosovitskiy, Brox, Riedmiller: Striving for simplicity, ICLR workshop 2015",
    .needs = LB_NEEDS_FORWARD,
    .flags = LB_METHOD_IN_STUDY,
    .settings = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
