/* SPDX-License-Identifier: MIT */
/* DeepLIFT as Captum up to 0.9.0 computes it, to compare with results published with it. Its hooks
 * at a ReLU's output and at the following max pooling's input hang on one tensor and run in this
 * order: the ReLU's sees the gradient before the pooling's has replaced it. So where a pooling
 * follows a ReLU, always in VGG, the pooling is differentiated, and the sum is no longer the
 * difference of the logits. What the pooling's hook makes is used where the ReLU's input equals the
 * reference's alone, and there it is the gradient too (of the batch's first image; what it is
 * multiplied with is 0). */
#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_session_backward(attribution, session, batch, LB_RULE_DEEPLIFT_CAPTUM, false, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] *= batch->images[v];
    }
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, true, err));
cleanup:
    return status;
}

const lb_method lb_deeplift_captum = {
    .struct_size = sizeof(lb_method),
    .name = "deeplift_captum",
    .title = "DeepLIFT as in Captum",
    .summary = "DeepLIFT as Captum up to 0.9.0 computes it, max pooling's rule lost",
    .source = "Captum up to 0.9.0, captum.attr.DeepLift",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_REFERENCE | LB_NEEDS_PREACTIVATION,
    .settings = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
