/* SPDX-License-Identifier: MIT */
/* Layer-wise relevance propagation (LRP) by composites. Rules: one for the first convolution, one
 * for the other convolutions, epsilon for dense layers and average pooling, winner-take-all for max
 * pooling. ReLUs pass relevance unchanged (Montavon et al.: Layer-wise relevance propagation, an
 * overview, 2019). The conventions are those of Zennit. */
#ifndef LESIONBENCH_RELEVANCE_H
#define LESIONBENCH_RELEVANCE_H

#include "lesionbench/executor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Notation: w+ = max(0, w), w- = min(0, w), inputs a, z the layer's output under the rule, s = R /
 * (z + d sign(z)) with sign(0) = 1. d is `epsilon` in the epsilon rule and `stabilizer` in all
 * others. */
typedef enum lb_relevance_rule {
    LB_RELEVANCE_EPSILON,    /* z = sum a w + b; R = a (w^T s) (Bach et al. 2015) */
    LB_RELEVANCE_PLUS,       /* z = sum a+ w+ + a- w- + b+ (Bach et al. 2015, alpha 1, beta 0) */
    LB_RELEVANCE_ALPHA_BETA, /* alpha x the above less beta x the same of negative contributions,
                                a+ w- + a- w+ and b-; beta = alpha - 1 (Bach et al. 2015) */
    LB_RELEVANCE_GAMMA, /* w + gamma w+ of positive, w + gamma w- of negative inputs, b + gamma b+
                           (Montavon et al. 2019; Andeol et al. 2021) */
    LB_RELEVANCE_FLAT,  /* a = 1, w = 1, b = 0 (Lapuschkin et al. 2019) */
    LB_RELEVANCE_BOX,   /* z = sum x w - low w+ - high w- (Montavon et al. 2017, z-B) */
    LB_RELEVANCE_RULES
} lb_relevance_rule;

typedef struct lb_composite {
    lb_relevance_rule first;        /* of the first convolution */
    lb_relevance_rule convolutions; /* of the others; not LB_RELEVANCE_BOX */
    double epsilon;                 /* of LB_RELEVANCE_EPSILON, and so of dense layers */
    double stabilizer;              /* of the other rules and of average pooling */
    double gamma;                   /* LB_RELEVANCE_GAMMA */
    double alpha;                   /* LB_RELEVANCE_ALPHA_BETA */
    /* LB_RELEVANCE_BOX: minimum and maximum possible input of each channel. */
    double low[LB_INPUT_CHANNELS], high[LB_INPUT_CHANNELS];
    /* Biases count as 0 in every z, so they receive no relevance. */
    bool ignore_bias;
} lb_composite;

/* Relevance of the first `count` images of the batch: out (count, 3, H, W). logit_values: (batch,
 * classes), usually 0 except at the target. Needs LB_EXECUTOR_EXPLAIN and a forward computation.
 * Computes image by image. Temporary memory: the weights of one layer and the largest layer of one
 * image. LB_ERROR_ARGUMENT: an illegal composite, or a call out of order. */
lb_status lb_executor_relevance(float *out, lb_executor *executor, const lb_composite *composite,
                                size_t count, const float *logit_values, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
