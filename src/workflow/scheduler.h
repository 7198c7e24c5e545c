/* SPDX-License-Identifier: MIT */
/* Runs the stages of a graph: each starts when its inputs are done, under a bound of threads and of
 * memory. */
#ifndef LB_WORKFLOW_SCHEDULER_H
#define LB_WORKFLOW_SCHEDULER_H

#include "stages.h"

typedef struct schedule_bounds {
    size_t threads; /* at least 1 */
    double memory;  /* bytes, of the kinds' estimates. A stage above it runs alone */
} schedule_bounds;

typedef struct schedule_hooks {
    /* Does a stage's work, in a thread of its own whose OpenMP regions have the stage's number of
     * threads. Several run at a time. */
    lb_status (*run)(void *data, size_t index, lb_error *err);
    /* Hears of each stage that succeeded, in the thread that called schedule_run(), with the
     * seconds that it took. stage.done is set; stage.seconds is its share of the time that passed
     * while it ran beside others, by threads, so that the sum over stages is the whole time. */
    lb_status (*end)(void *data, size_t index, double seconds, lb_error *err);
    void *data;
} schedule_hooks;

/* Runs all stages that are not done. Of those that may start the one with the most work behind it
 * comes first, in estimated seconds, then the one that stands first in the list; the others wait
 * for it. When a stage fails no other starts and those that run go on to their end; the error is
 * that of the stage that stands first in the list. */
lb_status schedule_run(stage_list *list, const schedule_bounds *bounds, const schedule_hooks *hooks,
                       lb_error *err);

/* Whether stages of this kind run side by side, in one thread each. */
bool stage_runs_beside_others(const stage_list *list, const stage *one);

#endif
