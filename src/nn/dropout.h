/* SPDX-License-Identifier: MIT */
/* Dropout of the hidden dense layers (Srivastava et al., JMLR 2014), scaled in training as PyTorch
 * does. */
#ifndef LB_NN_DROPOUT_H
#define LB_NN_DROPOUT_H

#include "executor.h"

typedef struct lb_dropout {
    double p;
    size_t count; /* factors of a layer: (batch, hidden) */
    float *factors[LB_DENSE_LAYERS - 1];
} lb_dropout;

lb_status lb_dropout_init(lb_dropout *out, const lb_executor *executor, double p, lb_error *err);
void lb_dropout_release(lb_dropout *dropout);
/* Sets the executor's factors, 0 or 1 / (1 - p), from a stream of this batch's own. */
void lb_dropout_draw(lb_dropout *dropout, lb_executor *executor, uint64_t seed, uint64_t batch);
/* Back to inference. */
void lb_dropout_end(lb_executor *executor);

#endif
