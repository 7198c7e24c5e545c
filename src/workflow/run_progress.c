/* SPDX-License-Identifier: MIT */
#include "run_progress.h"

#include <stdio.h>

#include "scheduler.h"

static void
say_locked(void *data, const char *line)
{
    run_progress_say(data, line);
}

lb_status
run_progress_init(run_progress *self, const stage_list *list, const lb_context *outer,
                  const lb_study_listener *listener, lb_error *err)
{
    lb_status status = LB_OK;
    *self = (run_progress){.list = list,
                           .outer = outer,
                           .listener = listener,
                           .locked = {.say = say_locked, .data = self},
                           .lock = PTHREAD_MUTEX_INITIALIZER};
    LB_ALLOC(self->shares, list->count);
    LB_ALLOC(self->active, list->count);
cleanup:
    return status;
}

void
run_progress_release(run_progress *self)
{
    lb_free(self->shares);
    lb_free(self->active);
}

/* Stages of a kind that run side by side are told of as one: each of them comes and goes. */
static void
tell_kind(const run_progress *self, const stage_kind *kind)
{
    enum { PARTS = 1000 };
    const stage_list *list = self->list;
    char text[320];
    double done = 0;
    size_t stages = 0, first = list->count, end = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->stages[i].kind == kind) {
            bool counts = list->stages[i].state != STAGE_DONE;
            first = first < i ? first : i;
            end = i + 1;
            done += counts ? self->shares[i] : 0;
            stages += counts;
        }
    }
    snprintf(text, sizeof text, "[%zu-%zu/%zu] %s", first + 1, end, list->count, kind->name);
    lb_progress(self->outer, text, (size_t)(PARTS * done), PARTS * stages);
}

/* Of stages of several kinds the one that stands first is told of. */
static void
tell(void *data, const char *what, size_t done, size_t total)
{
    const stage_progress *told = data;
    run_progress *self = told->run;
    const stage_list *list = self->list;
    size_t first = 0;
    pthread_mutex_lock(&self->lock);
    self->shares[told->index] = total > 0 ? (double)done / (double)total : 0;
    while (!self->active[first]) {
        first++;
    }
    const stage *shown = &list->stages[first];
    if (list->stages[told->index].kind == shown->kind && stage_runs_beside_others(list, shown)) {
        tell_kind(self, shown->kind);
    } else if (first == told->index) {
        char text[320];
        snprintf(text, sizeof text, "[%zu/%zu] %s: %s", first + 1, list->count, shown->name, what);
        lb_progress(self->outer, text, done, total);
    }
    pthread_mutex_unlock(&self->lock);
}

static void
note_locked(void *data, const char *line)
{
    run_progress *self = ((const stage_progress *)data)->run;
    pthread_mutex_lock(&self->lock);
    self->outer->note(self->outer->note_data, line);
    pthread_mutex_unlock(&self->lock);
}

lb_context
run_progress_begin(run_progress *self, size_t index, stage_progress *told)
{
    *told = (stage_progress){.run = self, .index = index};
    lb_context inner = self->outer != NULL ? *self->outer : (lb_context){0};
    inner.progress = tell;
    inner.progress_data = told;
    if (inner.note != NULL) {
        inner.note = note_locked;
        inner.note_data = told;
    }
    pthread_mutex_lock(&self->lock);
    self->active[index] = true;
    pthread_mutex_unlock(&self->lock);
    return inner;
}

void
run_progress_end(run_progress *self, size_t index, bool done)
{
    pthread_mutex_lock(&self->lock);
    self->active[index] = false;
    self->shares[index] = done ? 1 : self->shares[index];
    pthread_mutex_unlock(&self->lock);
}

void
run_progress_say(run_progress *self, const char *line)
{
    if (self->listener != NULL && self->listener->say != NULL) {
        pthread_mutex_lock(&self->lock);
        self->listener->say(self->listener->data, line);
        pthread_mutex_unlock(&self->lock);
    }
}
