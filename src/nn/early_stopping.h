/* SPDX-License-Identifier: MIT */
/* Which epoch's weights are kept, and when training stops (Oliveira et al. 2024). */
#ifndef LB_NN_SELECTION_H
#define LB_NN_SELECTION_H

#include "lesionbench/training.h"

/* Is the last epoch better than the kept one? Among epochs with |validation - training accuracy|
 * within maximum_gap the best validation accuracy, the earlier of equal ones; before there is any
 * such epoch the best of all. With a target accuracy: is it nearer to that? */
bool lb_early_stopping_keeps_last(const lb_history *history, const lb_training_options *options);
/* Three successive |changes| of validation accuracy below stop_change, and validation below
 * training accuracy in all three epochs. With a target accuracy this holds only once an epoch has
 * reached it, so that a target is not missed for want of epochs; and training stops as well when
 * the kept epoch is within half an image of the target, since none can be nearer. images: those of
 * validation. */
bool lb_early_stopping_stops(const lb_history *history, const lb_training_options *options,
                             size_t images);

#endif
