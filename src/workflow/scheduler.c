/* SPDX-License-Identifier: MIT */
#include "scheduler.h"

#include <omp.h>
#include <pthread.h>
#include <string.h>

typedef struct scheduler scheduler;

/* A stage at work. */
typedef struct job {
    scheduler *owner;
    size_t index, threads;
    double memory, start, took;
    pthread_t thread;
    bool occupied, finished; /* the place is in use; its work is over */
    lb_status status;
    lb_error err;
} job;

struct scheduler {
    stage_list *list;
    const schedule_bounds *bounds;
    const schedule_hooks *hooks;
    pthread_mutex_t lock; /* of jobs' `finished` and what is set before it */
    pthread_cond_t ended;
    job *jobs;     /* (bounds->threads) */
    bool *started; /* (count) */
    double *rank;  /* (count) seconds from the stage's start to the study's end */
    size_t running, free_threads, failed; /* failed: the first stage that did, or NO_STAGE */
    double memory, counted;               /* in use; the time up to which shares are given */
};

bool
stage_runs_beside_others(const stage_list *list, const stage *one)
{
    size_t alike = 0;
    for (size_t i = 0; i < list->count; i++) {
        alike += list->stages[i].kind == one->kind;
    }
    return one->kind->threads == STAGE_ONE_THREAD && alike > 1;
}

static lb_status
rank_stages(scheduler *s, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *order = NULL;
    LB_ALLOC(order, s->list->count);
    LB_TRY(graph_sort(order, s->list, err));
    for (size_t i = s->list->count; i-- > 0;) {
        const stage *one = &s->list->stages[order[i]];
        double *rank = &s->rank[order[i]];
        *rank += !one->done && one->kind->seconds != NULL ? one->kind->seconds(s->list, one) : 0;
        for (size_t j = 0; j < one->input_count; j++) {
            size_t input = one->inputs[j].stage;
            if (input != NO_STAGE && s->rank[input] < *rank) {
                s->rank[input] = *rank;
            }
        }
    }
cleanup:
    lb_free(order);
    return status;
}

static bool
is_ready(const scheduler *s, size_t index)
{
    const stage *one = &s->list->stages[index];
    bool ready = !one->done && !s->started[index];
    for (size_t i = 0; ready && i < one->input_count; i++) {
        ready = one->inputs[i].stage == NO_STAGE || s->list->stages[one->inputs[i].stage].done;
    }
    return ready;
}

/* NO_STAGE where none may start. */
static size_t
find_next(const scheduler *s)
{
    size_t next = NO_STAGE;
    for (size_t i = 0; i < s->list->count; i++) {
        if (is_ready(s, i) && (next == NO_STAGE || s->rank[i] > s->rank[next])) {
            next = i;
        }
    }
    return next;
}

/* The threads that a stage gets now; 0 where it has to wait for more. */
static size_t
threads_for(const scheduler *s, const stage *one)
{
    if (one->kind->threads == STAGE_ANY_THREADS) {
        return s->free_threads;
    }
    size_t wanted = stage_runs_beside_others(s->list, one) ? 1 : s->bounds->threads;
    return wanted <= s->free_threads ? wanted : 0;
}

