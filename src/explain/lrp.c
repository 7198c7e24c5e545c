/* SPDX-License-Identifier: MIT */
/* Layer-wise relevance propagation, epsilon rule with epsilon 1e-9 in every layer, bias inside z,
 * max pooling winner-take-all, starting from the target's logit (Bach et al.: On pixel-wise
 * explanations, PLoS ONE 2015). For ReLU networks it equals InputXGradient up to the epsilon, but
 * where the options have biases ignored; the epsilon is then theirs too, for without its bias an
 * output can be near 0. */
#include "lrp.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_certificate *certificates, lb_error *err)
{
    lb_status status = LB_OK;
    if (e->options->lrp.bias == LB_LRP_BIAS_IGNORED) {
        const lb_composite composite = {.first = LB_RELEVANCE_EPSILON,
                                        .convolutions = LB_RELEVANCE_EPSILON,
                                        .epsilon = e->options->lrp.epsilon,
                                        .ignore_bias = true};
        return lb_explainer_composite(attribution, certificates, e, &composite, err);
    }
    LB_TRY(lb_explainer_backward(attribution, e, LB_RULE_LRP_EPSILON, true, err));
    lb_explainer_promise(certificates, e, false);
cleanup:
    return status;
}

const lb_method lb_lrp = {.name = "lrp",
                          .summary = "layer-wise relevance propagation, epsilon rule",
                          .needs = LB_NEEDS_FORWARD,
                          .in_study = true,
                          .parameters = (const char *const[]){"lrp_bias", "lrp_epsilon", NULL},
                          .attribute = attribute};
