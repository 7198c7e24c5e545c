/* SPDX-License-Identifier: MIT */
/* The graph of stages and its scheduler, with stages whose work is a test's. */
#include "io_testing.h"

#include <omp.h>
#include <pthread.h>
#include <time.h>

#include "workflow/scheduler.h"

/* What the stages of a run are seen to do. */
typedef struct watch {
    stage_list *list;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t running, most_running, threads_used, most_threads;
    double memory, most_memory;
    bool began[16], over[16];
    size_t order[16], begun; /* stages as they began */
    size_t threads[16];      /* what each had */
    size_t ended[16];        /* calls of the hook `end` */
    size_t wait_for[16];     /* a stage goes on when this one has begun ... */
    bool wait_till_over;     /* ... or is over */
    bool fails[16];
    bool early; /* a stage began before its inputs were over */
} watch;

static double
little(const stage_list *list, const stage *self)
{
    (void)list;
    (void)self;
    return 60;
}

static double
much(const stage_list *list, const stage *self)
{
    (void)list;
    (void)self;
    return 1000;
}

static double
long_work(const stage_list *list, const stage *self)
{
    (void)list;
    (void)self;
    return 100;
}

static const stage_kind A = {.name = "a", .revision = 1, .threads = STAGE_ONE_THREAD};
static const stage_kind B = {.name = "b", .revision = 1, .threads = STAGE_ONE_THREAD};
static const stage_kind ANY = {.name = "any", .revision = 1, .threads = STAGE_ANY_THREADS};
static const stage_kind LITTLE = {
    .name = "little", .revision = 1, .threads = STAGE_ONE_THREAD, .memory = little};
static const stage_kind MUCH = {
    .name = "much", .revision = 1, .threads = STAGE_ONE_THREAD, .memory = much};
static const stage_kind LONG = {
    .name = "long", .revision = 1, .threads = STAGE_ONE_THREAD, .seconds = long_work};

static void
make_list(stage_list *list, const stage_kind *const *kinds, size_t count)
{
    lb_error err;
    char name[24];
    assert_ok(stage_list_init(list, "folder", count, &err));
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%zu", i);
        assert_ok(stage_add(list, kinds[i], name, name, NULL, &err));
    }
}

static void
needs(stage_list *list, size_t index, size_t input)
{
    lb_error err;
    assert_ok(stage_needs(&list->stages[index], input, &err));
}

static double
memory_of(const stage *one, const stage_list *list)
{
    return one->kind->memory != NULL ? one->kind->memory(list, one) : 0;
}

/* Waits for another stage; a minute, so that a scheduler that never starts it fails the test
 * instead of hanging it. */
static bool
await(watch *w, const bool *flag)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 60;
    while (!*flag) {
        if (pthread_cond_timedwait(&w->changed, &w->lock, &end) != 0) {
            return false;
        }
    }
    return true;
}

static lb_status
work(void *data, size_t index, lb_error *err)
{
    watch *w = data;
    const stage *one = &w->list->stages[index];
    bool fine = true;
    pthread_mutex_lock(&w->lock);
    w->began[index] = true;
    w->order[w->begun++] = index;
    w->threads[index] = (size_t)omp_get_max_threads();
    for (size_t i = 0; i < one->input_count; i++) {
        size_t input = one->inputs[i].stage;
        w->early = w->early || (input != NO_STAGE && !w->over[input]);
    }
    w->running = w->threads_used = 0;
    w->memory = 0;
    for (size_t i = 0; i < w->list->count; i++) { /* what the scheduler has not heard the end of */
        if (w->began[i] && w->ended[i] == 0) {
            w->running++;
            w->threads_used += w->threads[i];
            w->memory += memory_of(&w->list->stages[i], w->list);
        }
    }
    w->most_running = w->running > w->most_running ? w->running : w->most_running;
    w->most_threads = w->threads_used > w->most_threads ? w->threads_used : w->most_threads;
    w->most_memory = w->memory > w->most_memory ? w->memory : w->most_memory;
    pthread_cond_broadcast(&w->changed);
    if (w->wait_for[index] != NO_STAGE) {
        size_t other = w->wait_for[index];
        fine = await(w, w->wait_till_over ? &w->over[other] : &w->began[other]);
    }
    w->over[index] = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (w->wait_till_over && w->wait_for[index] != NO_STAGE && !w->fails[index]) {
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL); /* until failures are heard of */
    }
    if (!fine) {
        return lb_fail(err, LB_ERROR_NUMERIC, "%s waits in vain", one->name);
    }
    return w->fails[index] ? lb_fail(err, LB_ERROR_IO, "%s fails", one->name) : LB_OK;
}

