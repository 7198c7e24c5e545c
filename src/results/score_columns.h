/* SPDX-License-Identifier: MIT */
/* Where the table that lb_scores_append() and lb_scores_read() fill has its columns of numbers. */
#ifndef LB_RESULTS_SCORE_COLUMNS_H
#define LB_RESULTS_SCORE_COLUMNS_H

#include <stdio.h>

#include "lesionbench/tables.h"

/* Then follow those of diagnostics, and the metrics. */
typedef enum score_column {
    COLUMN_IMAGE,
    COLUMN_LABEL,
    COLUMN_LESIONS,
    COLUMN_TP,
    COLUMN_TN,
    COLUMN_FP,
    COLUMN_FN,
    COLUMN_SUBJECT,
    COLUMN_TPR,
    COLUMN_DIAGNOSTICS
} score_column;

/* LB_ERROR_ARGUMENT where the table has other columns. */
lb_status score_columns_check(const lb_score_table *table, lb_error *err);
lb_localisation score_counts(const lb_score_table *table, size_t row);
/* A number and no comma; nothing where it is NaN. */
void number_write(FILE *stream, double value);
/* corpus,degree,seed,method,selection, */
void score_model_write(FILE *stream, const lb_score_table *table, size_t row);

#endif
