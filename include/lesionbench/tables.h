/* SPDX-License-Identifier: MIT */
/* The tables of a study: scores.csv, explanation.csv, classification.csv. */
#ifndef LESIONBENCH_TABLES_H
#define LESIONBENCH_TABLES_H

#include "lesionbench/dataset.h"
#include "lesionbench/explain.h"
#include "lesionbench/metrics.h"
#include "lesionbench/predictions.h"
#include "lesionbench/score.h"
#include "lesionbench/score_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How one image's map by one method of one model was scored. */
typedef struct lb_score_row {
    uint32_t image;
    int32_t subject; /* whose brain it is, as dataset.h5 numbers them; -1 unknown */
    uint8_t label, lesion_count;
    char corpus[64]; /* of the model; "baseline" and "untrained" for what has none */
    char degree[16];
    char seed[24];
    char method[64];
    char selection[16]; /* "correct", "wrong", or "" */
    char condition[16]; /* of the model, or of the models it stands beside; "" where unknown */
    lb_localisation score;
    bool tpr_uses_fp;              /* the quirk baseline_tpr_uses_fp, for this row */
    double metric[LB_MAX_METRICS]; /* NaN: undefined, or not asked for */
    lb_diagnostics diagnostic;
} lb_score_row;

typedef struct lb_score_rows {
    size_t count, capacity;
    lb_score_row *rows;
} lb_score_rows;

/* Appends a row that is zeroed but for the subject, which is unknown, metrics that are
 * undefined and a certificate that says nothing; NULL with err set. Borrowed until the next call.
 */
lb_score_row *lb_score_rows_add(lb_score_rows *rows, lb_error *err);
/* The same, filled but for selection, score and metrics: an image of the dataset's split, a method,
 * a model. The dataset's quirks tell what a baseline's TPR is. */
lb_score_row *lb_score_rows_add_image(lb_score_rows *rows, const lb_dataset *dataset,
                                      lb_split split, size_t image, const lb_model_name *name,
                                      const char *method, lb_error *err);
/* Whose maps the row is of. */
void lb_score_row_set_model(lb_score_row *row, const lb_model_name *name);
/* Whether the row's TPR is a baseline's and told as the study did, by the quirk
 * baseline_tpr_uses_fp. */
void lb_score_row_set_quirks(lb_score_row *row, lb_quirk_set quirks);
/* What the column tpr tells: lb_tpr(), or with the quirk lb_precision(). */
double lb_score_row_tpr(const lb_score_row *row);
void lb_score_rows_release(lb_score_rows *rows);

/* The columns of scores.csv in a table of scores, which is empty or was filled by these two:
 * appends the rows, or what the file holds. The file may lack the column condition and those after
 * it. */
lb_status lb_scores_append(lb_score_table *table, const lb_score_rows *rows, lb_error *err);
lb_status lb_scores_read(lb_score_table *table, const char *path, lb_error *err);
/* image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,precision,
 * condition,subject,completeness_error,attribution_sum,promised_sum,nan_share,zero_share,ties,
 * steps_used,gradient_error, then the metrics by their names: the cheap ones, and of the others
 * those that a row has. What is undefined is empty. A table with other columns is
 * LB_ERROR_ARGUMENT. */
lb_status lb_scores_write(const lb_score_table *table, const char *path, lb_error *err);
/* The same of rows. */
lb_status lb_score_rows_write(const lb_score_rows *rows, const char *path, lb_error *err);

/* A model's accuracy, for explanation.csv. */
typedef struct lb_model_accuracy {
    lb_model_name name;
    double accuracy;
} lb_model_accuracy;

/* corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,tnr_median,tnr_q1,
 * tnr_q3,chance,condition. Rows that belong together must follow each other. chance: the mean share
 * of true pixels, which a map that knows nothing finds. */
lb_status lb_explanation_table_write(const lb_score_table *table, const lb_model_accuracy *models,
                                     size_t model_count, const char *path, lb_error *err);

/* corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,balanced_accuracy,
 * mcc,learning_rate,epochs,kept_epoch,condition,target_accuracy,calibration_error, then low and
 * high of the 95 % intervals of accuracy ... mcc: accuracy_low,accuracy_high,auroc_low ... */
lb_status lb_classification_table_write(const char *const *predictions, size_t count,
                                        const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
