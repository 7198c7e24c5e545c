/* SPDX-License-Identifier: MIT */
/* PatternNet and PatternAttribution (Kindermans et al.: Learning how to explain neural networks,
 * ICLR 2018). In the backward computation a neuron's pattern replaces its weights. The pattern is
 * the direction of the signal in the neuron's input, estimated from data.
 *
 * The estimator is S_a+- with two components. Over the data with y > 0 (for the logits, which have
 * no ReLU: over all data), a = cov(x, y) / (w . cov(x, y)), so w . a = 1. All positions of a
 * convolution are data of the same neurons. A neuron that is never on, or whose y varies by less
 * than 1e-5 of its mean, has the pattern 0. */
#ifndef LESIONBENCH_PATTERNS_H
#define LESIONBENCH_PATTERNS_H

#include "lesionbench/executor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_patterns lb_patterns; /* as large as the network's weights */

/* Creates patterns of the executor's network. They work with any executor of LB_EXECUTOR_EXPLAIN of
 * this network. Estimation takes two rounds over the same images: the first for means, the second
 * for covariances. Memory: one float for each weight, and one double for each weight of a
 * convolution. Sums are in double, or rounded from double once for every few dozen images, in the
 * order of the images. The result is bit-identical for any number of threads and any batch.
 *
 * Each function returns LB_ERROR_ARGUMENT for an illegal argument or a call out of order. */
lb_status lb_patterns_create(lb_patterns **out, lb_executor *executor, lb_error *err);
void lb_patterns_free(lb_patterns *patterns); /* accepts NULL */
/* Adds the first `count` images of the executor's last forward computation to the current round. */
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
