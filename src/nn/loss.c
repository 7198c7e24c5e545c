/* SPDX-License-Identifier: MIT */
#include "loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/training.h"

lb_loss
lb_cross_entropy(float *gradient, const float *logits, const int32_t *labels, const double *weights,
                 size_t n, size_t classes)
{
    lb_loss loss = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        loss.weight += weights != NULL ? weights[labels[i]] : 1;
    }
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
        double weight = weights != NULL ? weights[labels[i]] : 1;
        loss.sum += weight * (log_sum - (double)row[labels[i]]);
        loss.correct += best == (size_t)labels[i];
        for (size_t c = 0; gradient != NULL && c < classes; c++) {
            double share = exp((double)row[c] - log_sum) - (c == (size_t)labels[i] ? 1.0 : 0.0);
            gradient[i * classes + c] = (float)(weight * share / loss.weight);
        }
    }
    return loss;
}

lb_status
lb_class_weights(double *out, const char *text, const int32_t *labels, size_t count, size_t classes,
                 lb_error *err)
{
    for (size_t c = 0; c < classes; c++) {
        out[c] = 1;
    }
    if (strcmp(text, "balanced") == 0) {
        for (size_t c = 0; labels != NULL && c < classes; c++) {
            size_t own = 0;
            for (size_t i = 0; i < count; i++) {
                own += (size_t)labels[i] == c;
            }
            out[c] = own > 0 ? (double)count / (double)(classes * own) : 1;
        }
        return LB_OK;
    }
    const char *rest = text;
    for (size_t c = 0; c < classes; c++) {
        char *end = NULL;
        out[c] = strtod(rest, &end);
        rest = end + strspn(end, " ");
        bool last = c + 1 == classes;
        if (end == text || !(out[c] >= 1e-6) || !(out[c] <= 1e6) || *rest != (last ? '\0' : ',')) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "class_weights: '%s' is neither 'balanced' nor %zu numbers of 1e-6 to "
                           "1e6, one for each class",
                           text, classes);
        }
        rest += !last;
    }
    return LB_OK;
}
