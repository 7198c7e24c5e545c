/* SPDX-License-Identifier: MIT */
/* The layout of explanations.h5, and its writer. */
#ifndef LB_RESULTS_EXPLANATION_FILE_H
#define LB_RESULTS_EXPLANATION_FILE_H

#include "lesionbench/explanations.h"
#include "lesionbench/h5.h"
#include "lesionbench/similarity.h"

#define NO_CONTROL SIZE_MAX

/* The maps of one method by one network: a group of the file, and of the scores. */
typedef struct map_group {
    char name[64]; /* "saliency", "untrained:saliency" */
    const lb_method *method;
    size_t control; /* index in the job's controls; NO_CONTROL: the network itself */
    size_t
        original; /* of a control: the group of the same method by the network; else NO_CONTROL */
} map_group;

/* The job's groups, those of controls last. The caller frees them (lb_free). */
lb_status explanation_groups(map_group **out, size_t *count, const lb_explain_job *job,
                             lb_error *err);

/* The row of each item of the job in the file: row (count); SIZE_MAX: no row. Returns the number of
 * rows. Without maps every item has a row, for its diagnostics. */
size_t explanation_rows(size_t *row, const lb_explain_job *job);

/* Writes root attributes and index, and reserves the datasets of each group's maps. */
lb_status explanation_begin(lb_h5 *file, const lb_explain_job *job, const map_group *groups,
                            size_t group_count, const size_t *row, size_t rows, lb_error *err);
/* Writes a map, and its attribution if the job keeps it and there is one. */
lb_status explanation_keep(lb_h5 *file, const lb_explain_job *job, const map_group *group,
                           size_t row, const float *map, const float *attribution, lb_error *err);
/* Writes the rest of a group: its settings, the diagnostics (items), and the similarities (items)
 * to the original; NULL: none. */
lb_status explanation_finish_group(lb_h5 *file, const lb_explain_job *job, const map_group *group,
                                   const size_t *row, size_t rows,
                                   const lb_diagnostics *diagnostics,
                                   const lb_similarity *similarities, lb_error *err);

#endif
