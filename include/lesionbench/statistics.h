/* SPDX-License-Identifier: MIT */
/* Statistics of scores: confidence intervals, paired tests, effect sizes, rank correlations, a
 * regression with few clusters, variance components, agreement of maps. Pure functions of finite
 * numbers: any thread may call them.
 *
 * Images of one subject are not independent. Give the tests one value for each subject
 * (lb_cluster_means()), not one for each image. docs/statistics.md states the assumptions.
 * tests/golden/test_statistics.c compares the results with SciPy, statsmodels and definitions in
 * NumPy. */
#ifndef LESIONBENCH_STATISTICS_H
#define LESIONBENCH_STATISTICS_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- Clusters (subjects) --- */

/* The mean of the values of each cluster. out (clusters): NaN for an empty cluster. cluster (n): 0
 * .. clusters - 1. Values that are NaN are skipped. */
lb_status lb_cluster_means(double *out, const double *values, const uint32_t *cluster, size_t n,
                           size_t clusters, lb_error *err);

/* A bootstrap over clusters: how often each cluster occurs in each draw. A draw has `clusters`
 * clusters, with replacement. Draw d is keyed (seed, LB_PURPOSE_BOOTSTRAP, d), so the same number
 * of clusters always gets the same draws. */
typedef struct lb_resamples {
    size_t clusters, draws;
    uint16_t *weights; /* (draws, clusters) */
} lb_resamples;

/* 1 <= clusters <= 2^24, draws >= 1. */
lb_status lb_resamples_create(lb_resamples *out, size_t clusters, size_t draws, uint64_t seed,
                              lb_error *err);
void lb_resamples_release(lb_resamples *resamples);

typedef struct lb_interval {
    double low, high; /* NaN where there are not enough clusters */
} lb_interval;

/* A statistic of the data, with cluster c repeated weights[c] times; NaN if undefined. */
typedef double (*lb_statistic)(const void *data, const uint16_t *weights);

/* Percentile interval of that level (0.95) by a bootstrap over clusters (Efron 1979; for clusters:
 * Davison & Hinkley 1997, section 3.8). Draws with a statistic of NaN are skipped. */
lb_status lb_bootstrap_percentile(lb_interval *out, lb_statistic statistic, const void *data,
                                  const lb_resamples *resamples, double level, lb_error *err);
/* Bias-corrected and accelerated interval (BCa; Efron, Journal of the American Statistical
 * Association 82 (1987) 171). The acceleration is a jackknife over clusters. Valid for smooth
 * statistics such as means, not for medians. Draws equal to the estimate count half as below it.
 * Uses the percentile interval if all draws lie on one side of the estimate. */
lb_status lb_bootstrap_bca(lb_interval *out, lb_statistic statistic, const void *data,
                           const lb_resamples *resamples, double level, lb_error *err);

/* Data for lb_weighted_mean(): each cluster's sum and count of values. */
typedef struct lb_cluster_sums {
    size_t clusters;
    const double *sum, *count;
} lb_cluster_sums;
double lb_weighted_mean(const void *data, const uint16_t *weights);

/* Data for lb_weighted_quantile(): ascending values with their clusters. The quantile is
 * lb_quantile() of the values, each repeated as often as its cluster. */
typedef struct lb_sorted_values {
    size_t count;
    const double *values;
    const uint32_t *cluster;
    double q; /* 0 .. 1 */
} lb_sorted_values;
double lb_weighted_quantile(const void *data, const uint16_t *weights);

/* --- Paired tests, on one difference for each subject --- */

/* Wilcoxon's signed rank test (Biometrics Bulletin 1 (1945) 80), two-sided. Differences of 0 are
 * dropped, as Wilcoxon did. Ties get mean ranks. p is exact if at most 50 differences are left,
 * none has an equal size, and none was dropped. Otherwise p is from the normal approximation with
 * corrections for ties and for continuity, as SciPy's wilcoxon(correction=True). Assumes
 * independent differences that are symmetric about 0 under the null hypothesis. No difference left:
 * p = 1. */
typedef struct lb_signed_rank {
    size_t used;          /* differences that are not 0 */
    double plus, minus;   /* rank sums */
    double p;             /* two-sided */
    double rank_biserial; /* (plus - minus) / (plus + minus), -1 .. 1 (Kerby, Comprehensive
                             Psychology 3 (2014) 1); 0 where none is left */
    bool exact;
} lb_signed_rank;
lb_status lb_wilcoxon(lb_signed_rank *out, const double *differences, size_t n, lb_error *err);

/* Fisher's sign-flip test of the mean difference, two-sided (The Design of Experiments, 1935,
 * section 21). Up to 20 differences: all 2^n flips. More: `draws` random flips, keyed (seed,
 * LB_PURPOSE_SIGN_FLIP, draw), and p = (hits + 1) / (draws + 1) (Phipson & Smyth, Statistical
 * Applications in Genetics and Molecular Biology 9 (2010) 39). Assumes independent differences that
 * are symmetric about 0 under the null hypothesis. */
