/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "estimate.h"
#include "lesionbench/atomic_file.h"

/* What the stages of a run share. */
typedef struct runner {
    stage_list *list;
    const lb_context *outer;
    const lb_study_listener *listener;
    size_t peak;
    size_t first, end; /* the stages at work: one, or a group side by side */
    double *shares;    /* (count) how far each stage has come */
} runner;

/* A running stage, for its progress. */
typedef struct progress_line {
    runner *run;
    size_t index;
} progress_line;

/* Stages side by side are told of as one: each of them comes and goes. */
static void
tell_group(const runner *run)
{
    enum { PARTS = 1000 };
    const stage_list *list = run->list;
    char text[320];
    double done = 0;
    size_t stages = 0;
    for (size_t i = run->first; i < run->end; i++) {
        done += list->stages[i].skipped ? 0 : run->shares[i];
        stages += !list->stages[i].skipped;
    }
    snprintf(text, sizeof text, "[%zu-%zu/%zu] %s", run->first + 1, run->end, list->count,
             list->stages[run->first].kind);
    lb_progress(run->outer, text, (size_t)(PARTS * done), PARTS * stages);
}

static void
tell(void *data, const char *what, size_t done, size_t total)
{
    const progress_line *self = data;
    runner *run = self->run;
#pragma omp critical(lb_study_tell)
    {
        run->shares[self->index] = total > 0 ? (double)done / (double)total : 0;
        if (run->end - run->first > 1) {
            tell_group(run);
        } else {
            char text[320];
            snprintf(text, sizeof text, "[%zu/%zu] %s: %s", self->index + 1, run->list->count,
                     run->list->stages[self->index].name, what);
            lb_progress(run->outer, text, done, total);
        }
    }
}

static void
say(const runner *run, size_t index)
{
    if (run->listener == NULL || run->listener->say == NULL) {
        return;
    }
    const stage *one = &run->list->stages[index];
    char line[320];
    if (one->skipped) {
        snprintf(line, sizeof line, "[%zu/%zu] %s: up to date", index + 1, run->list->count,
                 one->name);
    } else {
        snprintf(line, sizeof line, "[%zu/%zu] %s: done in %.1f s", index + 1, run->list->count,
                 one->name, one->seconds);
    }
    run->listener->say(run->listener->data, line);
}

/* What is to come, before it begins: a file of a few keys may ask for days. */
static lb_status
say_estimate(const runner *run, lb_error *err)
{
    study_estimate estimate;
    char lines[ESTIMATE_LINES][ESTIMATE_LINE];
    lb_status status = estimate_study(&estimate, run->list, err);
    size_t count = status == LB_OK ? estimate_print(lines, &estimate, run->list) : 0;
    bool heard = run->listener != NULL && run->listener->say != NULL;
    for (size_t i = 0; heard && i < count; i++) {
        run->listener->say(run->listener->data, lines[i]);
    }
    return status;
}

static lb_status
make_folders(const stage *one, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < MAX_OUTPUTS && one->outputs[i] != NULL; i++) {
        const char *end = strrchr(one->outputs[i], '/');
        char *folder = lb_format(err, "%.*s", (int)(end - one->outputs[i]), one->outputs[i]);
        status = folder != NULL ? lb_make_directories(folder, err) : err->code;
        lb_free(folder);
    }
    return status;
}

static lb_status
run_stage(double *seconds, const stage_list *list, const stage *one, const lb_context *context,
          lb_error *err)
{
    lb_status status = LB_OK;
    double start = lb_seconds();
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(make_folders(one, err));
    LB_TRY(one->run(list, one, context, err));
    *seconds = lb_seconds() - start;
cleanup:
    return status == LB_OK || status == LB_ERROR_INTERRUPTED
               ? status
               : lb_fail_context(err, "%s", one->name);
}

static lb_status
write_resolved(const stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *path = lb_format(err, "%s/study.yaml", list->directory), *text = NULL;
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    if (path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_atomic_file_open(&output, path, err));
    fprintf(lb_atomic_file_stream(output), "version: %s\n", PLAN_VERSIONS[PLAN_VERSION_0_2]);
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        const char *section = parts[i].section;
        if ((i > 0 && strcmp(section, parts[i - 1].section) == 0) ||
            !plan_has_section(list->study, section)) {
            continue;
        }
        bool corpora = strcmp(section, PLAN_CORPORA) == 0;
        fprintf(lb_atomic_file_stream(output), "%s:\n", section);
        for (size_t j = 0; j < (corpora ? list->study->corpus_count : 1); j++) {
            const plan_corpus *corpus = corpora ? &list->study->corpora[j] : NULL;
            text = plan_print_section(list->study, section, corpus, err);
            if (text == NULL) {
                LB_TRY(err->code);
            }
            fputs(text, lb_atomic_file_stream(output));
            lb_free(text);
        }
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(path);
    return status;
}

static void
put(lb_study_summary *summary, size_t *used, const char *name, size_t run, size_t kept,
    double seconds)
{
    int length = snprintf(summary->text + *used, sizeof summary->text - *used,
                          "%-12s %6zu %11zu %9.1f\n", name, run, kept, seconds);
    *used += length > 0 ? (size_t)length : 0;
}

