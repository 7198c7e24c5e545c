/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include <math.h>

static bool
within(const lb_epoch *epoch, double maximum_gap)
{
    return fabs(epoch->validation_accuracy - epoch->train_accuracy) <= maximum_gap;
}

bool
lb_selection_keeps_last(const lb_history *history, double maximum_gap)
{
    if (history->count == 1) {
        return true;
    }
    const lb_epoch *last = &history->epochs[history->count - 1];
    const lb_epoch *kept = &history->epochs[history->kept];
    if (within(last, maximum_gap) != within(kept, maximum_gap)) {
        return within(last, maximum_gap);
    }
    return last->validation_accuracy > kept->validation_accuracy;
}

bool
lb_selection_stops(const lb_history *history, double stop_change)
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
