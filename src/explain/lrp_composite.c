/* SPDX-License-Identifier: MIT */
#include "lrp.h"

#include <math.h>

const char *const LB_LRP_BIASES[] = {"in_z", "ignored", NULL};
const char *const LB_LRP_FIRSTS[] = {"own", "flat", "box", "same", NULL};

const lb_lrp_options lb_lrp_defaults = {
    .stabilizer = 1e-6, .gamma = 0.25, .alpha = 2, .low = {0, 0, 0}, .high = {1, 1, 1}};

static const double composites_epsilon = 1e-6, least_epsilon = 1e-12;

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

void
lb_composite_settle(lb_explain_options *options)
{
    if (options->lrp.epsilon == 0) {
        options->lrp.epsilon = composites_epsilon;
    }
}

/* The box rule's denominators are differences from the bounds, and of the sign that it counts on
 * only for images between them. What is beyond a bound by no more than its rounding is at it. */
static lb_status
check_bounds(const lb_explainer *e, const lb_lrp_options *options, lb_error *err)
{
    static const char channels[] = "RGB";
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        double low = options->low[c], high = options->high[c], capacity = 1e-6 * (high - low);
        if (low >= high) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "the box rule of LRP: lrp_low, %.9g, is not below lrp_high, %.9g", low,
                           high);
        }
        for (size_t i = 0; i < e->count; i++) {
            const float *values = e->images + i * e->values + c * e->pixels;
            double least = (double)values[0], most = (double)values[0];
            for (size_t p = 1; p < e->pixels; p++) {
                least = fmin(least, (double)values[p]);
                most = fmax(most, (double)values[p]);
            }
            if (least < low - capacity || most > high + capacity) {
                return lb_fail(err, LB_ERROR_ARGUMENT,
                               "image %zu, channel %c has values from %.9g to %.9g, but the box "
                               "rule of LRP is told %.9g to %.9g (--lrp-low and --lrp-high, one "
                               "number or one for each channel, or --lrp-first same)",
                               e->items[i], channels[c], least, most, low, high);
            }
        }
    }
    return LB_OK;
}

lb_status
lb_explainer_composite(float *attribution, lb_diagnostics *diagnostics, lb_explainer *e,
                       const lb_composite *composite, lb_error *err)
{
    lb_status status = LB_OK;
    if (composite->epsilon < least_epsilon || composite->stabilizer < least_epsilon) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "LRP: lrp_epsilon and lrp_stabilizer are at least %g", least_epsilon);
    }
    if (composite->first == LB_RELEVANCE_BOX) {
        LB_TRY(check_bounds(e, &e->options->lrp, err));
    }
    lb_explainer_seed(e, true);
    LB_TRY(lb_executor_relevance(attribution, e->pass, composite, e->count, e->seeds, err));
    lb_explainer_expect_sum(diagnostics, e, false);
cleanup:
    return status;
}

lb_status
lb_explainer_relevance(float *attribution, lb_diagnostics *diagnostics, lb_explainer *e,
                       lb_relevance_rule first, lb_relevance_rule convolutions, lb_error *err)
{
    lb_explain_options settled = *e->options;
    lb_composite_settle(&settled);
    const lb_lrp_options *options = &settled.lrp;
    lb_composite composite = {.first = choose_first(options->first, first, convolutions),
                              .convolutions = convolutions,
                              .epsilon = options->epsilon,
                              .stabilizer = options->stabilizer,
                              .gamma = options->gamma,
                              .alpha = options->alpha,
                              .ignore_bias = options->bias == LB_LRP_BIAS_IGNORED};
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        composite.low[c] = options->low[c];
        composite.high[c] = options->high[c];
    }
    return lb_explainer_composite(attribution, diagnostics, e, &composite, err);
}
