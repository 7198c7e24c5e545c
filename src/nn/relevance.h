/* SPDX-License-Identifier: MIT */
/* How a step of an executor propagates relevance by a composite; see lesionbench/relevance.h. */
#ifndef LB_NN_RELEVANCE_H
#define LB_NN_RELEVANCE_H

#include "lesionbench/relevance.h"

/* A composite at work, and scratch memory for it. */
typedef struct lb_relevance lb_relevance;

/* One linear step: relevance at its output (used up) to relevance at its input. All images of the
 * executor, blocked where its activations are; not the first step. */
lb_status lb_relevance_linear(float *in, float *out, lb_executor *executor, size_t step,
                              lb_error *err);

#endif
