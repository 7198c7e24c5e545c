/* SPDX-License-Identifier: MIT */
/* What a model said of each image, predictions.h5, and who the model is. */
#ifndef LESIONBENCH_PREDICTIONS_H
#define LESIONBENCH_PREDICTIONS_H

#include "lesionbench/base.h"
#include "lesionbench/network.h"
#include "lesionbench/quirks.h"
#include "lesionbench/score.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Texts as they stand in the model's metadata and in tables; "" where unknown. */
typedef struct lb_model_name {
    char corpus[64];
    char degree[16];
    char seed[24];
    char learning_rate[32];
    char epochs[16];
    char kept_epoch[16]; /* 1-based */
    char condition[16];  /* "best": kept by the checkpoint's rule; "matched": by an accuracy ... */
    char target_accuracy[16]; /* ... which is this */
} lb_model_name;

/* From and to the network's metadata, which its file keeps. */
void lb_model_name_read(lb_model_name *out, const lb_network *network);
lb_status lb_model_name_write(lb_network *network, const lb_model_name *name, lb_error *err);
/* Of a model's file, or of one made by a model: predictions.h5, explanations.h5. */
lb_status lb_model_name_load(lb_model_name *out, const char *path, lb_error *err);
/* Whether corpus, degree, seed and condition are equal, by which scores are paired. */
bool lb_model_name_same(const lb_model_name *a, const lb_model_name *b);

/* Classes of a network that labels and targets can name: 0 .. LB_MAX_CLASSES - 1. */
enum { LB_MAX_CLASSES = 65536 };

typedef struct lb_predictions {
    lb_model_name name;
    char split[16];      /* "" for images that are no dataset's */
    lb_quirk_set quirks; /* of the dataset: how they were made, how they are to be scored */
    size_t count, classes;
    double *logits;     /* (count, classes); of float64 files as they are */
    int32_t *predicted; /* (count) */
    int32_t *labels;    /* (count), NULL where unknown */
} lb_predictions;

lb_status lb_predictions_save(const lb_predictions *predictions, const char *path,
                              const lb_context *context, lb_error *err);
lb_status lb_predictions_load(lb_predictions *out, const char *path, lb_error *err);
void lb_predictions_release(lb_predictions *predictions);
/* lb_classify_score() of them, sensitivity and specificity exchanged where the quirks say so; path
 * is for messages. */
lb_status lb_predictions_score(lb_classification *out, const lb_predictions *predictions,
                               const char *path, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
