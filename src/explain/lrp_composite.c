/* SPDX-License-Identifier: MIT */
#include "lrp.h"

const char *const LB_LRP_BIASES[] = {"in_z", "ignored", NULL};
const char *const LB_LRP_FIRSTS[] = {"own", "flat", "box", "same", NULL};

const lb_lrp_options lb_lrp_defaults = {
    .epsilon = 1e-6, .gamma = 0.25, .alpha = 2, .low = 0, .high = 1};

static lb_relevance_rule
choose_first(size_t choice, lb_relevance_rule own, lb_relevance_rule convolutions)
{
    switch ((lb_lrp_first)choice) {
    case LB_LRP_FIRST_FLAT:
        return LB_RELEVANCE_FLAT;
    case LB_LRP_FIRST_BOX:
        return LB_RELEVANCE_BOX;
    case LB_LRP_FIRST_SAME:
        return convolutions;
    default:
        return own;
    }
}

lb_status
lb_explainer_composite(float *attribution, lb_certificate *certificates, lb_explainer *e,
                       const lb_composite *composite, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explainer_seed(e, true);
    LB_TRY(lb_pass_relevance(attribution, e->pass, composite, e->count, e->seeds, err));
    lb_explainer_promise(certificates, e, false);
cleanup:
    return status;
}

lb_status
lb_explainer_relevance(float *attribution, lb_certificate *certificates, lb_explainer *e,
                       lb_relevance_rule first, lb_relevance_rule convolutions, lb_error *err)
{
    const lb_lrp_options *options = &e->options->lrp;
    const lb_composite composite = {.first = choose_first(options->first, first, convolutions),
                                    .convolutions = convolutions,
                                    .epsilon = options->epsilon,
                                    .gamma = options->gamma,
                                    .alpha = options->alpha,
                                    .low = options->low,
                                    .high = options->high,
                                    .ignore_bias = options->bias == LB_LRP_BIAS_IGNORED};
    return lb_explainer_composite(attribution, certificates, e, &composite, err);
}