static lb_status
note_end(void *data, size_t index, double seconds, lb_error *err)
{
    (void)err;
    watch *w = data;
    assert_true(seconds >= 0 && w->list->stages[index].done);
    pthread_mutex_lock(&w->lock);
    w->ended[index]++;
    pthread_mutex_unlock(&w->lock);
    return LB_OK;
}

static watch
watch_of(stage_list *list)
{
    watch w = {
        .list = list, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    for (size_t i = 0; i < 16; i++) {
        w.wait_for[i] = NO_STAGE;
    }
    return w;
}

static lb_status
run(watch *w, size_t threads, double memory, lb_error *err)
{
    const schedule_bounds bounds = {.threads = threads, .memory = memory};
    const schedule_hooks hooks = {.run = work, .end = note_end, .data = w};
    return schedule_run(w->list, &bounds, &hooks, err);
}

/* Each stage runs once, after its inputs, wherever these stand in the list; what is done stays. */
static void
stages_follow_their_inputs(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&B, &B, &A, &A, &ANY, &A};
    for (size_t threads = 1; threads <= 4; threads++) {
        stage_list list = {0};
        make_list(&list, kinds, 6);
        needs(&list, 0, 1);
        needs(&list, 1, 2);
        needs(&list, 1, 3);
        needs(&list, 2, 4);
        needs(&list, 3, 4);
        needs(&list, 2, 5);
        list.stages[5].done = true;
        watch w = watch_of(&list);
        w.over[5] = true;
        assert_ok(run(&w, threads, 1e9, &err));
        assert_int_equal(w.begun, 5);
        assert_false(w.early);
        for (size_t i = 0; i < 6; i++) {
            assert_int_equal(w.ended[i], i == 5 ? 0 : 1);
            assert_true(list.stages[i].done);
        }
        assert_true(w.most_running <= threads);
        stages_release(&list);
    }
}

/* A stage of the second kind starts while one of the first is at work. */
static void
kinds_have_no_barrier(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&A, &A, &B, &B};
    stage_list list = {0};
    make_list(&list, kinds, 4);
    needs(&list, 2, 0);
    needs(&list, 3, 1);
    watch w = watch_of(&list);
    w.wait_for[1] = 2; /* the second of kind a ends when the first of kind b has begun */
    assert_ok(run(&w, 2, 1e9, &err));
    assert_int_equal(w.begun, 4);
    stages_release(&list);
}

/* Stages run side by side as long as their memory is within the bound; one above it runs alone. */
static void
memory_is_bounded(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&LITTLE, &LITTLE, &MUCH, &LITTLE, &LITTLE};
    stage_list list = {0};
    make_list(&list, kinds, 5);
    watch w = watch_of(&list);
    assert_ok(run(&w, 4, 100, &err));
    assert_int_equal(w.begun, 5);
    assert_int_equal(w.most_running, 1);
    assert_close(w.most_memory, 1000, 0, 0);
    stages_release(&list);
    make_list(&list, kinds, 5);
    w = watch_of(&list);
    /* Two fit into 130, three do not. Each waits until the other has begun. */
    w.wait_for[0] = 1;
    w.wait_for[1] = 0;
    assert_ok(run(&w, 4, 130, &err));
    assert_int_equal(w.most_running, 2);
    assert_close(w.most_memory, 1000, 0, 0);
    stages_release(&list);
}

/* Stages of a kind take one thread each, one that is alone in its kind takes all, and one that can
 * do with any number takes what is free. */
static void
threads_are_shared(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&A, &A, &B, &ANY};
    stage_list list = {0};
    make_list(&list, kinds, 4);
    needs(&list, 2, 0);
    needs(&list, 3, 0);
    watch w = watch_of(&list);
    /* Beside the second stage three of four threads are free. Each waits until the other has begun. */
    w.wait_for[1] = 3;
    w.wait_for[3] = 1;
    list.stages[2].done = true;
    assert_ok(run(&w, 4, 1e9, &err));
    assert_int_equal(w.threads[0], 1);
    assert_int_equal(w.threads[1], 1);
    assert_int_equal(w.threads[3], 3);
    assert_int_equal(w.most_threads, 4);
    list.stages[2].done = false; /* of kind b there is one: it is given all */
    w = watch_of(&list);
    assert_ok(run(&w, 4, 1e9, &err));
    assert_int_equal(w.begun, 1);
    assert_int_equal(w.threads[2], 4);
    stages_release(&list);
}

/* Of stages that may start the one with the longest way behind it comes first. */
static void
the_longest_way_comes_first(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&A, &A, &A, &LONG};
    stage_list list = {0};
    make_list(&list, kinds, 4);
    needs(&list, 3, 2);
    watch w = watch_of(&list);
    assert_ok(run(&w, 1, 1e9, &err));
    const size_t expected[] = {2, 3, 0, 1};
    assert_memory_equal(w.order, expected, sizeof expected);
    stages_release(&list);
}