typedef struct lb_flips {
    double p;
    bool exact;
} lb_flips;
lb_status lb_sign_flip(lb_flips *out, const double *differences, size_t n, size_t draws,
                       uint64_t seed, lb_error *err);

/* The Hodges-Lehmann estimate: the median of the means of all pairs of differences, including each
 * with itself (Hodges & Lehmann, Annals of Mathematical Statistics 34 (1963) 598). It is the shift
 * that Wilcoxon's test tests. */
lb_status lb_hodges_lehmann(double *out, const double *differences, size_t n, lb_error *err);
/* Cohen's d_z: mean / standard deviation of the differences (Cohen 1988, section 2.3.5). NaN for
 * fewer than 2; 0 if all are 0; infinite if all are equal and not 0. */
double lb_cohen_dz(const double *differences, size_t n);

/* --- Rank correlation --- */

typedef struct lb_correlation {
    size_t n;
    double value; /* NaN where one variable is constant, or n < 2 */
    double p;     /* two-sided; NaN where it cannot be had */
} lb_correlation;

/* Mean ranks, 1 for the smallest. */
lb_status lb_ranks(double *out, const double *values, size_t n, lb_error *err);
/* Spearman's rho with mean ranks. p from Student's t with n - 2 degrees of freedom, as in SciPy;
 * for n <= 8 exact, over all permutations. Assumes independent pairs. */
lb_status lb_spearman(lb_correlation *out, const double *x, const double *y, size_t n,
                      lb_error *err);
/* Kendall's tau-b (Biometrika 33 (1945) 239). p as in SciPy: exact if there are no ties and n <=
 * 33, else normal with the variance corrected for ties. Time grows with n^2. */
lb_status lb_kendall(lb_correlation *out, const double *x, const double *y, size_t n,
                     lb_error *err);
/* Partial Spearman correlation of x and y, given `given` other variables z (given, n). p from
 * Student's t with n - 2 - given degrees of freedom. NaN if the z determine x or y. given <= 6. */
lb_status lb_partial_spearman(lb_correlation *out, const double *x, const double *y,
                              const double *const *z, size_t given, size_t n, lb_error *err);

/* --- Regression with clusters --- */

/* One coefficient of a least-squares fit. Its standard error is valid for any dependence within
 * clusters, and for few clusters: the CR2 estimator with Satterthwaite's degrees of freedom (Bell &
 * McCaffrey, Survey Methodology 28 (2002) 169; Pustejovsky & Tipton, Journal of Business & Economic
 * Statistics 36 (2018) 672, with independence as the working model). Clusters of one image give
 * HC2. */
typedef struct lb_coefficient {
    double value, error, freedom, p; /* p two-sided by Student's t */
} lb_coefficient;

enum { LB_MAX_PREDICTORS = 8 };
/* Regression of y (n) on x (n, predictors). x includes the column of ones, if wanted. cluster (n):
 * 0 .. clusters - 1. out (predictors). LB_ERROR_NUMERIC: dependent columns, or n <= predictors.
 * error is NaN if a coefficient depends on a single cluster. */
lb_status lb_regression_cr2(lb_coefficient *out, const double *y, const double *x,
                            size_t predictors, const uint32_t *cluster, size_t clusters, size_t n,
                            lb_error *err);

/* --- Variance components --- */

/* value[image, seed] = mean + image + seed + rest, all random and independent, each image once with
 * each seed. Estimated from the mean squares of the two-way table (Searle, Casella & McCulloch,
 * Variance Components, 1992, chapter 4), which equals REML without negative estimates. Negative
 * estimates are set to 0. `subject` is the part of `image` between subjects, from the one-way table
 * of the images' means with unequal group sizes. */
typedef struct lb_variance {
    size_t images, seeds, subjects;
    double image, seed, rest; /* variances; NaN for fewer than 2 images or seeds */
    double subject;           /* 0 .. image; NaN where each subject has one image */
} lb_variance;
/* values (seeds, images), cluster (images) below clusters. */
lb_status lb_variance_components(lb_variance *out, const double *values, size_t seeds,
                                 size_t images, const uint32_t *cluster, size_t clusters,
                                 lb_error *err);

/* --- Agreement of maps --- */

/* The ranks of one map and its top p pixels, kept so that each map is sorted once for many
 * pairs. */
typedef struct lb_ranked_map {
    size_t pixels, selected;
    float *ranks;    /* mean ranks less their mean, over their norm; all 0 for a constant map */
    uint8_t *is_top; /* above the (p+1)-th largest value, as in lb_localise() */
} lb_ranked_map;
/* p < pixels. LB_ERROR_NUMERIC: a map that is not finite. */
lb_status lb_ranked_map_create(lb_ranked_map *out, const float *map, size_t pixels, size_t p,
                               lb_error *err);
void lb_ranked_map_release(lb_ranked_map *map);
/* Spearman's rho over the pixels; NaN if one map is constant. */
double lb_map_correlation(const lb_ranked_map *a, const lb_ranked_map *b);
/* Dice coefficient of the selected pixels, 2 |A and B| / (|A| + |B|) (Dice 1945); NaN if both are
 * empty. */
double lb_map_overlap(const lb_ranked_map *a, const lb_ranked_map *b);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
