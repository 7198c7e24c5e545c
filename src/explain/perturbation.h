/* SPDX-License-Identifier: MIT */
/* What the network says of many changed copies of an image: the computation under all methods that
 * hide parts of it. Forward only, by the fastest convolution: here no backward pass hangs on ties
 * between activations. Copies are made as they are needed, in batches whose size depends on the
 * image's size alone, so that values are the same bits whatever the explanation's own batch. */
#ifndef LB_EXPLAIN_PERTURBATION_H
#define LB_EXPLAIN_PERTURBATION_H

#include "explainer.h"

extern const lb_perturbation_options lb_perturbation_defaults;

typedef struct lb_perturbation lb_perturbation;

/* The network is borrowed, and must outlive it. */
lb_status lb_perturbation_create(lb_perturbation **out, lb_network *network, size_t height,
                                 size_t width, lb_error *err);
void lb_perturbation_free(lb_perturbation *perturbation); /* accepts NULL */

/* Writes copy number `copy` of an image to out (3, H, W). Called from several threads at once. */
typedef void (*lb_change)(const void *data, float *out, size_t copy);

/* values[k] for copies 0 .. copies - 1 of image i of the batch: the target's logit, or its softmax
 * probability. usual: what the method's field takes, unless the options ask for another.
 * LB_ERROR_NUMERIC where the network's output is not finite. */
lb_status lb_perturbation_run(double *values, const lb_explainer *explainer, size_t i,
                              size_t copies, lb_change change, const void *data,
                              lb_target_output usual, lb_error *err);

#endif