/* One line for each kind of stage; kinds come in the order of the stages. */
static void
summarise(lb_study_summary *summary, const stage_list *list, size_t peak)
{
    size_t used = (size_t)snprintf(summary->text, sizeof summary->text, "%-12s %6s %11s %9s\n",
                                   "stage", "run", "up to date", "seconds");
    double total = 0;
    size_t run = 0, kept = 0;
    for (size_t i = 0, end = 0; i < list->count; i = end) {
        double seconds = 0;
        size_t skipped = 0;
        for (end = i; end < list->count && list->stages[end].kind == list->stages[i].kind; end++) {
            skipped += list->stages[end].skipped;
            seconds += list->stages[end].skipped ? 0 : list->stages[end].seconds;
        }
        put(summary, &used, list->stages[i].kind, end - i - skipped, skipped, seconds);
        total += seconds;
        run += end - i - skipped;
        kept += skipped;
    }
    put(summary, &used, "all", run, kept, total);
    snprintf(summary->text + used, sizeof summary->text - used, "peak memory  %.0f MB\n",
             (double)peak / 1e6);
}

/* The stages from first on that can run side by side: those of one kind, where each has a model of
 * its own. */
static size_t
group_end(const stage_list *list, size_t first)
{
    size_t end = first + 1;
    while (list->stages[first].beside_others && end < list->count &&
           list->stages[end].beside_others && list->stages[end].kind == list->stages[first].kind) {
        end++;
    }
    return end;
}

/* Runs one stage if it is not done, records it and tells of it. */
static lb_status
advance(runner *run, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    stage *one = &run->list->stages[index];
    progress_line told = {.run = run, .index = index};
    lb_context inner = run->outer != NULL ? *run->outer : (lb_context){0};
    inner.progress = tell;
    inner.progress_data = &told;
    double seconds = one->seconds;
    if (!one->skipped) {
        LB_TRY(run_stage(&seconds, run->list, one, &inner, err));
    }
#pragma omp critical(lb_study_tell)
    {
        one->seconds = seconds;
        one->done = true;
        run->peak = lb_peak_memory() > run->peak ? lb_peak_memory() : run->peak;
        status = one->skipped ? LB_OK : stages_write_manifest(run->list, run->peak, err);
        run->shares[index] = 1;
        say(run, index);
    }
cleanup:
    return status;
}

/* Stages that ran side by side overlap in time: each is given its share of what passed. */
static void
share_time(stage_list *list, size_t first, size_t end, double passed)
{
    double sum = 0;
    for (size_t i = first; i < end; i++) {
        sum += list->stages[i].skipped ? 0 : list->stages[i].seconds;
    }
    for (size_t i = first; sum > 0 && i < end; i++) {
        list->stages[i].seconds *= list->stages[i].skipped ? 1 : passed / sum;
    }
}

/* Runs a group, each stage in one thread, so that what a model becomes does not depend on the
 * number of threads or on which of its neighbours are done already. */
static lb_status
run_group(runner *run, size_t first, size_t end, lb_error *err)
{
    lb_status status = LB_OK;
    double start = lb_seconds();
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = first; i < end; i++) {
        lb_error own = {.code = LB_OK};
        lb_status seen;
        omp_set_num_threads(1); /* this worker's: oneDNN plans for as many as it is told of */
#pragma omp atomic read
        seen = status;
        lb_status result = seen == LB_OK ? advance(run, i, &own) : LB_OK;
        if (result != LB_OK) {
#pragma omp critical(lb_study_fail)
            {
                if (status == LB_OK) {
                    *err = own;
#pragma omp atomic write
                    status = result;
                }
            }
        }
    }
    share_time(run->list, first, end, lb_seconds() - start);
    return status;
}

/* One run at a time in a folder. The lock goes with the descriptor, also when the process is
 * killed. */
static lb_status
lock_folder(int *out, const char *directory, lb_error *err)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return lb_fail_errno(err, "%s: cannot open the folder", directory);
    }
    if (flock(folder, LOCK_EX | LOCK_NB) != 0) {
        close(folder);
        return lb_fail(err, LB_ERROR_IO,
                       "%s: another study is running in this folder (wait for it, "
                       "or use another one)",
                       directory);
    }
    *out = folder;
    return LB_OK;
}

lb_status
lb_study_run(const lb_study *study, const char *directory, lb_study_summary *summary,
             const lb_study_listener *listener, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {0};
    runner run = {.list = &list, .outer = context, .listener = listener};
    int lock = -1;
    LB_TRY(stages_make(&list, study, directory, err));
    list.listener = listener;
    LB_TRY(lb_make_directories(directory, err));
    LB_TRY(lock_folder(&lock, directory, err));
    LB_TRY(stages_read_manifest(&list, &run.peak, err));
    LB_TRY(write_resolved(&list, err));
    /* Forgets the stages of other settings before any of their files is replaced. */
    LB_TRY(stages_write_manifest(&list, run.peak, err));
    LB_TRY(say_estimate(&run, err));
    LB_ALLOC(run.shares, list.count);
    for (size_t i = 0, end = 0; i < list.count; i = end) {
        end = group_end(&list, i);
        run.first = i;
        run.end = end;
        if (end - i > 1) {
            LB_TRY(run_group(&run, i, end, err));
        } else {
            LB_TRY(advance(&run, i, err));
        }
    }
    LB_TRY(stages_write_manifest(&list, run.peak, err));
    summarise(summary, &list, lb_peak_memory());
cleanup:
    if (lock >= 0) {
        close(lock);
    }
    lb_free(run.shares);
    stages_release(&list);
    return status;
}
