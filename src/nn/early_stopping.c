/* SPDX-License-Identifier: MIT */
#include "early_stopping.h"

#include <math.h>

static bool
within(const lb_epoch *epoch, double maximum_gap)
{
    return fabs(epoch->validation_accuracy - epoch->train_accuracy) <= maximum_gap;
}

/* What two distances must differ by: less is the rounding of accuracies that are equally far from
 * the target, one above and one below. */
#define ROUNDING 1e-9

bool
lb_epoch_is_better(const lb_epoch *a, const lb_epoch *b, const lb_training_options *options)
{
    const double target = options->target_accuracy;
    if (target > 0) {
        return fabs(a->validation_accuracy - target) <
               fabs(b->validation_accuracy - target) - ROUNDING;
    }
    if (within(a, options->maximum_gap) != within(b, options->maximum_gap)) {
        return within(a, options->maximum_gap);
    }
    return a->validation_accuracy > b->validation_accuracy;
}

bool
lb_early_stopping_keeps_last(const lb_history *history, const lb_training_options *options)
{
    return history->count == 1 || lb_epoch_is_better(&history->epochs[history->count - 1],
                                                     &history->epochs[history->kept], options);
}

static bool
is_flat(const lb_history *history, double stop_change)
{
    enum { CHANGES = 3 };
    if (history->count < CHANGES + 1) {
        return false;
    }
    for (size_t i = history->count - CHANGES; i < history->count; i++) {
        const lb_epoch *now = &history->epochs[i];
        double change = now->validation_accuracy - history->epochs[i - 1].validation_accuracy;
        if (!(fabs(change) < stop_change) || !(now->validation_accuracy < now->train_accuracy)) {
            return false;
        }
    }
    return true;
}

static bool
has_reached(const lb_history *history, double target)
{
    for (size_t i = 0; i < history->count; i++) {
        if (history->epochs[i].validation_accuracy >= target) {
            return true;
        }
    }
    return false;
}

bool
lb_early_stopping_stops(const lb_history *history, const lb_training_options *options,
                        size_t images)
{
    const double target = options->target_accuracy;
    bool flat = is_flat(history, options->stop_change);
    if (target <= 0 || history->count == 0) {
        return flat;
    }
    double gap = fabs(history->epochs[history->kept].validation_accuracy - target);
    return gap * (double)images <= 0.5 + ROUNDING || (flat && has_reached(history, target));
}
