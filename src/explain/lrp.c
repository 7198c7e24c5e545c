/* SPDX-License-Identifier: MIT */
/* Layer-wise relevance propagation, epsilon rule with epsilon 1e-9 in every layer, bias inside z,
 * max pooling winner-take-all, starting from the target's logit (Bach et al.: On pixel-wise
 * explanations, PLoS ONE 2015). For ReLU networks it equals InputXGradient up to the epsilon. */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_certificate *certificates, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_explainer_backward(attribution, e, LB_RULE_LRP_EPSILON, true, err));
    lb_explainer_promise(certificates, e, false);
cleanup:
    return status;
}

const lb_method lb_lrp = {.name = "lrp",
                          .summary = "layer-wise relevance propagation, epsilon rule",
                          .needs = LB_NEEDS_FORWARD,
                          .in_study = true,
                          .attribute = attribute};
