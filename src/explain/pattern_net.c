/* SPDX-License-Identifier: MIT */
/* PatternNet: the signal that the network responds to, the logit handed back by patterns
 * (Kindermans et al.: Learning how to explain neural networks, ICLR 2018). */
#include "pattern_estimation.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    (void)diagnostics;
    return lb_explainer_patterns(attribution, e, lb_pattern_net.name, false, err);
}

const lb_method lb_pattern_net = {
    .name = "pattern_net",
    .summary = "the signal that neurons respond to: backward by patterns fitted on data",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_BACKGROUND,
    .parameters = (const char *const[]){"pattern_images", "seed", "convolution", NULL},
    .attribute = attribute};
