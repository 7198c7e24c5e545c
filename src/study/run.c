/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "lesionbench/output.h"
#include "stages.h"

/* Progress of a stage, told as that of the study. */
typedef struct teller {
    const lb_context *outer;
    const stage *current;
    size_t number, count;
} teller;

static void
tell(void *data, const char *what, size_t done, size_t total)
{
    const teller *self = data;
    char text[320];
    snprintf(text, sizeof text, "[%zu/%zu] %s: %s", self->number, self->count, self->current->name,
             what);
    lb_progress(self->outer, text, done, total);
}

static void
say(const lb_study_listener *listener, const teller *self)
{
    if (listener == NULL || listener->say == NULL) {
        return;
    }
    char line[320];
    if (self->current->skipped) {
        snprintf(line, sizeof line, "[%zu/%zu] %s: up to date", self->number, self->count,
                 self->current->name);
    } else {
        snprintf(line, sizeof line, "[%zu/%zu] %s: done in %.1f s", self->number, self->count,
                 self->current->name, self->current->seconds);
    }
    listener->say(listener->data, line);
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
run_stage(stage_list *list, stage *one, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    double start = lb_seconds();
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(make_folders(one, err));
    LB_TRY(one->run(list, one, context, err));
    one->seconds = lb_seconds() - start;
    one->done = true;
cleanup:
    return status == LB_OK || status == LB_ERROR_INTERRUPTED
               ? status
               : lb_fail_context(err, "%s", one->name);
}

static lb_status
write_resolved(const stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    lb_output *output = NULL;
    char *path = lb_format(err, "%s/study.yaml", list->directory), *text = NULL;
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    if (path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_output_open(&output, path, err));
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        const char *section = parts[i].section;
        if (i > 0 && strcmp(section, parts[i - 1].section) == 0) {
            continue;
        }
        bool corpora = strcmp(section, PLAN_CORPORA) == 0;
        fprintf(lb_output_stream(output), "%s:\n", section);
        for (size_t j = 0; j < (corpora ? list->study->corpus_count : 1); j++) {
            const plan_corpus *corpus = corpora ? &list->study->corpora[j] : NULL;
            text = plan_print_section(list->study, section, corpus, err);
            if (text == NULL) {
                LB_TRY(err->code);
            }
            fputs(text, lb_output_stream(output));
            lb_free(text);
        }
    }
    LB_TRY(lb_output_commit(output, err));
cleanup:
    lb_output_close(output);
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

lb_status
lb_study_run(const lb_study *study, const char *directory, lb_study_summary *summary,
             const lb_study_listener *listener, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {0};
    size_t peak = 0;
    teller told = {.outer = context};
    lb_context inner = context != NULL ? *context : (lb_context){0};
    inner.progress = tell;
    inner.progress_data = &told;
    LB_TRY(stages_make(&list, study, directory, err));
    LB_TRY(lb_make_directories(directory, err));
    LB_TRY(stages_read_manifest(&list, &peak, err));
    LB_TRY(write_resolved(&list, err));
    told.count = list.count;
    for (size_t i = 0; i < list.count; i++) {
        told.current = &list.stages[i];
        told.number = i + 1;
        if (!list.stages[i].done) {
            LB_TRY(run_stage(&list, &list.stages[i], &inner, err));
            peak = lb_peak_memory() > peak ? lb_peak_memory() : peak;
            LB_TRY(stages_write_manifest(&list, peak, err));
        }
        say(listener, &told);
    }
    LB_TRY(stages_write_manifest(&list, peak, err));
    summarise(summary, &list, lb_peak_memory());
cleanup:
    stages_release(&list);
    return status;
}
