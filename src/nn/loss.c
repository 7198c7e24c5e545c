/* SPDX-License-Identifier: MIT */
#include "loss.h"

#include <math.h>

lb_loss
lb_cross_entropy(float *gradient, const float *logits, const uint8_t *labels, size_t n,
                 size_t classes)
{
    lb_loss loss = {0, 0};
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++) {
            best = row[c] > row[best] ? c : best;
        }
        double sum = 0;
        for (size_t c = 0; c < classes; c++) {
            sum += exp((double)row[c] - (double)row[best]);
        }
        double log_sum = log(sum) + (double)row[best];
        loss.sum += log_sum - (double)row[labels[i]];
        loss.correct += best == labels[i];
        for (size_t c = 0; gradient != NULL && c < classes; c++) {
            double share = exp((double)row[c] - log_sum) - (c == labels[i] ? 1.0 : 0.0);
            gradient[i * classes + c] = (float)(share / (double)n);
        }
    }
    return loss;
}
