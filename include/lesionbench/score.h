/* SPDX-License-Identifier: MIT */
/* Scores of maps against ground truth, and of predictions against labels. Pure functions: any
 * thread may call them. */
#ifndef LESIONBENCH_SCORE_H
#define LESIONBENCH_SCORE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Which values of a metric are better. */
typedef enum lb_direction {
    LB_HIGHER_IS_BETTER,
    LB_LOWER_IS_BETTER,
    LB_NEITHER_IS_BETTER /* descriptive: neither is better */
} lb_direction;

/* The confusion matrix of a map (Oliveira et al. 2024). p: number of pixels with truth > 0. The
 * mask: the pixels strictly greater than the (p+1)-th largest value of the map. Ties can select
 * fewer than p. */
typedef struct lb_localisation {
    uint32_t tp, tn, fp, fn;
    uint32_t ties; /* pixels equal to the threshold, itself included; 1: no tie; 0: no
                      threshold */
} lb_localisation;

/* map and truth have count pixels. scratch: count floats. Time is linear on average.
 * LB_ERROR_ARGUMENT: p = 0 or p = count. LB_ERROR_NUMERIC: a map that is not finite. */
lb_status lb_localise(lb_localisation *out, const float *map, const float *truth, size_t count,
                      float *scratch, lb_error *err);
double lb_tpr(const lb_localisation *score);       /* TP / (TP + FN), NaN if no pixel is true */
double lb_tnr(const lb_localisation *score);       /* TN / (TN + FP), NaN if all are true */
double lb_precision(const lb_localisation *score); /* TP / (TP + FP), 0 if no pixel is selected */

/* Quantile of n finite values by linear interpolation, NumPy's default. NaN if n is 0 or q is
 * outside 0 .. 1. Reorders values. */
double lb_quantile(double *values, size_t n, double q);

/* Tukey's box plot of n finite values (Exploratory Data Analysis, 1977), with quartiles by
 * lb_quantile(). The whiskers reach the farthest value within 1.5 interquartile ranges of the box,
 * as in Matplotlib. All NaN if n is 0. Reorders values. */
typedef struct lb_box {
    size_t count;
    double mean, q1, median, q3;
    double low, high; /* ends of the whiskers */
} lb_box;
lb_box lb_box_of(double *values, size_t n);

/* A 95 % confidence interval over images that are independent. Several slices of a subject are not
 * independent: use lb_bootstrap_bca(). */
typedef struct lb_range {
    double low, high; /* NaN if undefined */
} lb_range;

/* Wilson's interval (JASA 1927) of the proportion part / whole. */
lb_range lb_range_of_share(size_t part, size_t whole);

/* Metrics of two-class predictions; class 1 (irregular) is positive. NaN if undefined (one class
 * only). The MCC is 0 if the model predicts one class for all images. */
typedef struct lb_classification {
    size_t images;
    double accuracy;
    double auroc; /* of the softmax score of class 1; ties count half */
    double auprc; /* mean over both classes of the average precision (step-wise sum) */
    double sensitivity, specificity, balanced_accuracy, mcc;
    /* Expected calibration error, 0 .. 1: the mean over images of |accuracy - confidence| of their
     * bin. Bins: 15 equal intervals of the softmax score of the predicted class (Guo et al., ICML
     * 2017). */
    double calibration_error;
    /* Wilson's intervals (JASA 1927). */
    lb_range accuracy_range, sensitivity_range, specificity_range;
    /* By DeLong, DeLong and Clarke-Pearson, Biometrics 1988, cut to 0 .. 1. NaN if a class has one
     * image. */
    lb_range auroc_range;
    /* Of a mean of two estimates, from their intervals (MOVER, Zou and Donner, Statistics in
     * Medicine 2008). For AUPRC these are on the logit scale by the number of positive images
     * (Boyd, Eng and Page, ECML 2013), which is approximate. For balanced accuracy these are
     * Wilson's. */
    lb_range auprc_range, balanced_accuracy_range;
    /* By the delta method on Fisher's z (Itaya et al., 2024). NaN if |MCC| is 1 or a margin is
     * 0. */
    lb_range mcc_range;
} lb_classification;

/* logits (n, 2), labels 0 or 1. LB_ERROR_ARGUMENT: n is 0. LB_ERROR_NUMERIC: logits that are not
 * finite. */
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

/* By index, in the order of the columns; NULL past the end. Valid until the program ends. */
const lb_prediction_metric *lb_prediction_metric_at(size_t metric);
/* The metric's value, and its interval or NULL. Borrowed from the score. */
double *lb_prediction_value(lb_classification *score, size_t metric);
lb_range *lb_prediction_range(lb_classification *score, size_t metric);

/* Exchanges sensitivity and specificity: the known defect sensitivity_swapped. */
void lb_classification_swap(lb_classification *score);
/* argmax of the logits; of equal ones the first. */
void lb_predicted(int32_t *out, const float *logits, size_t n, size_t classes);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
