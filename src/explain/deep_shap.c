/* SPDX-License-Identifier: MIT */
/* DeepSHAP: the mean of DeepLIFT's attributions (Rescale rule, exact through max pooling) over
 * background images as references (Lundberg and Lee: A unified approach to interpreting model
 * predictions, NeurIPS 2017). */
#include <string.h>

#include "background.h"
#include "progress.h"

/* attribution += multipliers x (image - reference), for the reference now in the background's
 * executor.
 */
static lb_status
add_reference(float *attribution, float *multipliers, lb_session *session, const lb_batch *batch,
              const lb_background *background, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    const float *b = background->images + index * batch->values;
    lb_session_seed(session, batch, false);
    LB_TRY(lb_executor_backward(&first, session->executor, LB_RULE_DEEPLIFT, background->executor,
                                session->seeds, err));
    LB_TRY(lb_session_to_input(multipliers, session, batch, LB_RULE_DEEPLIFT, first, err));
    for (size_t i = 0; i < batch->count; i++) {
        size_t start = i * batch->values;
        for (size_t v = 0; v < batch->values; v++) {
            attribution[start + v] += multipliers[start + v] * (batch->images[start + v] - b[v]);
        }
    }
cleanup:
    return status;
}

static void
promise(lb_diagnostics *diagnostics, const lb_background *background, const lb_session *session,
        const lb_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        double mean = 0;
        for (size_t b = 0; b < background->count; b++) {
            mean += (double)background->logits[b * batch->classes + (size_t)batch->targets[i]];
        }
        double logit = (double)lb_executor_view_of(session->executor)
                           .logits[i * batch->classes + (size_t)batch->targets[i]];
        diagnostics[i].expected_sum = logit - mean / (double)background->count;
    }
}

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    lb_background *background = NULL;
    float *multipliers = NULL;
    LB_TRY(lb_session_background(&background, session, batch, err));
    LB_ALLOC(multipliers, batch->count * batch->values);
    memset(attribution, 0, batch->count * batch->values * sizeof *attribution);
    for (size_t b = 0; b < background->count; b++) {
        LB_TRY(lb_check_cancelled(batch->context, err));
        LB_TRY(lb_background_compute(background, batch, b, err));
        LB_TRY(add_reference(attribution, multipliers, session, batch, background, b, err));
        lb_session_advance(session, (double)batch->count);
    }
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] /= (float)background->count;
    }
    promise(diagnostics, background, session, batch);
cleanup:
    lb_free(multipliers);
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return (double)options->backgrounds;
}

const lb_method lb_deep_shap = {
    .struct_size = sizeof(lb_method),
    .name = "deep_shap",
    .title = "DeepSHAP",
    .summary = "DeepLIFT, mean over background images as references",
    .source = "Lundberg, Lee: A unified approach to interpreting model predictions, NeurIPS 2017",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PREACTIVATION | LB_NEEDS_BACKGROUND,
    .settings = (const char *const[]){"backgrounds", "seed", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
