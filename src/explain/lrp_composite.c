/* SPDX-License-Identifier: MIT */
#include "lrp.h"

#include <math.h>

const char *const lb_lrp_bias_names[] = {"in_z", "ignored", NULL};
const char *const lb_lrp_first_names[] = {"own", "flat", "box", "same", NULL};

const lb_lrp_options lb_lrp_defaults = {
    .stabilizer = 1e-6, .gamma = 0.25, .alpha = 2, .low = {0, 0, 0}, .high = {1, 1, 1}};

static const double least_epsilon = 1e-12;

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

const lb_method_default lb_composite_defaults[] = {{"lrp_epsilon", 1e-6}, {NULL, 0}};

/* The box rule's denominators are differences from the bounds, and of the sign that it counts on
 * only for images between them. What is beyond a bound by no more than its rounding is at it. */
static lb_status
check_bounds(const lb_batch *batch, const lb_lrp_options *options, lb_error *err)
{
    static const char channels[] = "RGB";
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        double low = options->low[c], high = options->high[c], margin = 1e-6 * (high - low);
        if (low >= high) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "the box rule of LRP: lrp_low, %.9g, is not below lrp_high, %.9g", low,
                           high);
        }
        for (size_t i = 0; i < batch->count; i++) {
            const float *values = batch->images + i * batch->values + c * batch->pixels;
            double min = (double)values[0], max = (double)values[0];
            for (size_t p = 1; p < batch->pixels; p++) {
                min = fmin(min, (double)values[p]);
                max = fmax(max, (double)values[p]);
            }
            if (min < low - margin || max > high + margin) {
                return lb_fail(err, LB_ERROR_ARGUMENT,
                               "image %zu, channel %c has values from %.9g to %.9g, but the box "
                               "rule of LRP is told %.9g to %.9g (--lrp-low and --lrp-high, one "
                               "number or one for each channel, or --lrp-first same)",
                               batch->items[i], channels[c], min, max, low, high);
            }
        }
    }
    return LB_OK;
}

lb_status
lb_session_composite(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
                     const lb_batch *batch, const lb_composite *composite, lb_error *err)
{
    lb_status status = LB_OK;
    if (composite->epsilon < least_epsilon || composite->stabilizer < least_epsilon) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "LRP: lrp_epsilon and lrp_stabilizer are at least %g", least_epsilon);
    }
    if (composite->first == LB_RELEVANCE_BOX) {
        LB_TRY(check_bounds(batch, &batch->options->lrp, err));
    }
    lb_session_seed(session, batch, true);
    LB_TRY(lb_executor_relevance(attribution, session->executor, composite, batch->count,
                                 session->seeds, err));
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, false, err));
cleanup:
    return status;
}

lb_status
lb_session_relevance(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
                     const lb_batch *batch, lb_relevance_rule first, lb_relevance_rule convolutions,
                     lb_error *err)
{
    const lb_lrp_options *options = &batch->options->lrp;
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
    return lb_session_composite(attribution, diagnostics, session, batch, &composite, err);
}
