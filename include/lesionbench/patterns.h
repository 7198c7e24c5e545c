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

/* For passes of this one's network. Images are taken in two rounds, the same in both: the first
 * finds the means, the second the covariances, so that no more than one number for each weight is
 * kept, and another in double for those of convolutions. Sums are in double, or rounded from it
 * once for some dozen images, and in the order of the images: the same bits for any number of
 * threads, and however images fall into batches. */
lb_status lb_patterns_create(lb_patterns **out, lb_executor *pass, lb_error *err);
void lb_patterns_free(lb_patterns *patterns); /* accepts NULL */
/* Takes the first `count` images of the pass's last forward computation. */
void lb_patterns_take(lb_patterns *patterns, const lb_executor *pass, size_t count);
/* Ends a round; after the second the patterns are ready. */
void lb_patterns_end_round(lb_patterns *patterns, const lb_executor *pass);
/* The pattern of a weight parameter (its count of values); borrowed. NULL for biases. */
const float *lb_patterns_of(const lb_patterns *patterns, size_t parameter);

/* (batch, 3, H, W), from (batch, classes) values at the logits: by patterns instead of weights
 * (PatternNet), or by weights times patterns (PatternAttribution). ReLUs and max pooling as for the
 * gradient. */
lb_status lb_executor_patterns(float *out, lb_executor *pass, const lb_patterns *patterns,
                               bool times_weights, const float *logit_values, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
