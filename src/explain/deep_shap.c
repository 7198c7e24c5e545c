/* SPDX-License-Identifier: MIT */
/* DeepSHAP: the mean of DeepLIFT's attributions (Rescale rule, exact through max pooling) over
 * background images as references (Lundberg and Lee: A unified approach to interpreting model
 * predictions, NeurIPS 2017). */
#include <string.h>

#include "background.h"
#include "effort.h"

/* attribution += multipliers x (image - reference), for the reference now in the background's pass.
 */
static lb_status
add_reference(float *attribution, float *multipliers, lb_explainer *e,
              const lb_background *background, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    const float *b = background->images + index * e->values;
    lb_explainer_seed(e, false);
    LB_TRY(
        lb_executor_backward(&first, e->pass, LB_RULE_DEEPLIFT, background->pass, e->seeds, err));
    LB_TRY(lb_executor_to_input(multipliers, e->pass, LB_RULE_DEEPLIFT, first, err));
    for (size_t i = 0; i < e->count; i++) {
        size_t start = i * e->values;
        for (size_t v = 0; v < e->values; v++) {
            attribution[start + v] += multipliers[start + v] * (e->images[start + v] - b[v]);
        }
    }
cleanup:
    return status;
}

static void
promise(lb_diagnostics *diagnostics, const lb_background *background, const lb_explainer *e)
{
    for (size_t i = 0; i < e->count; i++) {
        double mean = 0;
        for (size_t b = 0; b < background->count; b++) {
            mean += (double)background->logits[b * e->classes + e->targets[i]];
        }
        double logit = (double)lb_executor_logits(e->pass)[i * e->classes + e->targets[i]];
        diagnostics[i].expected_sum = logit - mean / (double)background->count;
    }
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    lb_background *background = NULL;
    float *multipliers = NULL;
    LB_TRY(lb_explainer_background(&background, e, lb_deep_shap.name, err));
    LB_ALLOC(multipliers, e->batch * e->values);
    memset(attribution, 0, e->count * e->values * sizeof *attribution);
    for (size_t b = 0; b < background->count; b++) {
        LB_TRY(lb_check_cancelled(e->context, err));
        LB_TRY(lb_background_compute(background, e, b, err));
        LB_TRY(add_reference(attribution, multipliers, e, background, b, err));
        lb_explainer_advance(e, (double)e->count);
    }
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] /= (float)background->count;
    }
    promise(diagnostics, background, e);
cleanup:
    lb_free(multipliers);
    return status;
}

const lb_method lb_deep_shap = {
    .name = "deep_shap",
    .summary = "DeepLIFT, mean over background images as references",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PREACTIVATION | LB_NEEDS_BACKGROUND,
    .parameters = (const char *const[]){"backgrounds", "seed", "convolution", NULL},
    .attribute = attribute};
