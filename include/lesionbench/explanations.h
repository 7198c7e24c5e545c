/* SPDX-License-Identifier: MIT */
/* Explaining many images into explanations.h5, scoring each map as it comes, so that memory does
 * not grow with their number; and scoring maps from files. */
#ifndef LESIONBENCH_EXPLANATIONS_H
#define LESIONBENCH_EXPLANATIONS_H

#include "lesionbench/dataset.h"
#include "lesionbench/explain.h"
#include "lesionbench/predictions.h"
#include "lesionbench/strata.h"
#include "lesionbench/tables.h"
#include "lesionbench/training.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_keep { LB_KEEP_NONE, LB_KEEP_MAPS, LB_KEEP_RAW } lb_keep;

/* How maps are scored, and which. All zero: all maps, no metrics but the counts and rates. */
typedef struct lb_scoring {
    lb_metric_set metrics;
    lb_ties ties;
    /* What models said of the images of the split. Where there are any, the column selection tells
     * of each image "correct" (right for all), "wrong_for_all", "wrong" (for the model that the
     * maps are of, by its name) or nothing, and maps of other images than `selection`'s are left
     * out. */
    const lb_predictions *models;
    size_t model_count;
    lb_selection selection;
} lb_scoring;

typedef struct lb_explain_item {
    size_t image;          /* index in the source; also the key of its random stream */
    uint8_t target;        /* the class whose logit is explained */
    const char *selection; /* why it was chosen, for the scores; "" */
    bool kept;             /* its maps go into the file */
} lb_explain_item;

typedef struct lb_explain_job {
    lb_network *network; /* NULL where all methods are baselines */
    lb_model_name name;
    const lb_image_source *images;
    lb_dataset *dataset; /* where the truth is; NULL: maps are not scored */
    lb_split split;
    const lb_explain_item *items;
    size_t count;
    const size_t *methods;
    size_t method_count;
    lb_explain_options options;
    lb_scoring scoring;
    lb_keep keep;
} lb_explain_job;

/* Writes `index`, `label` (the targets) and a group per method with the kept images' maps to path.
 * Appends count x method_count rows to scores, ordered by method, then by item; scores may be NULL.
 */
lb_status lb_explain_to_file(const lb_explain_job *job, const char *path, lb_score_rows *scores,
                             const lb_context *context, lb_error *err);

/* Scores the maps of explanations.h5 against the truth of dataset.h5. */
lb_status lb_score_explanations(lb_score_rows *scores, const char *maps, lb_dataset *dataset,
                                lb_split split, const lb_scoring *scoring,
                                const lb_context *context, lb_error *err);
/* Scores maps against truths, both (N, H, W) in .npy files. */
lb_status lb_score_arrays(lb_score_rows *scores, const char *maps, const char *truths,
                          const lb_scoring *scoring, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
