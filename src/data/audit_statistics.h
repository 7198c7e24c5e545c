/* SPDX-License-Identifier: MIT */
/* The statistical tests of the audit. Pure functions of finite numbers. */
#ifndef LB_DATA_AUDIT_STATISTICS_H
#define LB_DATA_AUDIT_STATISTICS_H

#include "lesionbench/base.h"

/* Binomial test: P that the number of heads of a fair coin in n throws is as far from n / 2 as k;
 * exact, two-sided. */
double audit_binomial_p(size_t k, size_t n);
/* Wilson's 95 % interval of a share k / n, n > 0. */
void audit_wilson(double *low, double *high, size_t k, size_t n);
/* Q(lambda) = 2 sum (-1)^(k-1) exp(-2 k^2 lambda^2), Kolmogorov's distribution. */
double audit_kolmogorov_tail(double lambda);

/* Two samples compared. */
typedef struct audit_comparison {
    double auc;               /* P(b > a) + P(b = a) / 2 */
    double auc_low, auc_high; /* 95 % (DeLong et al., Biometrics 44 (1988) 837) */
    double rank_p;            /* Mann-Whitney, two-sided, ties and continuity corrected */
    double distance;          /* Kolmogorov-Smirnov's D */
    double distance_p;        /* asymptotic, with Stephens' correction */
    double mean[2];           /* of a and b */
    double shift;             /* Wasserstein-1 distance, in the values' unit */
} audit_comparison;

/* values (count) with their class 0 (a) or 1 (b), both classes present. */
lb_status audit_compare(audit_comparison *out, const double *values, const uint8_t *classes,
                        size_t count, lb_error *err);

/* Balanced accuracy of a cross-validation with that many folds, with a 95 % interval and P that it
 * is no more than `limit`. The variance is linearised between clusters (Student's t, clusters - 1),
 * times 1 + folds / (folds - 1) for the overlap of the training folds (Nadeau & Bengio, Machine
 * Learning 52 (2003) 239). right (count): 0 or 1. cluster (count): 0 .. clusters - 1. Both classes
 * are present; clusters > 1. */
typedef struct audit_accuracy {
    double value, low, high, p_chance, p_limit;
} audit_accuracy;
lb_status audit_balanced_accuracy(audit_accuracy *out, const uint8_t *right, const uint8_t *classes,
                                  const size_t *cluster, size_t count, size_t clusters,
                                  size_t folds, double limit, lb_error *err);

#endif
