/* SPDX-License-Identifier: MIT */
/* Statistical analysis of scores.csv: methods, controls, corpora and networks, with confidence
 * intervals and tests over subjects. docs/statistics.md defines every table and column. */
#ifndef LESIONBENCH_ANALYSIS_H
#define LESIONBENCH_ANALYSIS_H

#include "lesionbench/base.h"
#include "lesionbench/dataset.h"
#include "lesionbench/score_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The images of one label, by the column `label` of scores.csv. */
typedef enum lb_image_class { LB_CLASS_ANY, LB_CLASS_ROUND, LB_CLASS_IRREGULAR } lb_image_class;

extern const char *const LB_IMAGE_CLASSES[]; /* "all", "round", "irregular", NULL */

typedef struct lb_analysis_options {
    const char *metric; /* column of scores.csv, default "tpr" */
    size_t images;      /* lb_image_class, of the images to use, default LB_CLASS_ANY */
    size_t draws;       /* of bootstraps, default 2000 */
    size_t flips;       /* of sign-flip tests with more than 20 subjects, default 9999 */
    double level;       /* of intervals, default 0.95 */
    uint64_t seed;      /* of both, default 0 */
} lb_analysis_options;

void lb_analysis_defaults(lb_analysis_options *options);

typedef struct lb_analysis_inputs {
    const char *const *scores; /* scores.csv files, pooled */
    size_t score_count;
    const lb_score_table *table; /* of lb_analysis_read_scores(); NULL: the files are read */
    const char *const *methods;  /* one name for each file, instead of the file's own; NULL: own */
    const char *accuracies;      /* classification.csv, or NULL: no tables of accuracy */
    const char *const *maps;     /* explanations.h5 files, for the agreement of maps */
    size_t map_count;
    lb_dataset *dataset; /* of the maps; may be NULL without maps */
    lb_split split;
    bool must_pair; /* scores without a counterpart are LB_ERROR_ARGUMENT */
} lb_analysis_inputs;

/* An interval needs at least this many subjects. Cells with fewer have an empty interval. */
enum { LB_FEWEST_SUBJECTS = 6 };

/* Facts that a reader should know beside the tables. */
typedef struct lb_analysis_notes {
    bool no_subjects;    /* no file names subjects: each image is a subject */
    size_t few_subjects; /* min subjects of a cell with an empty interval; 0: none */
    size_t *missing;     /* (score_count), allocated by the caller: rows of each file without a
                            value of the metric, which were left out; NULL: not wanted */
} lb_analysis_notes;

/* Reads the scores of the inputs, for one or several analyses of the metric. An analysis of the
 * images of one class needs with_labels. */
lb_status lb_analysis_read_scores(lb_score_table *out, const lb_analysis_inputs *inputs,
                                  const char *metric, bool with_labels, const lb_context *context,
                                  lb_error *err);

/* Writes NAME.csv, NAME.md and NAME.tex into directory, which is created, for each of the tables
 *   summary          each cell's median with its interval, mean, quartiles
 *   ranking          the mean rank of each method among the methods
 *   controls         each method against each control on the same images
 *   methods          each pair of methods on the same images and networks
 *   corpora          each pair of corpora on the same images
 *   accuracy         correlation of the network's accuracy with the metric
 *   corpus_effect    difference between corpora at equal accuracy
 *   variance         variance components: seeds and images
 *   agreement        rank correlation of two methods' scores over images
 *   map_agreement    similarity of two methods' maps
 * A table for which there are no inputs has no rows. With must_pair it is LB_ERROR_ARGUMENT if (1)
 * a file has methods of its own and none of its scores has a counterpart in another file, (2)
 * nothing in one file can be compared, or (3) no accuracy belongs to a model of the scores. The
 * message names the columns that differ. notes may be NULL. Memory: up to 120 bytes a row of
 * scores. The files do not depend on the number of threads. */
lb_status lb_analyse(lb_analysis_notes *notes, const lb_analysis_inputs *inputs,
                     const char *directory, const lb_analysis_options *options,
                     const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
