/* SPDX-License-Identifier: MIT */
/* LRP, composite epsilon-gamma-box: gamma in convolutions, epsilon in dense layers, z-B between the
 * bounds of the input in the first convolution (Montavon et al.: Layer-wise relevance propagation,
 * an overview, 2019; Zennit's EpsilonGammaBox). */
#include "lrp.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    return lb_explainer_relevance(attribution, diagnostics, e, LB_RELEVANCE_BOX, LB_RELEVANCE_GAMMA,
                                  err);
}

const lb_method lb_lrp_epsilon_gamma_box = {
    .name = "lrp_epsilon_gamma_box",
    .summary = "LRP: gamma in convolutions, epsilon in dense layers, z-B in the first",
    .needs = LB_NEEDS_FORWARD,
    .parameters = (const char *const[]){"lrp_gamma", "lrp_epsilon", "lrp_stabilizer", "lrp_low",
                                        "lrp_high", "lrp_bias", "lrp_first", NULL},
    .discard_workspace = lb_composite_settle,
    .attribute = attribute};
