/* SPDX-License-Identifier: MIT */
/* What maps say of themselves. */
#include <math.h>

#include "explainer.h"

const lb_diagnostics LB_NO_DIAGNOSTICS = {.sum = NAN,
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

void
lb_explainer_expect_sum(lb_diagnostics *diagnostics, const lb_explainer *e, bool minus_baseline)
{
    const float *logits = lb_executor_logits(e->pass);
    for (size_t i = 0; i < e->count; i++) {
        size_t target = e->targets[i];
        double expected_sum = (double)logits[i * e->classes + target];
        if (minus_baseline) {
            expected_sum -= (double)e->reference_logits[target];
        }
        diagnostics[i].expected_sum = expected_sum;
    }
}
