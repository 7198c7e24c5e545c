/* SPDX-License-Identifier: MIT */
/* Explaining many images into explanations.h5, scoring each map as it comes, so that memory does
 * not grow with their number; and scoring maps from files. */
#ifndef LESIONBENCH_EXPLANATIONS_H
#define LESIONBENCH_EXPLANATIONS_H

#include "lesionbench/dataset.h"
#include "lesionbench/method.h"
#include "lesionbench/predictions.h"
#include "lesionbench/similarity.h"
#include "lesionbench/subgroups.h"
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
    int32_t target;        /* the class whose logit is explained */
    const char *selection; /* why it was chosen, for the scores; "" */
    bool kept;             /* its maps go into the file */
} lb_explain_item;

/* The network with new weights from some layer on, as a control of methods: what a map owes to what
 * was learnt (Adebayo et al.: Sanity checks for saliency maps, NeurIPS 2018). */
typedef struct lb_explain_control {
    char name[40];          /* stands before the method's, with a colon */
    size_t first_parameter; /* this and all after it are drawn anew, by the options' seed */
    const lb_method *const *methods;
    size_t method_count;
} lb_explain_control;

typedef struct lb_explain_job {
    lb_network *network; /* NULL where all methods are baselines */
    lb_model_name name;
    const lb_image_loader *images;
    lb_dataset *dataset; /* where the truth is; NULL: maps are not scored */
    lb_split split;
    const lb_explain_item *items;
    size_t count;
    const lb_method *const *methods;
    size_t method_count;
    const lb_explain_control *controls;
    size_t control_count;
    lb_explain_options options;
    lb_scoring scoring;
    lb_keep keep;
} lb_explain_job;

/* How alike a control's map of an image is to that of the network itself. */
typedef struct lb_similarity_row {
    size_t image;
    const char *control, *method; /* the control's name is the job's */
    lb_similarity value;
} lb_similarity_row;

typedef struct lb_similarity_rows {
    size_t count;
    lb_similarity_row *rows; /* lb_free() */
} lb_similarity_rows;

/* Writes `index`, `label` (the targets) and a group per method with the kept images' maps and
 * certificates to path; those of controls are named CONTROL:METHOD. Appends a row for each group
 * and item to scores, in this order; fills similarities with a row for each control's map whose
 * method is also explained by the network itself. Both may be NULL. */
lb_status lb_explain_to_file(const lb_explain_job *job, const char *path, lb_score_rows *scores,
                             lb_similarity_rows *similarities, const lb_context *context,
                             lb_error *err);
/* image,corpus,degree,seed,control,method,rank_correlation,ssim,top_overlap */
lb_status lb_similarities_write(const lb_similarity_rows *rows, const lb_model_name *name,
                                const char *path, lb_error *err);

/* What a list of methods may hold. */
typedef struct lb_method_filter {
    bool background; /* groups have methods that compare with other images, too */
    bool controls;   /* untrained and untrained:NAME are allowed */
    bool of_network; /* groups have no baselines */
    bool of_image;   /* groups have baselines alone */
} lb_method_filter;

typedef struct lb_method_list {
    size_t count, untrained_count;
    const lb_method **methods, **untrained;
} lb_method_list;

/* Methods by their names and by groups: `study`, the eight of the reference study; `controls`, the
 * baselines; `quick`, all but the slow ones; `all`. Where controls are allowed, untrained:NAME,
 * also of a group, is put into `untrained`, and `untrained` alone stands for all methods of
 * networks beside it, or the study's where there are none. */
lb_status lb_method_list_parse(lb_method_list *out, const char *text, lb_method_filter filter,
                               lb_error *err);
void lb_method_list_release(lb_method_list *list);
/* Controls for cascading weight randomisation: of each layer listed, or for `cascade` of each from
 * the last to the first, this one and all after it; named randomised_LAYER
 * ("randomised_features.28"). *out is the caller's (lb_free). */
lb_status lb_randomised_controls(lb_explain_control **out, size_t *count, lb_network *network,
                                 const char *layers, lb_error *err);

/* Scores the maps of explanations.h5 against the truth of dataset.h5. */
lb_status lb_score_explanations(lb_score_rows *scores, const char *maps, lb_dataset *dataset,
                                lb_split split, const lb_scoring *scoring,
                                const lb_context *context, lb_error *err);
/* What maps made elsewhere are scored against. */
typedef struct lb_array_truth {
    const char *path;    /* truths (N, H, W) in an .npy file; NULL: ... */
    lb_dataset *dataset; /* ... those of the dataset's split */
    lb_split split;
    const char *index;   /* "0-4,9": the image that each map is of; NULL: all, in their order */
    lb_model_name model; /* that the maps are of; all "" where it is unknown */
} lb_array_truth;

/* Whether text names arrays, [METHOD=]X.npy between commas, rather than one explanations.h5. */
bool lb_is_array_list(const char *text);
/* Scores maps made elsewhere, from .npy files of any numbers, read image by image: maps (N, H, W)
 * are taken as they are, attributions (N, 3, H, W) become maps by lb_attribution_map(), and
 * (N, 1, H, W) by their absolute value. A file's method is METHOD, or its name without ".npy"; one
 * alone that is scored against an .npy file is `maps`. Rows are appended file by file. A shape that
 * does not fit: LB_ERROR_FORMAT; a value that is not finite as float32: LB_ERROR_NUMERIC, with file
 * and image; methods of the same name, or an index that is none: LB_ERROR_ARGUMENT. */
lb_status lb_score_arrays(lb_score_rows *scores, const char *maps, const lb_array_truth *truth,
                          const lb_scoring *scoring, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
