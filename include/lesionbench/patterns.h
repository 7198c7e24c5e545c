/* SPDX-License-Identifier: MIT */
/* PatternNet and PatternAttribution (Kindermans et al.: Learning how to explain neural networks,
 * ICLR 2018): the direction in which a neuron's input carries what it responds to, fitted on data,
 * takes the place of its weights in the backward computation.
 *
 * Fitted is the two-component estimator S_a+-: over the data at which the neuron is on (y > 0; all
 * of it for the logits, which no ReLU follows), a = cov(x, y) / (w . cov(x, y)), so that w . a = 1.
 * All places of a convolution are data of the same neurons. Neurons that are never on, or whose y
 * varies by less than 1e-5 of its mean, get the pattern 0. */
#ifndef LESIONBENCH_PATTERNS_H
#define LESIONBENCH_PATTERNS_H

#include "lesionbench/executor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_patterns lb_patterns; /* as large as the network's weights */

/* Patterns of the executor's network; of use with any executor of LB_EXECUTOR_EXPLAIN of this
 * network. They are fitted in two rounds over the same images. The first finds the means, the
 * second the covariances. One number is kept for each weight, and another in double for weights of
 * convolutions. Sums are in double, or rounded from double once for some dozen images, in the order
 * of the images. The result has the same bits for any number of threads and any batch.
 *
 * Each function returns LB_ERROR_ARGUMENT for an illegal argument or a call out of order. */
lb_status lb_patterns_create(lb_patterns **out, lb_executor *executor, lb_error *err);
void lb_patterns_free(lb_patterns *patterns); /* accepts NULL */
/* Takes the first `count` images of the executor's last forward computation. */
lb_status lb_patterns_take(lb_patterns *patterns, const lb_executor *executor, size_t count,
                           lb_error *err);
/* Ends a round. After the second round the patterns are ready. */
lb_status lb_patterns_end_round(lb_patterns *patterns, const lb_executor *executor, lb_error *err);
/* *out: the pattern of a weight, of the parameter's shape; borrowed. Biases, which are the odd
 * parameters, have none. */
lb_status lb_patterns_of(const float **out, const lb_patterns *patterns, size_t parameter,
                         lb_error *err);

/* Propagates values at the logits, (batch, classes), backward to the image: out (batch, 3, H, W).
 * Linear layers use patterns in the place of weights (PatternNet), or weights times patterns
 * (times_weights: PatternAttribution). ReLUs and max pooling are as for the gradient. Needs
 * LB_EXECUTOR_EXPLAIN, a forward computation, and patterns of the same network. */
lb_status lb_executor_patterns(float *out, lb_executor *executor, const lb_patterns *patterns,
                               bool times_weights, const float *logit_values, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
