/* SPDX-License-Identifier: MIT */
/* Explains many images into explanations.h5. Each map is scored as it is made, so memory does not
 * grow with the number of images. Also scores maps from files. */
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

/* How maps are scored, and which. All zero: all maps, counts and rates only. */
typedef struct lb_scoring {
    lb_metric_set metrics;
    lb_ties ties;
    /* The models' predictions on the split. If there are any, the column `selection` is "correct"
     * (all models are right), "wrong_for_all", "wrong" (the model of the map is wrong; matched by
     * name) or empty. Maps of images outside `selection` are left out. */
    const lb_predictions *models;
    size_t model_count;
    lb_selection selection;
} lb_scoring;

typedef struct lb_explain_item {
    size_t image;          /* index in the loader; also keys its random stream */
    int32_t target;        /* the class whose logit is explained */
    const char *selection; /* value of the column `selection`; may be "" */
    bool kept;             /* write its maps to the file */
} lb_explain_item;

/* A parameter-randomisation test (Adebayo et al.: Sanity checks for saliency maps, NeurIPS 2018):
 * the same network with random weights from some layer to the end. */
typedef struct lb_explain_control {
    char name[40]; /* prefix of the method's name: CONTROL:METHOD */
    size_t
        first_parameter; /* this and all later ones are drawn again, keyed by the options' seed */
    const lb_method *const *methods;
    size_t method_count;
} lb_explain_control;

typedef struct lb_explain_job {
    lb_network *network; /* NULL if all methods are controls */
    lb_model_name name;
    const lb_image_loader *images;
    lb_dataset *dataset; /* has the ground truth; NULL: maps are not scored */
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

/* The similarity of a randomised network's map to the network's own map of that image. */
typedef struct lb_similarity_row {
    size_t image;
    const char *control, *method; /* the control's name is the job's */
    lb_similarity value;
} lb_similarity_row;

typedef struct lb_similarity_rows {
    size_t count;
    lb_similarity_row *rows; /* lb_free() */
} lb_similarity_rows;

/* Writes to path: `index`, `label` (the targets), and for each method a group with maps and
 * diagnostics of the kept images. Groups of controls are named CONTROL:METHOD. Appends to scores a
 * row for each group and item, in this order. Appends to similarities a row for each map of a
 * control whose method is also explained with the network itself. scores and similarities may be
 * NULL. */
lb_status lb_explain_to_file(const lb_explain_job *job, const char *path, lb_score_rows *scores,
                             lb_similarity_rows *similarities, const lb_context *context,
                             lb_error *err);
/* image,corpus,degree,seed,control,method,rank_correlation,ssim,top_overlap */
lb_status lb_similarities_write(const lb_similarity_rows *rows, const lb_model_name *name,
                                const char *path, lb_error *err);

/* Restrictions on a list of methods. */
typedef struct lb_method_filter {
    bool background; /* groups include methods that need background images */
    bool controls;   /* untrained and untrained:NAME are allowed */
    bool of_network; /* groups exclude controls */
    bool of_image;   /* groups include controls only */
} lb_method_filter;

typedef struct lb_method_list {
    size_t count, untrained_count;
    const lb_method **methods, **untrained;
} lb_method_list;

/* Parses a list of method names and groups. Groups: `study`, the eight of the reference study;
 * `controls`; `quick`, all but the slow ones; `all`. If filter.controls: untrained:NAME, where NAME
 * may be a group, adds to `untrained`. `untrained` alone adds all network methods of the list, or
 * those of the study if the list has none. */
lb_status lb_method_list_parse(lb_method_list *out, const char *text, lb_method_filter filter,
                               lb_error *err);
void lb_method_list_release(lb_method_list *list);
/* Controls for cascading weight randomisation. layers: a list of layers, or `cascade` for each
 * layer from the last to the first. Each control randomises that layer and all after it. Its name
 * is randomised_LAYER ("randomised_features.28"). The caller frees *out (lb_free). */
lb_status lb_randomised_controls(lb_explain_control **out, size_t *count, lb_network *network,
                                 const char *layers, lb_error *err);

/* Scores the maps of explanations.h5 against the ground truth of dataset.h5. */
lb_status lb_score_explanations(lb_score_rows *scores, const char *maps, lb_dataset *dataset,
                                lb_split split, const lb_scoring *scoring,
                                const lb_context *context, lb_error *err);
/* The ground truth for maps made by other programs. */
typedef struct lb_array_truth {
    const char *path;    /* ground truth (N, H, W) in an .npy file; NULL: `dataset` */
    lb_dataset *dataset; /* uses the ground truth of `split` */
    lb_split split;
    const char *index;   /* "0-4,9": the image of each map; NULL: all in order */
    lb_model_name model; /* of the maps; all "" if unknown */
} lb_array_truth;

/* True for a list of arrays, [METHOD=]X.npy separated by commas. False for one explanations.h5. */
bool lb_is_array_list(const char *text);
/* Scores maps made by other programs, from .npy files of any number type, image by image. Maps (N,
 * H, W) are used as they are. Attributions (N, 3, H, W) become maps by lb_attribution_map(), and
 * (N, 1, H, W) by the absolute value. The method is METHOD, or else the file's name without ".npy";
 * a single file that is scored against an .npy file is `maps`. Appends rows file by file.
 * LB_ERROR_FORMAT: the shape does not fit. LB_ERROR_NUMERIC: a value is not finite as float32; the
 * message names file and image. LB_ERROR_ARGUMENT: two methods of the same name, or a wrong
 * index. */
lb_status lb_score_arrays(lb_score_rows *scores, const char *maps, const lb_array_truth *truth,
                          const lb_scoring *scoring, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
