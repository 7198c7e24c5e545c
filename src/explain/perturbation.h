/* SPDX-License-Identifier: MIT */
/* The workspace of lb_session_forward_copies(). It computes forward only, by the fastest
 * convolution, since no backward computation depends on ties between activations. The size of its
 * batches depends on the image's size alone, so values are the same bits for any batch of the
 * explanation. */
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
