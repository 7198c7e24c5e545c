/* SPDX-License-Identifier: MIT */
/* LRP, alpha-beta in all convolutions, epsilon in dense layers (Bach et al.: On pixel-wise
 * explanations, PLoS ONE 2015; Zennit's AlphaBeta in place of ZPlus in its EpsilonPlus). */
#include "lrp.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    return lb_explainer_relevance(attribution, diagnostics, e, LB_RELEVANCE_ALPHA_BETA,
                                  LB_RELEVANCE_ALPHA_BETA, err);
}

const lb_method lb_lrp_alpha_beta = {
    .name = "lrp_alpha_beta",
    .summary = "LRP: alpha-beta in convolutions, epsilon in dense layers",
    .needs = LB_NEEDS_FORWARD,
    .parameters = (const char *const[]){"lrp_alpha", "lrp_epsilon", "lrp_stabilizer", "lrp_low",
                                        "lrp_high", "lrp_bias", "lrp_first", NULL},
    .discard_workspace = lb_composite_settle,
    .attribute = attribute};
