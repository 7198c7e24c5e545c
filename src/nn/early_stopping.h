/* SPDX-License-Identifier: MIT */
/* Which epoch's weights are kept, and when training stops (Oliveira et al. 2024). */
#ifndef LB_NN_EARLY_STOPPING_H
#define LB_NN_EARLY_STOPPING_H

#include "lesionbench/training.h"

/* True if the last epoch is better than the kept one. Best: the best validation accuracy among
 * epochs with |validation - training accuracy| within maximum_gap, of equal ones the earlier; until
 * there is such an epoch, the best of all. With a target accuracy: the nearest to it. */
bool lb_early_stopping_keeps_last(const lb_history *history, const lb_training_options *options);
/* True if training stops: three successive |changes| of validation accuracy are below stop_change,
 * and validation is below training accuracy in all three epochs. With a target accuracy this
 * applies only after an epoch has reached it, so a target is not missed because of an early stop.
 * Training also stops if the kept epoch is within half an image of the target, since none can be
 * nearer. images: number of validation images. */
bool lb_early_stopping_stops(const lb_history *history, const lb_training_options *options,
                             size_t images);

#endif
