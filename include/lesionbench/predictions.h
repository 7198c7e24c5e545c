/* SPDX-License-Identifier: MIT */
/* Predictions of a model for each image, predictions.h5, and the identity of the model. */
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

/* Strings of the model's metadata and of tables; "" if unknown. */
typedef struct lb_model_name {
    char corpus[64];
    char degree[16];
    char seed[24];
    char learning_rate[32];
    char epochs[16];
    char kept_epoch[16];      /* 1-based */
    char condition[16];       /* "best": best validation accuracy; "matched": target accuracy */
    char target_accuracy[16]; /* if "matched" */
} lb_model_name;

/* Reads and writes the metadata that the network's file keeps. */
void lb_model_name_read(lb_model_name *out, const lb_network *network);
lb_status lb_model_name_write(lb_network *network, const lb_model_name *name, lb_error *err);
/* The name in a model's file, or in a file made with a model: predictions.h5, explanations.h5. */
lb_status lb_model_name_load(lb_model_name *out, const char *path, lb_error *err);
/* True if corpus, degree, seed and condition are equal. Scores are paired by these. */
bool lb_model_name_same(const lb_model_name *a, const lb_model_name *b);

/* Max number of classes: labels and targets are 0 .. LB_MAX_CLASSES - 1. */
enum { LB_MAX_CLASSES = 65536 };

typedef struct lb_predictions {
    lb_model_name name;
    char split[16];      /* "" if the images are not from a dataset */
    lb_quirk_set quirks; /* known defects of the dataset; they change the scores */
    size_t count, classes;
    double *logits;     /* (count, classes); float64 files keep their values */
    int32_t *predicted; /* (count) */
    int32_t *labels;    /* (count), NULL if unknown */
} lb_predictions;

lb_status lb_predictions_save(const lb_predictions *predictions, const char *path,
                              const lb_context *context, lb_error *err);
lb_status lb_predictions_load(lb_predictions *out, const char *path, lb_error *err);
void lb_predictions_release(lb_predictions *predictions);
/* lb_classify_score() of the predictions. With the known defect sensitivity_swapped sensitivity and
 * specificity are exchanged. path is for messages. */
lb_status lb_predictions_score(lb_classification *out, const lb_predictions *predictions,
                               const char *path, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
