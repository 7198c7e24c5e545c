/* SPDX-License-Identifier: MIT */
/* The result files that the reference study published, as pickles:
 *   predictions  a list of dicts, one for each model: 'model', 'logits' (N, 2), 'real_labels',
 *                'pred_labels' (predictions_imagenet_best.pkl, to_save.pkl)
 *   counts       'TP', 'TN', 'FP', 'FN' of each image, alone or in a dict by method
 *                (best_random_explanations.pkl, laplace_best.pkl)
 *   rates        by model, then by method, one true positive rate an image: a tuple of the images
 *                that this model gets wrong, and of those that all models get wrong
 *                (ratios_incorrectly.pkl)
 *   indices      by model, the images that it gets wrong (incorrectly_classified.pkl)
 * The restricted reader of pickle.h reads them. Memory is bounded by the file's size. */
#ifndef LESIONBENCH_PUBLISHED_H
#define LESIONBENCH_PUBLISHED_H

#include "lesionbench/predictions.h"
#include "lesionbench/score.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_published_kind {
    LB_PUBLISHED_PREDICTIONS,
    LB_PUBLISHED_COUNTS,
    LB_PUBLISHED_RATES,
    LB_PUBLISHED_INDICES
} lb_published_kind;

/* One model, or one method of one model. */
typedef struct lb_published_group {
    char model[128];    /* as in the file, without .pt; "" if the file has no name */
    lb_model_name name; /* parsed from it: corpus, degree, learning rate, seed */
    char method[64]; /* by this project's name where it is one of the study's eight; else the file's
                      */
    const char *selection;      /* "wrong", "wrong_for_all", or ""; valid until the program ends */
    size_t count;               /* images */
    lb_localisation *counts;    /* (count), COUNTS only */
    double *rate;               /* (count), RATES only */
    uint32_t *index;            /* (count), INDICES only */
    lb_predictions predictions; /* PREDICTIONS only; `predicted` is the file's */
} lb_published_group;

typedef struct lb_published {
    lb_published_kind kind;
    size_t count;
    lb_published_group *groups; /* in the file's order */
} lb_published;

/* True if the name ends in .pkl, or if the file starts like a pickle of protocol 2 or later. */
bool lb_published_is(const char *path);
/* LB_ERROR_FORMAT if the pickle holds none of these. */
lb_status lb_published_read(lb_published *out, const char *path, lb_error *err);
void lb_published_release(lb_published *published);

#ifdef __cplusplus
}
#endif

#endif
