/* SPDX-License-Identifier: MIT */
/* LRP, alpha-beta in all convolutions, epsilon in dense layers (Bach et al.: On pixel-wise
 * explanations, PLoS ONE 2015; Zennit's AlphaBeta in place of ZPlus in its EpsilonPlus). */
#include "lrp.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    return lb_session_relevance(attribution, diagnostics, session, batch, LB_RELEVANCE_ALPHA_BETA,
                                LB_RELEVANCE_ALPHA_BETA, err);
}

const lb_method lb_lrp_alpha_beta = {
    .struct_size = sizeof(lb_method),
    .name = "lrp_alpha_beta",
    .title = "LRP alpha beta",
    .summary = "LRP: alpha-beta in convolutions, epsilon in dense layers",
    .source = "Bach et al.: On pixel-wise explanations, PLoS ONE 2015",
    .needs = LB_NEEDS_FORWARD,
    .settings = (const char *const[]){"lrp_alpha", "lrp_epsilon", "lrp_stabilizer", "lrp_low",
                                      "lrp_high", "lrp_bias", "lrp_first", NULL},
    .defaults = lb_composite_defaults,
    .attribute = attribute};
