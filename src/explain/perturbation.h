/* SPDX-License-Identifier: MIT */
/* What the network says of many changed copies of an image: the computation under all methods that
 * hide parts of it. Forward only, by the fastest convolution: here no backward pass hangs on ties
 * between activations. Copies are made as they are needed, in batches whose size depends on the
 * image's size alone, so that values are the same bits whatever the explanation's own batch. */
#ifndef LB_EXPLAIN_PERTURBATION_H
#define LB_EXPLAIN_PERTURBATION_H

#include "lesionbench/method.h"

extern const lb_perturbation_options lb_perturbation_defaults;

typedef struct lb_perturbation lb_perturbation;

/* The network is borrowed, and must outlive it. */
lb_status lb_perturbation_create(lb_perturbation **out, lb_network *network, size_t height,
                                 size_t width, lb_error *err);
void lb_perturbation_free(lb_perturbation *perturbation); /* accepts NULL */

#endif
