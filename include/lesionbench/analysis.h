/* SPDX-License-Identifier: MIT */
/* Conclusions from scores: what scores.csv says of methods, controls, corpora and networks, with
 * intervals and tests over subjects. docs/statistics.md explains every table and column. */
#ifndef LESIONBENCH_CONCLUSIONS_H
#define LESIONBENCH_CONCLUSIONS_H

#include "lesionbench/base.h"
#include "lesionbench/dataset.h"
#include "lesionbench/score_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* By the column `label` of scores.csv. */
typedef enum lb_image_class { LB_CLASS_ANY, LB_CLASS_ROUND, LB_CLASS_IRREGULAR } lb_image_class;

extern const char *const LB_IMAGE_CLASSES[]; /* "all", "round", "irregular", NULL */

typedef struct lb_analysis_options {
    const char *metric; /* column of scores.csv, default "tpr" */
    size_t images;      /* lb_image_class, of the images to take, default LB_CLASS_ANY */
    size_t draws;       /* of bootstraps, default 2000 */
    size_t flips;       /* of sign-flip tests with more than 20 subjects, default 9999 */
    double level;       /* of intervals, default 0.95 */
    uint64_t seed;      /* of both, default 0 */
} lb_analysis_options;

void lb_analysis_defaults(lb_analysis_options *options);

typedef struct lb_analysis_inputs {
    const char *const *scores; /* scores.csv files, taken as one */
    size_t score_count;
    const lb_score_table *table; /* what lb_analysis_read_scores() read of them; NULL: they are
                                  * read */
    const char *const *methods;  /* one for each file in place of its own; NULL: the files' own */
    const char *accuracies;      /* classification.csv, or NULL: nothing is said of accuracy */
    const char *const *maps;     /* explanations.h5 files, for the agreement of maps */
    size_t map_count;
    lb_dataset *dataset; /* of the maps; may be NULL where there are none */
    lb_split split;
    bool must_pair; /* scores that cannot be compared with others are LB_ERROR_ARGUMENT */
} lb_analysis_inputs;

/* Intervals over fewer subjects are left empty: resampling so few says nothing of others. */
enum { LB_FEWEST_SUBJECTS = 6 };

/* What a reader should know beside the tables. */
typedef struct lb_analysis_notes {
    bool no_subjects;    /* no file names subjects: each image counts as one */
    size_t few_subjects; /* the fewest of a cell whose interval is empty; 0: there is none */
    size_t *missing;     /* (score_count), the caller's: rows that were left out, since they have no
                            value of the metric; NULL: not asked */
} lb_analysis_notes;

/* Reads the scores of the inputs, for one or several analyses of the metric. An analysis of the
 * images of one class needs with_labels. */
lb_status lb_analysis_read_scores(lb_score_table *out, const lb_analysis_inputs *inputs,
                                  const char *metric, bool with_labels, const lb_context *context,
                                  lb_error *err);

/* Writes NAME.csv, NAME.md and NAME.tex into directory, which is made, for each of the tables
 *   summary          each cell's median with its interval, mean, quartiles
 *   ranking          the mean rank of each method among the methods
 *   controls         each method against each control on the same images
 *   methods          each method against each other one on the same images and networks
 *   corpora          each corpus against each other one on the same images
 *   accuracy         whether better networks are better explained
 *   corpus_effect    what is left between corpora at equal accuracy
 *   variance         seeds against images
 *   agreement        whether methods do well on the same images
 *   map_agreement    whether maps are alike
 * A table about which the inputs say nothing has no rows, unless they must pair: then it is an
 * error, that names the columns which differ, where a file has methods of its own and none of its
 * scores has a counterpart in another file, where nothing in one file can be compared, and where no
 * accuracy is of a model of the scores. notes may be NULL. Memory: up to 120 bytes for each row of
 * scores. The same bytes for any number of threads. */
lb_status lb_analyse(lb_analysis_notes *notes, const lb_analysis_inputs *inputs,
                     const char *directory, const lb_analysis_options *options,
                     const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