/* When a stage fails no other starts, those at work end, and the first in the list is told of. */
static void
the_first_error_is_told(void **state)
{
    (void)state;
    lb_error err = {.code = LB_OK};
    const stage_kind *const kinds[] = {&A, &A, &A, &A, &B};
    stage_list list = {0};
    make_list(&list, kinds, 5);
    needs(&list, 4, 2);
    watch w = watch_of(&list);
    w.wait_till_over = true;
    w.fails[0] = w.fails[1] = true;
    w.wait_for[0] = 1; /* the second fails first */
    w.wait_for[2] = 0; /* and the third is at work until both have */
    assert_int_equal(run(&w, 3, 1e9, &err), LB_ERROR_IO);
    assert_string_equal(err.message, "a/0 fails");
    assert_true(w.ended[2] == 1 && list.stages[2].done);
    assert_false(list.stages[0].done || list.stages[1].done);
    assert_false(w.began[3] || w.began[4]);
    stages_release(&list);
}

/* Inputs that lead back or are no stages are errors that name a stage. */
static void
wrong_inputs_are_errors(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&A, &A, &A, &B};
    stage_list list = {0};
    make_list(&list, kinds, 4);
    needs(&list, 1, 2);
    needs(&list, 2, 3);
    needs(&list, 3, 1);
    assert_int_equal(graph_keys(&list, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "a/1: its inputs lead back to it");
    watch w = watch_of(&list);
    assert_int_equal(run(&w, 2, 1e9, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(w.begun, 0);
    stages_release(&list);
    make_list(&list, kinds, 4);
    needs(&list, 0, 0);
    assert_int_equal(graph_keys(&list, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "a/0: its inputs lead back to it");
    stages_release(&list);
    make_list(&list, kinds, 4);
    needs(&list, 2, 7);
    assert_int_equal(graph_keys(&list, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "a/2: its input 7 is none of the 4 stages");
    stages_release(&list);
}

/* Stages are not more than there is room for, and an input given twice is one. */
static void
lists_are_checked(void **state)
{
    (void)state;
    lb_error err;
    const stage_kind *const kinds[] = {&A, &A};
    stage_list list = {0};
    make_list(&list, kinds, 2);
    assert_int_equal(stage_add(&list, &A, "x", "x", NULL, &err), LB_ERROR_ARGUMENT);
    needs(&list, 1, 0);
    needs(&list, 1, 0);
    assert_int_equal(list.stages[1].input_count, 1);
    stages_release(&list);
}

/* The keys of a chain a/0 <- a/1 <- b/2, and a/3 beside it. */
static void
keys_of(uint64_t keys[4], const stage_kind *middle, const char *setting, uint64_t file)
{
    lb_error err;
    const stage_kind *const kinds[] = {&A, middle, &B, &A};
    stage_list list = {0};
    make_list(&list, kinds, 4);
    needs(&list, 1, 0);
    needs(&list, 2, 1);
    assert_ok(stage_add_setting(&list.stages[1], "seed", setting, &err));
    assert_ok(stage_needs_file(&list.stages[1], "scan.nii", file, &err));
    assert_ok(graph_keys(&list, &err));
    for (size_t i = 0; i < 4; i++) {
        keys[i] = list.stages[i].key;
        assert_true(i == 0 || keys[i] != keys[i - 1]);
    }
    stages_release(&list);
}

/* A key changes with the revision, the settings and the files, and so do those that follow it. */
static void
keys_follow_revisions(void **state)
{
    (void)state;
    uint64_t first[4], other[4];
    stage_kind revised = A;
    revised.revision = 2;
    keys_of(first, &A, "1", 5);
    keys_of(other, &A, "1", 5);
    assert_memory_equal(first, other, sizeof first);
    const struct {
        const stage_kind *kind;
        const char *setting;
        uint64_t file;
    } changes[] = {{&revised, "1", 5}, {&A, "2", 5}, {&A, "1", 6}};
    for (size_t i = 0; i < 3; i++) {
        keys_of(other, changes[i].kind, changes[i].setting, changes[i].file);
        assert_true(first[0] == other[0] && first[3] == other[3]);
        assert_true(first[1] != other[1] && first[2] != other[2]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_follow_their_inputs),  cmocka_unit_test(kinds_have_no_barrier),
        cmocka_unit_test(memory_is_bounded),           cmocka_unit_test(threads_are_shared),
        cmocka_unit_test(the_longest_way_comes_first), cmocka_unit_test(the_first_error_is_told),
        cmocka_unit_test(wrong_inputs_are_errors),     cmocka_unit_test(lists_are_checked),
        cmocka_unit_test(keys_follow_revisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
