/* SPDX-License-Identifier: MIT */
/* What distinguishes the rules of backward propagation, layer type by layer type. */
#ifndef LB_NN_BACKWARD_RULES_H
#define LB_NN_BACKWARD_RULES_H

#include "kernels.h"
#include "lesionbench/executor.h"

/* The activations around a layer: of the images, and of the reference (one image, or NULL). */
typedef struct lb_around {
    const float *in, *out;
    const float *reference_in, *reference_out;
    size_t images, in_size, out_size; /* floats per image */
} lb_around;

/* NULL members: nothing to do. */
typedef struct lb_rule_table {
    /* At a ReLU: changes the gradient in place. */
    void (*relu)(float *gradient, const lb_around *at);
    /* Around a linear layer, before and after its transposed computation. */
    void (*before_linear)(float *out_gradient, const lb_around *at);
    void (*after_linear)(float *in_gradient, const lb_around *at);
    /* Instead, all of it; out is used up. */
    lb_status (*linear)(float *in, float *out, lb_executor *executor, size_t step, lb_error *err);
    /* After max pooling has routed to the images' winners. */
    void (*after_pool)(float *in_gradient, const float *out_gradient, const lb_around *at,
                       const uint8_t *argmax, const uint8_t *reference_choice,
                       const lb_planes *shape);
} lb_rule_table;

const lb_rule_table *lb_rule_find(lb_rule rule);

#endif
