/* SPDX-License-Identifier: MIT */
/* Layer-wise relevance propagation, epsilon rule in every convolution and dense layer, with bias
 * inside z, max pooling winner-take-all, starting from the target's logit (Bach et al.: On
 * pixel-wise explanations, PLoS ONE 2015). Epsilon is 1e-9 unless the options have another, and in
 * average pooling always, as in Captum. For ReLU networks it equals InputXGradient up to the
 * epsilon, but where the options have biases ignored. */
#include "lrp.h"

#define OWN_EPSILON 1e-9

static const lb_method_default defaults[] = {{"lrp_epsilon", OWN_EPSILON}, {NULL, 0}};

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_lrp_options *options = &batch->options->lrp;
    const bool ignore_bias = options->bias == LB_LRP_BIAS_IGNORED;
    if (ignore_bias || options->epsilon != OWN_EPSILON) {
        const lb_composite composite = {.first = LB_RELEVANCE_EPSILON,
                                        .convolutions = LB_RELEVANCE_EPSILON,
                                        .epsilon = options->epsilon,
                                        .stabilizer = OWN_EPSILON,
                                        .ignore_bias = ignore_bias};
        return lb_session_composite(attribution, diagnostics, session, batch, &composite, err);
    }
    LB_TRY(lb_session_backward(attribution, session, batch, LB_RULE_LRP_EPSILON, true, err));
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, false, err));
cleanup:
    return status;
}

const lb_method lb_lrp = {.struct_size = sizeof(lb_method),
                          .name = "lrp",
                          .title = "LRP",
                          .summary = "layer-wise relevance propagation, epsilon rule",
                          .source = "Bach et al.: On pixel-wise explanations, PLoS ONE 2015",
                          .needs = LB_NEEDS_FORWARD,
                          .flags = LB_METHOD_IN_STUDY,
                          .settings =
                              (const char *const[]){"lrp_bias", "lrp_epsilon", "convolution", NULL},
                          .defaults = defaults,
                          .attribute = attribute};
