/* SPDX-License-Identifier: MIT */
/* Guided Backpropagation (Springenberg et al.: Striving for simplicity, ICLR workshop 2015). */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    (void)diagnostics;
    return lb_explainer_backward(attribution, e, LB_RULE_GUIDED, false, err);
}

const lb_method lb_guided_backprop = {.name = "guided_backprop",
                                      .summary = "gradient through ReLUs where both it and the "
                                                 "input are positive",
                                      .needs = LB_NEEDS_FORWARD,
                                      .in_study = true,
                                      .parameters = (const char *const[]){"convolution", NULL},
                                      .attribute = attribute};
