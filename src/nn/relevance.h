/* SPDX-License-Identifier: MIT */
/* How a step of an executor propagates relevance by a composite; see lesionbench/relevance.h. */
#ifndef LB_NN_RELEVANCE_H
#define LB_NN_RELEVANCE_H

#include "lesionbench/relevance.h"

/* A composite at work, and scratch memory for it. */
typedef struct lb_relevance {
    const lb_composite *composite;
    size_t count;         /* images */
    float *weight, *bias; /* of the largest convolution, modified */
    /* Of one image: a term's inputs, the transposed convolution, a group's denominator that becomes
     * its share, a term's output. */
    float *input, *transposed, *share, *part;
} lb_relevance;

/* The first step: relevance at its output to relevance at the images, not blocked. */
lb_status lb_relevance_convolution(float *in, const float *out, lb_executor *executor, size_t step,
                                   lb_error *err);
/* One linear step: relevance at its output (used up) to relevance at its input. All images of the
 * executor, blocked where its activations are; not the first step. */
lb_status lb_relevance_linear(float *in, float *out, lb_executor *executor, size_t step,
                              lb_error *err);

#endif
