/* SPDX-License-Identifier: MIT */
/* What the tables say, in figures that the page's words are made of. */
#ifndef LB_REPORT_REPORT_SUMMARY_H
#define LB_REPORT_REPORT_SUMMARY_H

#include "folder.h"

/* Spearman's rank correlation, ties by their mean rank; NaN for fewer than 3 pairs or a constant.
 */
double rank_correlation(const double *x, const double *y, size_t n);

/* A model counts as accurate from here: below, it is not clear that there is a decision to explain.
 */
#define ACCURATE 0.90

typedef struct summary {
    bool any;      /* false: nothing is known about explanations */
    bool accurate; /* the best is of a model with an accuracy of at least ACCURATE */
    size_t corpus, degree, method; /* of the best median TPR */
    cell best;
    double untrained; /* the best method's median TPR on the untrained network; NaN unknown */
    double raw_input, blobs, sobel, laplace, random, chance; /* median TPR; NaN unknown */
    size_t models;                                           /* cells of corpus and degree */
    double follows[MAX_METHODS];     /* rank correlation of accuracy and median TPR over them */
    double corpus_mean[MAX_CORPORA]; /* mean over degrees and methods of the median TPR */
    double corpus_accuracy[MAX_CORPORA];
} summary;

void summary_make(summary *out, const study_folder *folder);
/* True where the best is at least 6 times chance, twice every filter's and random map's score, and
 * above the untrained network: what a working study shows. Unknown figures do not count against it.
 */
bool summary_convince(const summary *found);

#endif
