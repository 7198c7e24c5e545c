/* SPDX-License-Identifier: MIT */
/* DeepLIFT, Rescale rule, baseline 0, times the input's difference from it (Shrikumar, Greenside,
 * Kundaje: Learning important features through propagating activation differences, ICML 2017).
 * Exact through max pooling: the sum is the difference of the logits. */
#include "session.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_session_backward(attribution, session, batch, LB_RULE_DEEPLIFT, false, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] *= batch->images[v];
    }
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, true, err));
cleanup:
    return status;
}

const lb_method lb_deeplift = {
    .struct_size = sizeof(lb_method),
    .name = "deeplift",
    .title = "DeepLIFT",
    .summary = "DeepLIFT, Rescale rule, exact through max pooling",
    .source = "Shrikumar, Greenside, Kundaje: Learning important features through propagating "
              "activation differences, ICML 2017",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_REFERENCE | LB_NEEDS_PREACTIVATION,
    .flags = LB_METHOD_IN_STUDY,
    .settings = (const char *const[]){"convolution", NULL},
    .attribute = attribute};
