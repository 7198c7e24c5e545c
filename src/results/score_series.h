/* SPDX-License-Identifier: MIT */
/* One column of the table of scores, ordered for analysis: values by image, in series of one model,
 * method and selection. 12 bytes a row beside the table, and 24 more while it is made. */
#ifndef LB_RESULTS_SCORE_SERIES_H
#define LB_RESULTS_SCORE_SERIES_H

#include "lesionbench/score_table.h"

/* Names in order of appearance; borrowed from the table of scores. */
typedef struct series_names {
    size_t count, capacity;
    const char **names;
} series_names;

typedef struct score_series {
    uint32_t condition, selection, corpus, degree, method, seed; /* indices of names */
    size_t first, count;                                         /* in the arrays below */
    double accuracy;    /* of the model; NaN where unknown */
    uint32_t last_file; /* while files are read: the last that had a row of it */
} score_series;

/* The file has rows of the series. */
typedef struct score_link {
    uint32_t file, series;
} score_link;

typedef struct series_table {
    series_names conditions, selections, corpora, degrees, methods, seeds;
    size_t series_count, series_capacity;
    score_series *series; /* sorted by condition, selection, corpus, degree, method, seed */
    /* By series, and in each by image: */
    uint32_t *image; /* 0 .. images - 1 */
    double *value;
    size_t rows, images, subjects;
    uint32_t *subject; /* (images), 0 .. subjects - 1; each image its own where none is known */
    bool has_subjects;
    uint32_t *image_number; /* (images): as the files number them */
    score_link *links;      /* by file */
    size_t link_count, link_capacity;
    size_t *missing; /* by file: rows left out since they have no value */
} series_table;

/* Orders that column of numbers of the scores, whose columns are those of
 * lb_analysis_read_scores(). path: for messages. label: NULL, or that of the rows to take, which
 * may be none. Rows whose value is undefined are left out. An image that is there twice, or with
 * two subjects, is LB_ERROR_FORMAT, and so is a column without any number. */
lb_status series_table_make(series_table *out, const lb_score_table *scores, const char *path,
                            const char *column, const double *label, lb_error *err);
/* Accuracies on the holdout images, from a classification.csv; *any: a row is of a series's model.
 */
lb_status series_table_read_accuracy(bool *any, series_table *table, const char *path,
                                     lb_error *err);
void series_table_release(series_table *table);

/* The series from `first` on that differ from it in the seed alone end before the result. */
size_t series_table_cell_end(const series_table *table, size_t first);
/* Whether two series are of one condition and selection, and of one model besides. */
bool score_same_images(const score_series *a, const score_series *b);
bool score_same_model(const score_series *a, const score_series *b);

#endif
