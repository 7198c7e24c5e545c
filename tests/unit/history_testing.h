/* SPDX-License-Identifier: MIT */
/* Training curves for tests. */
#ifndef LB_TESTS_HISTORY_TESTING_H
#define LB_TESTS_HISTORY_TESTING_H

#include "lesionbench/training.h"

/* Accuracies on training and validation images, epoch by epoch; the epochs are borrowed. */
static inline lb_history
history_of(lb_epoch *epochs, const double (*accuracies)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        epochs[i] =
            (lb_epoch){.train_accuracy = accuracies[i][0], .validation_accuracy = accuracies[i][1]};
    }
    return (lb_history){.count = count, .epochs = epochs};
}

#endif
