/* SPDX-License-Identifier: MIT */
/* A whole study from one YAML file. */
#ifndef LESIONBENCH_STUDY_H
#define LESIONBENCH_STUDY_H

#include "lesionbench/base.h"
#include "lesionbench/settings.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct lb_study lb_study;

/* path NULL: the embedded demo. Unknown keys and wrong values are named with their line. */
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

/* Hears one plain line about each stage as it ends. */
typedef struct lb_study_listener {
    void (*say)(void *data, const char *line); /* NULL: nobody listens */
    void *data;
} lb_study_listener;

/* Runs every stage whose output is missing or whose inputs have changed, in directory. A stage's
 * inputs are its settings, the stages and files it reads from, and the program's version. What is
 * done is recorded in manifest.json after each stage, so that a run that was killed goes on where
 * it was. summary is set on success. */
lb_status lb_study_run(const lb_study *study, const char *directory, lb_study_summary *summary,
                       const lb_study_listener *listener, const lb_context *context, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
