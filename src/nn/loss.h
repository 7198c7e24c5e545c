/* SPDX-License-Identifier: MIT */
#ifndef LB_NN_LOSS_H
#define LB_NN_LOSS_H

#include "lesionbench/base.h"

/* Sums over n images, of the cross entropy of the soft-max and of correct predictions (argmax, the
 * first of equal ones). */
typedef struct lb_loss {
    double sum;
    size_t correct;
} lb_loss;

/* logits (n, classes). gradient: NULL, or (n, classes) of the mean over n. */
lb_loss lb_cross_entropy(float *gradient, const float *logits, const uint8_t *labels, size_t n,
                         size_t classes);

#endif
