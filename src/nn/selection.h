/* SPDX-License-Identifier: MIT */
/* Which epoch's weights are kept, and when training stops (Oliveira et al. 2024). */
#ifndef LB_NN_SELECTION_H
#define LB_NN_SELECTION_H

#include "lesionbench/training.h"

/* Is the last epoch better than the kept one? Among epochs with |validation - training accuracy|
 * within maximum_gap the best validation accuracy, the earlier of equal ones; before there is any
 * such epoch the best of all. */
bool lb_selection_keeps_last(const lb_history *history, double maximum_gap);
/* Three successive |changes| of validation accuracy below stop_change, and validation below
 * training accuracy in all three epochs. */
bool lb_selection_stops(const lb_history *history, double stop_change);

#endif
