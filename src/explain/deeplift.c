/* SPDX-License-Identifier: MIT */
/* DeepLIFT, Rescale rule, baseline 0, times the input's difference from it (Shrikumar, Greenside,
 * Kundaje: Learning important features through propagating activation differences, ICML 2017).
 * Exact through max pooling: the sum is the difference of the logits. */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_explainer_backward(attribution, e, LB_RULE_DEEPLIFT, false, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] *= e->images[v];
    }
    lb_explainer_expect_sum(diagnostics, e, true);
cleanup:
    return status;
}

const lb_method lb_deeplift = {.name = "deeplift",
                               .summary = "DeepLIFT, Rescale rule, exact through max pooling",
                               .needs =
                                   LB_NEEDS_FORWARD | LB_NEEDS_REFERENCE | LB_NEEDS_PREACTIVATION,
                               .in_study = true,
                               .parameters = (const char *const[]){"convolution", NULL},
                               .attribute = attribute};
