/* SPDX-License-Identifier: MIT */
#ifndef LB_NN_OPTIMIZER_H
#define LB_NN_OPTIMIZER_H

#include "lesionbench/training.h"
#include "network.h"

typedef struct lb_optimizer lb_optimizer;

/* gradients[p] is NULL for parameters that stay as they are. */
lb_status lb_optimizer_create(lb_optimizer **out, const lb_training_options *options,
                              const lb_network *network, float *const *gradients, lb_error *err);
void lb_optimizer_free(lb_optimizer *optimizer);
/* The moments of a parameter, NULL where the optimizer has none. */
void lb_optimizer_moments(float **first, float **second, const lb_optimizer *optimizer,
                          size_t parameter);
/* Updates made so far; Adam's bias corrections go by them. */
uint64_t *lb_optimizer_steps(lb_optimizer *optimizer);
/* By the schedule, for an epoch; warm-up aside. */
double lb_learning_rate(const lb_training_options *options, size_t epoch);
/* One update of all trained parameters. */
void lb_optimizer_step(lb_optimizer *optimizer, lb_network *network, float *const *gradients,
                       double learning_rate);

#endif
