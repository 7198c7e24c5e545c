/* SPDX-License-Identifier: MIT */
/* PatternAttribution: how much of the logit each part of the signal makes, handed back by weights
 * times patterns (Kindermans et al.: Learning how to explain neural networks, ICLR 2018). */
#include "pattern_estimation.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    return lb_session_patterns(attribution, session, batch, true, err);
}

const lb_method lb_pattern_attribution = {
    .struct_size = sizeof(lb_method),
    .name = "pattern_attribution",
    .title = "PatternAttribution",
    .summary = "what the signal contributes: backward by weights times patterns fitted on data",
    .source = "Kindermans et al.: Learning how to explain neural networks, ICLR 2018",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_BACKGROUND,
    .settings = (const char *const[]){"pattern_images", "seed", "convolution", NULL},
    .attribute = attribute};
