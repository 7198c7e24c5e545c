/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <fcntl.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/platform.h"
#include "estimate.h"
#include "kinds.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/paths.h"
#include "listing.h"
#include "manifest.h"
#include "run_progress.h"
#include "scheduler.h"

/* What the stages of a run share. */
typedef struct runner {
    stage_list *list;
    run_progress progress;
    size_t peak;
} runner;

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
check_outputs(const stage *one, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < MAX_OUTPUTS && one->outputs[i] != NULL; i++) {
        bool there = false;
        status = lb_path_exists(&there, one->outputs[i], err);
        if (status == LB_OK && !there) {
            status = lb_fail(err, LB_ERROR_IO, "%s was not written", one->outputs[i]);
        }
    }
    return status;
}

static lb_status
run_stage(void *data, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    runner *self = data;
    const stage *one = &self->list->stages[index];
    stage_progress told;
    const lb_context context = run_progress_begin(&self->progress, index, &told);
    LB_TRY(lb_check_cancelled(&context, err));
    LB_TRY(make_folders(one, err));
    LB_TRY(one->kind->run(self->list, one, &context, err));
    LB_TRY(check_outputs(one, err));
cleanup:
    run_progress_end(&self->progress, index, status == LB_OK);
    return status == LB_OK || status == LB_ERROR_INTERRUPTED
               ? status
               : lb_fail_context(err, "%s", one->name);
}

static void
say_stage(runner *self, size_t index, double seconds)
{
    const stage *one = &self->list->stages[index];
    char line[320], took[64] = "up to date";
    if (one->state != STAGE_DONE) {
        snprintf(took, sizeof took, "done in %.1f s", seconds);
    }
    snprintf(line, sizeof line, "[%zu/%zu] %s: %s", index + 1, self->list->count, one->name, took);
    run_progress_say(&self->progress, line);
}

/* Records a stage and tells of it. */
static lb_status
end_stage(void *data, size_t index, double seconds, lb_error *err)
{
    runner *self = data;
    self->peak = lb_peak_memory() > self->peak ? lb_peak_memory() : self->peak;
    lb_status status = manifest_write(self->list, self->peak, err);
    if (status == LB_OK) {
        say_stage(self, index, seconds);
    }
    return status;
}

/* What is to come, before it begins: a file of a few keys may ask for days. */
static void
say_estimate(const stage_list *list, const lb_study_listener *listener)
{
    study_estimate estimate;
    char lines[ESTIMATE_LINES][ESTIMATE_LINE];
    estimate_study(&estimate, list);
    size_t count = estimate_print(lines, &estimate, list);
    for (size_t i = 0; i < count; i++) {
        listener->say(listener->data, lines[i]);
    }
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

/* One run at a time in a folder. The lock goes with the descriptor, also when the process is
 * killed. */
static lb_status
lock_folder(int *out, const char *directory, lb_error *err)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return lb_fail_errno(err, "%s: cannot open the folder", directory);
    }
    if (!lb_platform_lock_folder(folder)) {
        close(folder);
        return lb_fail(err, LB_ERROR_IO,
                       "%s: another study is running in this folder (wait for it, "
                       "or use another one)",
                       directory);
    }
    *out = folder;
    return LB_OK;
}

/* Four fifths of what the machine has free now. */
static double
memory_bound(const lb_study_options *options)
{
    if (options != NULL && options->memory > 0) {
        return (double)options->memory;
    }
    size_t available = lb_available_memory();
    return available > 0 ? 0.8 * (double)available : 1e300;
}

static lb_status
run_stages(runner *self, const lb_study_options *options, lb_error *err)
{
    const schedule_bounds bounds = {.threads = (size_t)omp_get_max_threads(),
                                    .memory = memory_bound(options)};
    const schedule_hooks hooks = {.run = run_stage, .end = end_stage, .data = self};
    for (size_t i = 0; i < self->list->count; i++) {
        if (self->list->stages[i].state == STAGE_DONE) {
            say_stage(self, i, 0);
        }
    }
    return schedule_run(self->list, &bounds, &hooks, err);
}

lb_status
study_run(const lb_study *study, const stage_kind *kinds, const char *directory,
          const lb_study_options *options, lb_study_summary *summary,
          const lb_study_listener *listener, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {0};
    manifest_facts facts = {0};
    runner self = {.list = &list};
    int lock = -1;
    LB_TRY(stages_make(&list, study, kinds, directory, err));
    LB_TRY(run_progress_init(&self.progress, &list, context, listener, err));
    list.listener = &self.progress.locked;
    LB_TRY(lb_make_directories(directory, err));
    LB_TRY(lock_folder(&lock, directory, err));
    LB_TRY(manifest_read(&facts, &list, err));
    self.peak = facts.peak;
    LB_TRY(listing_say_changes(&list, &facts, list.listener, err));
    LB_TRY(write_resolved(&list, err));
    /* Forgets the stages of other settings before any of their files is replaced. */
    LB_TRY(manifest_write(&list, self.peak, err));
    say_estimate(&list, list.listener);
    LB_TRY(run_stages(&self, options, err));
    LB_TRY(manifest_write(&list, self.peak, err));
    listing_summarise(summary, &list, lb_peak_memory());
cleanup:
    if (lock >= 0) {
        close(lock);
    }
    run_progress_release(&self.progress);
    stages_release(&list);
    return status;
}

lb_status
study_plan(const lb_study *study, const stage_kind *kinds, const char *directory,
           const lb_study_listener *listener, lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {0};
    manifest_facts facts = {0};
    LB_TRY(stages_make(&list, study, kinds, directory, err));
    LB_TRY(manifest_read(&facts, &list, err));
    LB_TRY(listing_say_graph(&list, listener, err));
    say_estimate(&list, listener);
cleanup:
    stages_release(&list);
    return status;
}

lb_status
lb_study_run(const lb_study *study, const char *directory, const lb_study_options *options,
             lb_study_summary *summary, const lb_study_listener *listener,
             const lb_context *context, lb_error *err)
{
    return study_run(study, study_kinds(), directory, options, summary, listener, context, err);
}

lb_status
lb_study_plan(const lb_study *study, const char *directory, const lb_study_listener *listener,
              lb_error *err)
{
    return study_plan(study, study_kinds(), directory, listener, err);
}
