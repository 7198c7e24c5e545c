/* SPDX-License-Identifier: MIT */
/* Paired comparisons of series of scores, with the subject as the unit. */
#ifndef LB_RESULTS_PAIRED_TEST_H
#define LB_RESULTS_PAIRED_TEST_H

#include "lesionbench/analysis.h"
#include "lesionbench/statistics.h"
#include "score_series.h"
#include "table_writer.h"

/* What all comparisons of a run share. */
typedef struct paired_test {
    const series_table *table;
    const lb_analysis_options *options;
    lb_resamples *resamples; /* by number of subjects, made when first needed */
    size_t resample_count;
    /* By image; scratch. */
    double *side_sum[2], *difference, *level[2];
    uint32_t *side_count[2], *pairs;
    double *subject_value; /* (3 x subjects) */
    size_t few_subjects;   /* the fewest of an interval that was left empty; 0: none was */
} paired_test;

lb_status paired_test_init(paired_test *out, const series_table *table,
                           const lb_analysis_options *options, lb_error *err);
void paired_test_release(paired_test *c);
/* The draws for so many subjects. Borrowed. */
lb_status paired_test_resamples(const lb_resamples **out, paired_test *c, size_t subjects,
                                lb_error *err);

/* Whether there are enough subjects for an interval; where not, it is to be left empty. */
bool paired_test_has_interval(paired_test *c, size_t subjects);

/* A list of series, by index. */
typedef struct series_list {
    const uint32_t *items;
    size_t count;
} series_list;

/* Begins a comparison; then adds pairs of sets, any number: on each image that both sets have, the
 * mean of a's values less the mean of b's. */
void paired_test_begin(paired_test *c);
void paired_test_add(paired_test *c, series_list a, series_list b);

/* All of it is over subjects: of each the mean over its images of the mean over what was added. */
typedef struct comparison {
    size_t images, subjects;
    double mean[2], difference, low, high; /* BCa */
    double shift, biserial, dz, p, p_flip; /* as in statistics.h */
} comparison;

/* *out has 0 images where the sets share none. */
lb_status paired_test_end(comparison *out, paired_test *c, lb_error *err);

/* A table of comparisons: labels, then the comparison's columns, then p corrected in its family. */
typedef struct comparison_table {
    output_table table;
    size_t labels;
    uint64_t *families; /* (capacity) of the rows */
    size_t capacity;
} comparison_table;

enum { COMPARISON_COLUMNS = 13 };
extern const output_column COMPARISON_TAIL[COMPARISON_COLUMNS];

/* family: text that tests corrected together share. A comparison without images adds nothing. */
lb_status comparison_add(comparison_table *into, const char *const *labels, const char *family,
                         const comparison *what, lb_error *err);
/* Corrects, writes and releases. */
lb_status comparison_write(comparison_table *table, const char *directory, lb_error *err);
void comparison_table_release(comparison_table *table);

/* Holm's correction within families: column `to` of the table from column `from`. */
lb_status holm_by_family(output_table *table, const uint64_t *families, size_t from, size_t to,
                         lb_error *err);
uint64_t family_of(const char *text);

#endif