static void *
work(void *data)
{
    job *self = data;
    scheduler *s = self->owner;
    omp_set_num_threads((int)self->threads); /* oneDNN plans for as many as it is told of */
    lb_error err = {.code = LB_OK};
    lb_status status = s->hooks->run(s->hooks->data, self->index, &err);
    pthread_mutex_lock(&s->lock);
    self->status = status;
    self->err = err;
    self->took = lb_seconds() - self->start;
    self->finished = true;
    pthread_cond_signal(&s->ended);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Gives the time since the last call to the stages at work. */
static void
share_time(scheduler *s)
{
    double now = lb_seconds(), used = (double)(s->bounds->threads - s->free_threads);
    for (size_t i = 0; i < s->bounds->threads; i++) {
        if (s->jobs[i].occupied) {
            s->list->stages[s->jobs[i].index].seconds +=
                (now - s->counted) * (double)s->jobs[i].threads / used;
        }
    }
    s->counted = now;
}

static lb_status
start_stage(scheduler *s, size_t index, size_t threads, double memory, lb_error *err)
{
    enum { STACK = 8 << 20 };
    job *place = s->jobs;
    while (place->occupied) {
        place++;
    }
    *place = (job){
        .owner = s, .index = index, .threads = threads, .memory = memory, .start = lb_seconds()};
    pthread_attr_t attributes;
    int failed = pthread_attr_init(&attributes);
    if (failed == 0) {
        failed = pthread_attr_setstacksize(&attributes, STACK);
        failed = failed == 0 ? pthread_create(&place->thread, &attributes, work, place) : failed;
        pthread_attr_destroy(&attributes);
    }
    if (failed != 0) {
        return lb_fail(err, LB_ERROR_MEMORY, "%s: cannot start a thread: %s",
                       s->list->stages[index].name, strerror(failed));
    }
    share_time(s);
    place->occupied = true;
    s->started[index] = true;
    s->list->stages[index].seconds = 0;
    s->running++;
    s->free_threads -= threads;
    s->memory += memory;
    return LB_OK;
}

/* Starts what fits beside what runs. */
static lb_status
start_stages(scheduler *s, lb_error *err)
{
    lb_status status = LB_OK;
    while (status == LB_OK && s->free_threads > 0) {
        size_t next = find_next(s);
        if (next == NO_STAGE) {
            break;
        }
        const stage *one = &s->list->stages[next];
        size_t threads = threads_for(s, one);
        double memory = one->kind->memory != NULL ? one->kind->memory(s->list, one) : 0;
        if (threads == 0 || (s->running > 0 && s->memory + memory > s->bounds->memory)) {
            break;
        }
        status = start_stage(s, next, threads, memory, err);
    }
    return status;
}

/* Waits for a stage to end, and gives its place back. */
static job
await(scheduler *s)
{
    job *found = NULL;
    pthread_mutex_lock(&s->lock);
    while (found == NULL) {
        for (size_t i = 0; i < s->bounds->threads && found == NULL; i++) {
            found = s->jobs[i].occupied && s->jobs[i].finished ? &s->jobs[i] : NULL;
        }
        if (found == NULL) {
            pthread_cond_wait(&s->ended, &s->lock);
        }
    }
    pthread_mutex_unlock(&s->lock);
    pthread_join(found->thread, NULL);
    share_time(s);
    found->occupied = false;
    s->running--;
    s->free_threads += found->threads;
    s->memory = s->running > 0 ? s->memory - found->memory : 0;
    return *found;
}

/* Keeps the error of the stage that stands first. */
static void
keep_error(scheduler *s, size_t index, lb_status status, const lb_error *own, lb_error *err)
{
    if (s->failed == NO_STAGE || index < s->failed) {
        s->failed = index;
        *err = *own;
        err->code = status;
    }
}

static void
run_all(scheduler *s, lb_error *err)
{
    do {
        lb_error own = {.code = LB_OK};
        lb_status status = s->failed == NO_STAGE ? start_stages(s, &own) : LB_OK;
        if (status != LB_OK) {
            keep_error(s, s->list->count, status, &own, err);
        }
        if (s->running > 0) {
            job ended = await(s);
            stage *one = &s->list->stages[ended.index];
            one->done = ended.status == LB_OK;
            if (one->done) {
                ended.status = s->hooks->end(s->hooks->data, ended.index, ended.took, &ended.err);
            }
            if (ended.status != LB_OK) {
                keep_error(s, ended.index, ended.status, &ended.err, err);
            }
        }
    } while (s->running > 0 || (s->failed == NO_STAGE && find_next(s) != NO_STAGE));
}

lb_status
schedule_run(stage_list *list, const schedule_bounds *bounds, const schedule_hooks *hooks,
             lb_error *err)
{
    lb_status status = LB_OK;
    scheduler s = {.list = list,
                   .bounds = bounds,
                   .hooks = hooks,
                   .lock = PTHREAD_MUTEX_INITIALIZER,
                   .ended = PTHREAD_COND_INITIALIZER,
                   .free_threads = bounds->threads,
                   .failed = NO_STAGE,
                   .counted = lb_seconds()};
    LB_ALLOC(s.jobs, bounds->threads);
    LB_ALLOC(s.started, list->count);
    LB_ALLOC(s.rank, list->count);
    LB_TRY(rank_stages(&s, err));
    run_all(&s, err);
    status = s.failed != NO_STAGE ? err->code : LB_OK;
cleanup:
    lb_free(s.rank);
    lb_free(s.started);
    lb_free(s.jobs);
    return status;
}
