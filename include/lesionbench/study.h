/* SPDX-License-Identifier: MIT */
/* A whole study from one YAML file. */
#ifndef LESIONBENCH_STUDY_H
#define LESIONBENCH_STUDY_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_study lb_study;

/* path NULL: the embedded demo. Unknown keys and wrong values are named with their line. */
lb_status lb_study_load(lb_study **out, const char *path, lb_error *err);
void lb_study_free(lb_study *study); /* accepts NULL */

typedef struct lb_study_summary {
    char text[4096]; /* stages, times and peak memory, ready to print */
} lb_study_summary;

/* Runs every stage whose output is missing or whose inputs have changed, in directory. */
lb_status lb_study_run(const lb_study *study, const char *directory, lb_study_summary *summary,
                       const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
