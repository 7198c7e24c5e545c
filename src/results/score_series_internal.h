/* SPDX-License-Identifier: MIT */
/* What the files that order scores share. */
#ifndef LB_RESULTS_SCORE_SERIES_INTERNAL_H
#define LB_RESULTS_SCORE_SERIES_INTERNAL_H

#include "score_series.h"

/* A row of the table of scores while it is ordered. */
typedef struct series_row {
    uint32_t image, series;
    int32_t subject; /* -1 unknown */
    double value;
} series_row;

typedef struct series_rows {
    series_row *rows;
    size_t count, capacity;
} series_rows;

/* The names of a key. */
series_names *series_names_of(series_table *table, size_t key);
/* The indices of a series's names, in the order of lb_score_key. */
void series_keys_of(uint32_t out[LB_SCORE_KEYS], const score_series *series);

/* Numbers images and subjects from 0, in their order, in the rows and the table. An image without
 * a subject is a subject of its own. */
lb_status series_number_images(series_table *table, const series_rows *all, lb_error *err);
lb_status series_number_subjects(series_table *table, const series_rows *all, lb_error *err);
/* Sorts series by their keys, and rows by series and image; fills the table's arrays. */
lb_status series_sort(series_table *table, const series_rows *all, lb_error *err);

#endif
