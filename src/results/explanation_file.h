/* SPDX-License-Identifier: MIT */
/* How explanations.h5 is laid out and written. */
#ifndef LB_STUDY_EXPLANATION_FILE_H
#define LB_STUDY_EXPLANATION_FILE_H

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

/* The job's groups, those of controls last; freed with lb_free(). */
lb_status explanation_groups(map_group **out, size_t *count, const lb_explain_job *job,
                             lb_error *err);

/* Which of the job's items have a row in the file: row (count) is SIZE_MAX for the others. Returns
 * the number of rows. Without maps every item has one, for its certificates. */
size_t explanation_rows(size_t *row, const lb_explain_job *job);

/* Root attributes, index, and room for each group's maps. */
lb_status explanation_begin(lb_h5 *file, const lb_explain_job *job, const map_group *groups,
                            size_t group_count, const size_t *row, size_t rows, lb_error *err);
/* A map, and its attribution where the job keeps it and there is one. */
lb_status explanation_keep(lb_h5 *file, const lb_explain_job *job, const map_group *group,
                           size_t row, const float *map, const float *attribution, lb_error *err);
/* What else a group has: its settings, the certificates (items) and the similarities (items) to the
 * original, NULL for none. */
lb_status explanation_finish_group(lb_h5 *file, const lb_explain_job *job, const map_group *group,
                                   const size_t *row, size_t rows,
                                   const lb_diagnostics *diagnostics,
                                   const lb_similarity *similarities, lb_error *err);

#endif
