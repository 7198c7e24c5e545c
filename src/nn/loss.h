/* SPDX-License-Identifier: MIT */
#ifndef LB_NN_LOSS_H
#define LB_NN_LOSS_H

#include "lesionbench/base.h"

/* Sums over n images of the weighted softmax cross entropy, of the weights (n without weights), and
 * of correct predictions (argmax, of equal ones the first). */
typedef struct lb_loss {
    double sum, weight;
    size_t correct;
} lb_loss;

/* logits (n, classes); weights: of the classes, NULL all 1. gradient: NULL, or (n, classes) of the
 * weighted mean, sum / weight, as torch.nn.CrossEntropyLoss(weight) defines it. */
lb_loss lb_cross_entropy(float *gradient, const float *logits, const int32_t *labels,
                         const double *weights, size_t n, size_t classes);

#endif
