/* SPDX-License-Identifier: MIT */
/* Deconvolution (Zeiler and Fergus: Visualizing and understanding convolutional networks, ECCV
 * 2014). */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    (void)diagnostics;
    return lb_explainer_backward(attribution, e, LB_RULE_DECONVOLUTION, false, err);
}

const lb_method lb_deconvolution = {.name = "deconvolution",
                                    .summary = "positive gradient through ReLUs, whatever their "
                                               "input",
                                    .needs = LB_NEEDS_FORWARD,
                                    .in_study = true,
                                    .parameters = (const char *const[]){"convolution", NULL},
                                    .attribute = attribute};
