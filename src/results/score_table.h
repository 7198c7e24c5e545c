/* SPDX-License-Identifier: MIT */
/* One column of scores.csv in memory: values by image, in series of one model, method and
 * selection. About 24 bytes a row while it is read, 12 afterwards. */
#ifndef LB_STUDY_SCORE_TABLE_H
#define LB_STUDY_SCORE_TABLE_H

#include "lesionbench/base.h"

typedef struct score_names {
    size_t count, capacity;
    char **names; /* in order of appearance */
} score_names;

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

typedef struct score_table {
    score_names conditions, selections, corpora, degrees, methods, seeds;
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
} score_table;

/* Reads that column of scores.csv files, which are taken as one. methods: NULL, or for each file
 * the method that all its rows are of. label: NULL, or that of the rows to take, which may be none.
 * Rows whose value is undefined, as lb_csv_number() has it, are left out; a value that is infinite
 * or no number is LB_ERROR_FORMAT, and so is an image that is there twice, or with two subjects. */
lb_status score_table_read(score_table *out, const char *const *paths, const char *const *methods,
                           size_t count, const char *column, const char *label,
                           const lb_context *context, lb_error *err);
/* Accuracies on the holdout images, from a classification.csv; *any: a row is of a series's model.
 */
lb_status score_table_read_accuracy(bool *any, score_table *table, const char *path, lb_error *err);
void score_table_release(score_table *table);

/* The series from `first` on that differ from it in the seed alone end before the result. */
size_t score_table_cell_end(const score_table *table, size_t first);
/* Whether two series are of one condition and selection, and of one model besides. */
bool score_same_images(const score_series *a, const score_series *b);
bool score_same_model(const score_series *a, const score_series *b);

#endif
