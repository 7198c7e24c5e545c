/* SPDX-License-Identifier: MIT */
/* PatternNet: the signal that the network responds to, the logit handed back by patterns
 * (Kindermans et al.: Learning how to explain neural networks, ICLR 2018). */
#include "pattern_estimation.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    return lb_session_patterns(attribution, session, batch, false, err);
}

const lb_method lb_pattern_net = {
    .struct_size = sizeof(lb_method),
    .name = "pattern_net",
    .title = "PatternNet",
    .summary = "the signal that neurons respond to: backward by patterns fitted on data",
    .source = "Kindermans et al.: Learning how to explain neural networks, ICLR 2018",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_BACKGROUND,
    .settings = (const char *const[]){"pattern_images", "seed", "convolution", NULL},
    .attribute = attribute};
