/* SPDX-License-Identifier: MIT */
/* The scores of a study folder, of the table that tables/scores.csv is read into. */
#ifndef LB_REPORT_SCORES_H
#define LB_REPORT_SCORES_H

#include "folder.h"

/* The index of a name among these, or NOT_KNOWN. */
int name_index(const char *const *names, size_t count, const char *name);
/* Whether a row that names its condition so is of the folder's. */
bool folder_is_of(const study_folder *folder, const char *condition);
/* Fills in the folder's scores and images, after its corpora and methods. Reads the table if no
 * call has. */
lb_status scores_load(study_folder *folder, report_scores *scores, lb_error *err);

#endif
