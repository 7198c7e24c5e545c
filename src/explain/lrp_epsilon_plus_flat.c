/* SPDX-License-Identifier: MIT */
/* LRP, composite epsilon-plus-flat: z-plus in convolutions, epsilon in dense layers, flat in the
 * first convolution (Kohlbrenner et al.: Towards best practice in explaining neural network
 * decisions with LRP, IJCNN 2020; Zennit's EpsilonPlusFlat). */
#include "lrp.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    return lb_explainer_relevance(attribution, diagnostics, e, LB_RELEVANCE_FLAT, LB_RELEVANCE_PLUS,
                                  err);
}

const lb_method lb_lrp_epsilon_plus_flat = {
    .name = "lrp_epsilon_plus_flat",
    .summary = "LRP: z-plus in convolutions, epsilon in dense layers, flat in the first",
    .needs = LB_NEEDS_FORWARD,
    .parameters = (const char *const[]){"lrp_epsilon", "lrp_stabilizer", "lrp_low", "lrp_high",
                                        "lrp_bias", "lrp_first", NULL},
    .discard_workspace = lb_composite_settle,
    .attribute = attribute};
