/* SPDX-License-Identifier: MIT */
/* Progress messages of a run while its stages work, from one thread at a time. */
#ifndef LB_WORKFLOW_RUN_PROGRESS_H
#define LB_WORKFLOW_RUN_PROGRESS_H

#include <pthread.h>

#include "stages.h"

typedef struct run_progress {
    const stage_list *list;
    const lb_context *outer;           /* hears of progress and notes; may be NULL */
    const lb_study_listener *listener; /* hears lines; may be NULL */
    lb_study_listener locked;          /* the same for stages, to be called from any thread */
    pthread_mutex_t lock;
    double *shares; /* (count) how far each stage has come */
    bool *active;   /* (count) */
} run_progress;

/* A running stage, for its progress. */
typedef struct stage_progress {
    run_progress *run;
    size_t index;
} stage_progress;

/* self must stay where it is. */
lb_status run_progress_init(run_progress *self, const stage_list *list, const lb_context *outer,
                            const lb_study_listener *listener, lb_error *err);
void run_progress_release(run_progress *self);
/* The context for a stage's work: `told` is filled, and must outlive it. */
lb_context run_progress_begin(run_progress *self, size_t index, stage_progress *told);
void run_progress_end(run_progress *self, size_t index, bool done);
/* One line. */
void run_progress_say(run_progress *self, const char *line);

#endif
