/* SPDX-License-Identifier: MIT */
/* PatternAttribution: how much of the logit each part of the signal makes, handed back by weights
 * times patterns (Kindermans et al.: Learning how to explain neural networks, ICLR 2018). */
#include "pattern_estimation.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    (void)diagnostics;
    return lb_explainer_patterns(attribution, e, lb_pattern_attribution.name, true, err);
}

const lb_method lb_pattern_attribution = {
    .name = "pattern_attribution",
    .summary = "what the signal contributes: backward by weights times patterns fitted on data",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_BACKGROUND,
    .parameters = (const char *const[]){"pattern_images", "seed", "convolution", NULL},
    .attribute = attribute};
