/* SPDX-License-Identifier: MIT */
/* Scores: maps against the truth, predictions against labels. Pure functions. */
#ifndef LESIONBENCH_SCORE_H
#define LESIONBENCH_SCORE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a metric is better with. */
typedef enum lb_direction {
    LB_HIGHER_IS_BETTER,
    LB_LOWER_IS_BETTER,
    LB_NEITHER_IS_BETTER /* it describes, and does not judge */
} lb_direction;

/* Explanation performance (Oliveira et al. 2024). p = pixels with truth > 0; the mask holds the
 * pixels strictly greater than the (p+1)-th largest value of the map, so that ties can select fewer
 * than p. */
typedef struct lb_localisation {
    uint32_t tp, tn, fp, fn;
    uint32_t ties; /* pixels that have the threshold's value, itself included; 1: no tie; 0:
                      no threshold */
} lb_localisation;

/* map and truth have count pixels. scratch: count floats. Time is linear on average. p = 0 or p =
 * count: LB_ERROR_ARGUMENT; a map that is not finite: LB_ERROR_NUMERIC. */
lb_status lb_localise(lb_localisation *out, const float *map, const float *truth, size_t count,
                      float *scratch, lb_error *err);
double lb_tpr(const lb_localisation *score);       /* TP / (TP + FN), NaN where nothing is true */
double lb_tnr(const lb_localisation *score);       /* TN / (TN + FP), NaN where everything is */
double lb_precision(const lb_localisation *score); /* TP / (TP + FP), 0 where nothing is selected */

/* Linear-interpolation quantile (NumPy's default) of n finite values. NaN where n is 0 or q not in
 * 0 .. 1. Reorders values. */
double lb_quantile(double *values, size_t n, double q);

/* Tukey's box of n finite values (Exploratory Data Analysis, 1977), with the quartiles of
 * lb_quantile(): the whiskers reach the furthest value within 1.5 interquartile ranges of the box,
 * as Matplotlib's do. All NaN where n is 0. Reorders values. */
typedef struct lb_box {
    size_t count;
    double mean, q1, median, q3;
    double low, high; /* ends of the whiskers */
} lb_box;
lb_box lb_box_of(double *values, size_t n);

/* An interval that covers the true value in 95 of 100 samples of images, which are taken for
 * independent (several slices of a subject are not; lb_bootstrap_bca() is for these). */
typedef struct lb_range {
    double low, high; /* NaN where undefined */
} lb_range;

/* Wilson's interval (JASA 1927) of a share. */
lb_range lb_range_of_share(size_t part, size_t whole);

/* Two-class metrics; class 1 (irregular) is positive. NaN where undefined (one class only); the MCC
 * of a model that gives all images one class is 0. */
typedef struct lb_classification {
    size_t images;
    double accuracy;
    double auroc; /* of the soft-max score of class 1, ties count half */
    double auprc; /* mean over both classes of the average precision (step-wise sum) */
    double sensitivity, specificity, balanced_accuracy, mcc;
    /* Expected calibration error, 0 ... 1: the mean, over images, of |accuracy - confidence| in
     * their bin of 15 equal ones of the soft-max score of the predicted class (Guo et al., ICML
     * 2017). */
    double calibration_error;
    /* Wilson's (JASA 1927). */
    lb_range accuracy_range, sensitivity_range, specificity_range;
    /* DeLong, DeLong and Clarke-Pearson, Biometrics 1988, cut to 0 ... 1; NaN where a class has one
     * image. */
    lb_range auroc_range;
    /* Of a mean of two, from the intervals of the two (MOVER, Zou and Donner, Statistics in
     * Medicine 2008): for AUPRC those on the logit scale by the number of positive images (Boyd,
     * Eng and Page, ECML 2013), which are approximate; and for balanced accuracy Wilson's. */
    lb_range auprc_range, balanced_accuracy_range;
    /* By the delta method on Fisher's z (Itaya et al., 2024); NaN where |MCC| is 1 or a margin 0.
     */
    lb_range mcc_range;
} lb_classification;

/* logits (n, 2), labels 0 or 1, n > 0 (else LB_ERROR_ARGUMENT); logits that are not finite:
 * LB_ERROR_NUMERIC. */
lb_status lb_classify_score(lb_classification *out, const double *logits, const int32_t *labels,
                            size_t n, lb_error *err);
/* A metric of predictions: a member of lb_classification. */
typedef struct lb_prediction_metric {
    const char *name; /* the column, the member and the key in JSON */
    const char *title;
    const char *summary;
    const char *range;
    lb_direction direction;
    const char *source;
    size_t value;    /* offset of the double */
    size_t interval; /* offset of its lb_range; 0: none */
} lb_prediction_metric;

/* In the order of the columns; NULL past the end. Borrowed. */
const lb_prediction_metric *lb_prediction_metric_at(size_t metric);
/* The metric's value, and its interval or NULL; borrowed from the score. */
double *lb_prediction_value(lb_classification *score, size_t metric);
lb_range *lb_prediction_range(lb_classification *score, size_t metric);

/* Exchanges sensitivity and specificity: the quirk sensitivity_swapped. */
void lb_classification_swap(lb_classification *score);
/* argmax of the logits; the first of equal ones. */
void lb_predicted(int32_t *out, const float *logits, size_t n, size_t classes);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
