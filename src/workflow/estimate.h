/* SPDX-License-Identifier: MIT */
/* Estimates the work of the stages that are not done, before they start. */
#ifndef LB_WORKFLOW_ESTIMATE_H
#define LB_WORKFLOW_ESTIMATE_H

#include "stages.h"

typedef struct study_estimate {
    size_t trainings;    /* networks to train, candidates of a search included */
    size_t explanations; /* networks to explain, and the controls ... */
    double explained;    /* ... on so many images, at most */
    double seconds, bytes;
} study_estimate;

enum { ESTIMATE_LINES = 3, ESTIMATE_LINE = 400 };

void estimate_study(study_estimate *out, const stage_list *list);
/* In words; the number of lines, 0 where no network is to be trained or explained. */
size_t estimate_print(char lines[ESTIMATE_LINES][ESTIMATE_LINE], const study_estimate *estimate,
                      const stage_list *list);

#endif
