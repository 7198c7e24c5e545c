/* SPDX-License-Identifier: MIT */
/* LRP, composite epsilon-gamma-box: gamma in convolutions, epsilon in dense layers, z-B between the
 * bounds of the input in the first convolution (Montavon et al.: Layer-wise relevance propagation,
 * an overview, 2019; Zennit's EpsilonGammaBox). */
#include "lrp.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    return lb_session_relevance(attribution, diagnostics, session, batch, LB_RELEVANCE_BOX,
                                LB_RELEVANCE_GAMMA, err);
}

const lb_method lb_lrp_epsilon_gamma_box = {
    .struct_size = sizeof(lb_method),
    .name = "lrp_epsilon_gamma_box",
    .title = "LRP epsilon gamma box",
    .summary = "LRP: gamma in convolutions, epsilon in dense layers, z-B in the first",
    .source = "Montavon et al.: Layer-wise relevance propagation, an overview, 2019",
    .needs = LB_NEEDS_FORWARD,
    .settings = (const char *const[]){"lrp_gamma", "lrp_epsilon", "lrp_stabilizer", "lrp_low",
                                      "lrp_high", "lrp_bias", "lrp_first", NULL},
    .defaults = lb_composite_defaults,
    .attribute = attribute};
