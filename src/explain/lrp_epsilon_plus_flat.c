/* SPDX-License-Identifier: MIT */
/* LRP, composite epsilon-plus-flat: z-plus in convolutions, epsilon in dense layers, flat in the
 * first convolution (Kohlbrenner et al.: Towards best practice in explaining neural network
 * decisions with LRP, IJCNN 2020; Zennit's EpsilonPlusFlat). */
#include "lrp.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    return lb_session_relevance(attribution, diagnostics, session, batch, LB_RELEVANCE_FLAT,
                                LB_RELEVANCE_PLUS, err);
}

const lb_method lb_lrp_epsilon_plus_flat = {
    .struct_size = sizeof(lb_method),
    .name = "lrp_epsilon_plus_flat",
    .title = "LRP epsilon plus flat",
    .summary = "LRP: z-plus in convolutions, epsilon in dense layers, flat in the first",
    .source = "Kohlbrenner et al.: Towards best practice in explaining neural network decisions "
              "with LRP, IJCNN 2020",
    .needs = LB_NEEDS_FORWARD,
    .settings = (const char *const[]){"lrp_epsilon", "lrp_stabilizer", "lrp_low", "lrp_high",
                                      "lrp_bias", "lrp_first", NULL},
    .defaults = lb_composite_defaults,
    .attribute = attribute};
