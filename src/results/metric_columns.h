/* SPDX-License-Identifier: MIT */
/* The metrics of maps as columns of scores.csv. */
#ifndef LB_STUDY_METRIC_COLUMNS_H
#define LB_STUDY_METRIC_COLUMNS_H

#include <stdio.h>

#include "lesionbench/csv.h"
#include "lesionbench/tables.h"

/* The cheap metrics, and of the others those of which a row has a value. */
lb_metric_set metric_columns(const lb_score_rows *rows);
/* ",iou,pixel_auroc,..." */
void metric_header_write(FILE *stream, lb_metric_set columns);
/* ",0.5,,..."; undefined ones are empty. */
void metric_cells_write(FILE *stream, const lb_score_row *row, lb_metric_set columns);
/* A number and no comma; nothing where it is NaN. */
void number_write(FILE *stream, double value);
/* Fills the metrics of as many rows as the file has; columns may be absent. */
lb_status metric_columns_read(lb_score_row *rows, const lb_csv *csv, const char *path,
                              lb_error *err);

#endif
