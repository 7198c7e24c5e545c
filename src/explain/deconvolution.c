/* SPDX-License-Identifier: MIT */
/* Deconvolution (Zeiler and Fergus: Visualizing and understanding convolutional networks, ECCV
 * 2014). */
#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    return lb_session_backward(attribution, session, batch, LB_RULE_DECONVOLUTION, false, err);
}

const lb_method lb_deconvolution = {
    .struct_size = sizeof(lb_method),
    .name = "deconvolution",
    .title = "Deconvolution",
    .summary = "positive gradient through ReLUs, whatever their input",
    .source = "Zeiler, Fergus: Visualizing and understanding convolutional networks, ECCV 2014",
    .needs = LB_NEEDS_FORWARD,
    .flags = LB_METHOD_IN_STUDY,
    .settings = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
