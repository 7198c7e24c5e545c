/* SPDX-License-Identifier: MIT */
/* What the layers of the program may ask of an executor beyond lesionbench/executor.h: switches
 * that save time or memory. Shared by src/nn, src/explain and tests; not part of the interface. */
#ifndef LB_NN_EXECUTOR_INTERNAL_H
#define LB_NN_EXECUTOR_INTERNAL_H

#include "lesionbench/executor.h"

/* All 0: none. */
typedef struct lb_executor_switches {
    /* LB_EXECUTOR_EXPLAIN: compute forward in float32, which takes half of the time. */
    bool f32_forward;
    /* LB_EXECUTOR_EXPLAIN: no memory to go backward with. For references of DeepLIFT. */
    bool forward_only;
    /* Lay convolution weights out for each use: a tenth of the memory. Not for LB_EXECUTOR_TRAIN.
     */
    bool transient_weights;
    /* Share another executor's scratch memory and transient weights, and where it is of
     * LB_EXECUTOR_EXPLAIN_PATH and this one computes in double, its arrays of outputs. The other
     * executor must have the same `compute` and must outlive this one. One of them computes at a
     * time; gradients of one are gone when the other computes. NULL: memory of its own. */
    const lb_executor *share_workspace;
} lb_executor_switches;

/* lb_executor_create() with switches; NULL: none. */
lb_status lb_executor_create_with(lb_executor **out, lb_network *network,
                                  const lb_executor_options *options,
                                  const lb_executor_switches *switches, lb_error *err);
/* Bytes that such an executor takes for each image of its batch, approximately. */
lb_status lb_executor_image_bytes(size_t *out, const lb_network *network,
                                  const lb_executor_options *options, lb_error *err);
/* Keeps the activations of the last forward computation and frees what computing takes. The
 * executor is then of use as a reference alone. Accepts NULL. */
void lb_executor_discard_workspace(lb_executor *executor);

/* From now on the first `images` of the batch count; time may be saved on the others. images: 1 ..
 * batch; at first all count. Ends a sparsity mask. */
lb_status lb_executor_set_batch(lb_executor *executor, size_t images, lb_error *err);
/* Computes the activations of an image of zeros once, for lb_executor_set_sparsity_mask(), until
 * the weights change. Overwrites the input. LB_EXECUTOR_EXPLAIN_PATH alone. */
lb_status lb_executor_cache_zero_activations(lb_executor *executor, lb_error *err);
/* Sets a sparsity mask (images that count, H, W), not 0 where an image may be. Inputs must be 0
 * outside it; gradients there are undefined. Results equal the dense run up to rounding, and are
 * the same bits for the same mask. Needs lb_executor_cache_zero_activations() and
 * lb_executor_set_batch(). Without effect where no convolution can use it. */
lb_status lb_executor_set_sparsity_mask(lb_executor *executor, const uint8_t *mask, lb_error *err);

/* Arrays of an executor, which stay where they are while it lives. NULL or 0 where it has none. */
typedef struct lb_executor_view {
    float *input;         /* (batch, input_size) */
    const float *logits;  /* (batch, classes) */
    const float *outputs; /* (batch, output_size) of the last step: features or logits */
    size_t input_size, output_size;
    size_t first_size; /* of the first step's output */
} lb_executor_view;

lb_executor_view lb_executor_view_of(const lb_executor *executor);

#endif
