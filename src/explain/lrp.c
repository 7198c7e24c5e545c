/* SPDX-License-Identifier: MIT */
/* Layer-wise relevance propagation, epsilon rule in every convolution and dense layer, with bias
 * inside z, max pooling winner-take-all, starting from the target's logit (Bach et al.: On
 * pixel-wise explanations, PLoS ONE 2015). Epsilon is 1e-9 unless the options have another, and in
 * average pooling always, as in Captum. For ReLU networks it equals InputXGradient up to the
 * epsilon, but where the options have biases ignored. */
#include "lrp.h"

static const double own_epsilon = 1e-9;

static void
discard_workspace(lb_explain_options *options)
{
    if (options->lrp.epsilon == 0) {
        options->lrp.epsilon = own_epsilon;
    }
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explain_options settled = *e->options;
    discard_workspace(&settled);
    const bool ignore_bias = settled.lrp.bias == LB_LRP_BIAS_IGNORED;
    if (ignore_bias || settled.lrp.epsilon != own_epsilon) {
        const lb_composite composite = {.first = LB_RELEVANCE_EPSILON,
                                        .convolutions = LB_RELEVANCE_EPSILON,
                                        .epsilon = settled.lrp.epsilon,
                                        .stabilizer = own_epsilon,
                                        .ignore_bias = ignore_bias};
        return lb_explainer_composite(attribution, diagnostics, e, &composite, err);
    }
    LB_TRY(lb_explainer_backward(attribution, e, LB_RULE_LRP_EPSILON, true, err));
    lb_explainer_expect_sum(diagnostics, e, false);
cleanup:
    return status;
}

const lb_method lb_lrp = {.name = "lrp",
                          .summary = "layer-wise relevance propagation, epsilon rule",
                          .needs = LB_NEEDS_FORWARD,
                          .in_study = true,
                          .parameters =
                              (const char *const[]){"lrp_bias", "lrp_epsilon", "convolution", NULL},
                          .discard_workspace = discard_workspace,
                          .attribute = attribute};
