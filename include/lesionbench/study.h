/* SPDX-License-Identifier: MIT */
/* A complete study from one YAML file. */
#ifndef LESIONBENCH_STUDY_H
#define LESIONBENCH_STUDY_H

#include "lesionbench/base.h"
#include "lesionbench/settings.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct lb_study lb_study;

/* path NULL: the embedded demo. The message for an unknown key or a wrong value has its line. */
lb_status lb_study_load(lb_study **out, const char *path, lb_error *err);
void lb_study_free(lb_study *study); /* accepts NULL */
/* The text of the embedded demo, studies/demo.yaml. */
const char *lb_study_demo_text(size_t *length);

/* Visits all settings of study files, section by section, each in a struct of defaults. */
void lb_study_settings(void (*visit)(void *data, const char *section, const lb_setting *setting,
                                     const void *defaults),
                       void *data);

typedef struct lb_study_summary {
    char text[4096]; /* stages, times and peak memory, ready to print */
} lb_study_summary;

/* Receives messages, one line a call: which stages will run again and why, and each stage as it
 * ends. */
typedef struct lb_study_listener {
    void (*say)(void *data, const char *line); /* NULL: no messages */
    void *data;
} lb_study_listener;

typedef struct lb_study_options {
    /* Bytes of memory that stages side by side may take, as estimated; a stage that is estimated
     * above it runs alone. 0: four fifths of what the machine has free. */
    size_t memory;
} lb_study_options;

/* Runs, in directory, every stage whose output is missing or whose inputs have changed. The inputs
 * of a stage: the revision of its kind, its settings, other stages, and external files. A stage
 * starts when its input stages are done. Stages run in parallel as far as threads and memory allow.
 * Files do not depend on the order. manifest.json is updated after each stage, so an interrupted
 * run continues where it was. If a stage fails, no further stage starts, running stages end, and
 * the error is that of the first failure. options NULL: the defaults. summary is set on success. */
lb_status lb_study_run(const lb_study *study, const char *directory,
                       const lb_study_options *options, lb_study_summary *summary,
                       const lb_study_listener *listener, const lb_context *context, lb_error *err);

/* Prints what lb_study_run() would do in directory, without doing it: a line of headings, a line
 * for each stage, and an estimate of the time. The listener must have a function. */
lb_status lb_study_plan(const lb_study *study, const char *directory,
                        const lb_study_listener *listener, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
