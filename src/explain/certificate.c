/* SPDX-License-Identifier: MIT */
/* What maps say of themselves. */
#include <math.h>

#include "explainer.h"

const lb_certificate LB_NO_CERTIFICATE = {.sum = NAN,
                                          .promised = NAN,
                                          .completeness_error = NAN,
                                          .nan_share = NAN,
                                          .zero_share = NAN,
                                          .gradient_error = NAN};

void
lb_certify_map(lb_certificate *certificate, const float *map, size_t pixels)
{
    size_t bad = 0, zero = 0;
    for (size_t p = 0; p < pixels; p++) {
        bad += isfinite(map[p]) ? 0 : 1;
        zero += map[p] == 0;
    }
    certificate->nan_share = (double)bad / (double)pixels;
    certificate->zero_share = (double)zero / (double)pixels;
}

void
lb_certify_sum(lb_certificate *certificate, const float *attribution, size_t values)
{
    double sum = 0, promised = certificate->promised;
    for (size_t v = 0; v < values; v++) {
        sum += (double)attribution[v];
    }
    certificate->sum = sum;
    certificate->completeness_error = sum == promised ? 0 : fabs(sum - promised) / fabs(promised);
}

void
lb_explainer_promise(lb_certificate *certificates, const lb_explainer *e, bool minus_baseline)
{
    const float *logits = lb_pass_logits(e->pass);
    for (size_t i = 0; i < e->count; i++) {
        size_t target = e->targets[i];
        double promised = (double)logits[i * e->classes + target];
        if (minus_baseline) {
            promised -= (double)e->reference_logits[target];
        }
        certificates[i].promised = promised;
    }
}
