/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether two stages of one kind are made anew for the same reason. */
static bool
alike(const stage *a, const stage *b)
{
    return a->kind == b->kind && a->state == b->state &&
           ((a->inputs_changed && b->inputs_changed) || strcmp(a->reason, b->reason) == 0);
}

static void
say(const lb_study_listener *listener, const char *line)
{
    listener->say(listener->data, line);
}

lb_status
listing_say_changes(const stage_list *list, const manifest_facts *facts,
                    const lb_study_listener *listener, lb_error *err)
{
    char line[640];
    if (facts->unreadable) {
        char *text = lb_format(err,
                               "%s/manifest.json cannot be read as JSON: all stages will be made "
                               "anew",
                               list->directory);
        if (text == NULL) {
            return err->code;
        }
        say(listener, text);
        lb_free(text);
    }
    for (size_t i = 0, end = 0; i < list->count; i = end) {
        const stage *one = &list->stages[i];
        end = i + 1;
        if (one->state != STAGE_CHANGED) {
            continue;
        }
        while (end < list->count && alike(one, &list->stages[end])) {
            end++;
        }
        if (end == i + 1) {
            snprintf(line, sizeof line, "will be made anew: %s (%s)", one->name, one->reason);
        } else {
            snprintf(line, sizeof line, "will be made anew: %zu stages of %s (%s)", end - i,
                     one->kind->name, one->inputs_changed ? "their inputs change" : one->reason);
        }
        say(listener, line);
    }
    return LB_OK;
}

/* "done", "to do", "changed: seed: 1 -> 2" */
static void
print_state(char *out, size_t size, const stage *one)
{
    static const char *const NAMES[] = {"to do", "done", "changed"};
    bool says = one->state == STAGE_CHANGED;
    snprintf(out, size, "%s%s%s", NAMES[one->state], says ? ": " : "", says ? one->reason : "");
}

/* The kind of an input; NULL of a file. */
static const stage_kind *
kind_of(const stage_list *list, const stage_input *input)
{
    return input->stage == NO_STAGE ? NULL : list->stages[input->stage].kind;
}

/* Inputs by name; three or more of a kind by their number. */
static void
print_inputs(FILE *stream, const stage_list *list, const stage *one)
{
    enum { NAMED = 2 };
    for (size_t i = 0, end = 0; i < one->input_count; i = end) {
        const stage_kind *kind = kind_of(list, &one->inputs[i]);
        end = i + 1;
        while (kind != NULL && end < one->input_count && kind_of(list, &one->inputs[end]) == kind) {
            end++;
        }
        fputs(i > 0 ? ", " : "", stream);
        if (end - i > NAMED) {
            fprintf(stream, "%zu stages of %s", end - i, kind->name);
        } else {
            end = i + 1;
            fputs(stage_input_name(list, &one->inputs[i]), stream);
        }
    }
}

static void
print_stage(FILE *stream, const stage_list *list, const stage *one, int width, int state_width)
{
    char state[320];
    print_state(state, sizeof state, one);
    double memory = one->kind->memory != NULL ? one->kind->memory(list, one) : 0;
    fprintf(stream, "%-*s  %-8s  %8u  %9.0f  %-*s  ", width, one->name, one->kind->name,
            one->kind->revision, memory / 1e6, state_width, state);
    print_inputs(stream, list, one);
}

/* The wider of a width and a text; a single long text does not move all the others. */
static int
wider(int width, const char *text)
{
    enum { WIDEST = 72 };
    size_t length = strlen(text);
    return length > (size_t)width && length <= WIDEST ? (int)length : width;
}

lb_status
listing_say_graph(const stage_list *list, const lb_study_listener *listener, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL, state[320];
    size_t size = 0;
    int width = 8, state_width = 8;
    for (size_t i = 0; i < list->count; i++) {
        print_state(state, sizeof state, &list->stages[i]);
        width = wider(width, list->stages[i].name);
        state_width = wider(state_width, state);
    }
    for (size_t i = 0; i <= list->count && status == LB_OK; i++) {
        FILE *stream = open_memstream(&text, &size);
        if (stream == NULL) {
            return lb_fail_errno(err, "cannot print the stages");
        }
        if (i == 0) {
            fprintf(stream, "%-*s  %-8s  %8s  %9s  %-*s  %s", width, "stage", "kind", "revision",
                    "memory MB", state_width, "state", "inputs");
        } else {
            print_stage(stream, list, &list->stages[i - 1], width, state_width);
        }
        status = fclose(stream) == 0 ? LB_OK : lb_fail_errno(err, "cannot print the stages");
        if (status == LB_OK) {
            say(listener, text);
        }
        free(text);
        text = NULL;
    }
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
void
listing_summarise(lb_study_summary *summary, const stage_list *list, size_t peak)
{
    size_t used = (size_t)snprintf(summary->text, sizeof summary->text, "%-12s %6s %11s %9s\n",
                                   "stage", "run", "up to date", "seconds");
    double total = 0;
    size_t run = 0, up_to_date = 0;
    for (size_t i = 0, end = 0; i < list->count; i = end) {
        double seconds = 0;
        size_t skipped = 0;
        for (end = i; end < list->count && list->stages[end].kind == list->stages[i].kind; end++) {
            bool kept = list->stages[end].state == STAGE_DONE;
            skipped += kept;
            seconds += kept ? 0 : list->stages[end].seconds;
        }
        put(summary, &used, list->stages[i].kind->name, end - i - skipped, skipped, seconds);
        total += seconds;
        run += end - i - skipped;
        up_to_date += skipped;
    }
    put(summary, &used, "all", run, up_to_date, total);
    snprintf(summary->text + used, sizeof summary->text - used, "peak memory  %.0f MB\n",
             (double)peak / 1e6);
}
