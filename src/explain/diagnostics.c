/* SPDX-License-Identifier: MIT */
/* What maps say of themselves. */
#include <math.h>

#include "session.h"

const lb_diagnostics lb_no_diagnostics = {.sum = NAN,
                                          .expected_sum = NAN,
                                          .completeness_error = NAN,
                                          .nan_share = NAN,
                                          .zero_share = NAN,
                                          .gradient_error = NAN};

void
lb_diagnose_map(lb_diagnostics *diagnostic, const float *map, size_t pixels)
{
    size_t bad = 0, zero = 0;
    for (size_t p = 0; p < pixels; p++) {
        bad += isfinite(map[p]) ? 0 : 1;
        zero += map[p] == 0;
    }
    diagnostic->nan_share = (double)bad / (double)pixels;
    diagnostic->zero_share = (double)zero / (double)pixels;
}

void
lb_diagnose_sum(lb_diagnostics *diagnostic, const float *attribution, size_t values)
{
    double sum = 0, expected_sum = diagnostic->expected_sum;
    for (size_t v = 0; v < values; v++) {
        sum += (double)attribution[v];
    }
    diagnostic->sum = sum;
    diagnostic->completeness_error =
        sum == expected_sum ? 0 : fabs(sum - expected_sum) / fabs(expected_sum);
}

lb_status
lb_session_expect_sum(lb_diagnostics *diagnostics, const lb_session *session, const lb_batch *batch,
                      bool minus_baseline, lb_error *err)
{
    lb_status status = LB_OK;
    unsigned needs = LB_NEEDS_FORWARD | (minus_baseline ? LB_NEEDS_REFERENCE : 0);
    LB_TRY(lb_session_require(session, batch, true, needs, "lb_session_expect_sum()", err));
    const float *logits = lb_executor_view_of(session->executor).logits;
    for (size_t i = 0; i < batch->count; i++) {
        size_t target = (size_t)batch->targets[i];
        double expected_sum = (double)logits[i * session->classes + target];
        if (minus_baseline) {
            expected_sum -= (double)session->reference_logits[target];
        }
        diagnostics[i].expected_sum = expected_sum;
    }
cleanup:
    return status;
}
