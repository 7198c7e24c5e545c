/* SPDX-License-Identifier: MIT */
/* DeepLIFT as Captum up to 0.9.0 computes it, to compare with results published with it. Its hooks
 * at a ReLU's output and at the following max pooling's input hang on one tensor and run in this
 * order: the ReLU's sees the gradient before the pooling's has replaced it. So where a pooling
 * follows a ReLU, always in VGG, the pooling is differentiated, and the sum is no longer the
 * difference of the logits. What the pooling's hook makes is used where the ReLU's input equals the
 * reference's alone, and there it is the gradient too (of the batch's first image; what it is
 * multiplied with is 0). */
#include "explainer.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_explainer_backward(attribution, e, LB_RULE_DEEPLIFT_CAPTUM, false, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] *= e->images[v];
    }
    lb_explainer_expect_sum(diagnostics, e, true);
cleanup:
    return status;
}

const lb_method lb_deeplift_captum = {
    .name = "deeplift_captum",
    .summary = "DeepLIFT as Captum up to 0.9.0 computes it, max pooling's rule lost",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_REFERENCE | LB_NEEDS_PREACTIVATION,
    .parameters = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
