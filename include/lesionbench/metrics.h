/* SPDX-License-Identifier: MIT */
/* How well a map finds the truth: every metric of one map, by one scorer.
 *
 * A map has height x width finite values, higher meaning more important; negative values are
 * allowed. The truth T is where `truth` > 0: p of n pixels. The lesions are T's parts, connected by
 * sides or corners.
 *
 * The mask M, of the map's brightest pixels, follows one of two rules for equal values:
 *   strict  pixels strictly greater than the (p+1)-th largest value: the reference's rule (Oliveira
 *           et al., Frontiers in AI 2024). Ties can select fewer than p, a constant map none.
 *   stable  exactly p pixels; of equal ones the first in row-major order, as a stable sort has it.
 *
 * Where the truth is empty (p = 0) nothing is selected, and all metrics are undefined but the
 * counts and the rates of lb_localisation; where it is everything (p = n) everything is selected,
 * and pixel_auroc, emd_fni are undefined. Undefined is NaN here and an empty cell in tables. A map
 * without mass (all zero, or for relevance_mass nothing positive) has no mass anywhere: mass shares
 * are 0, the EMDs of the map the worst there are. A map that is not finite is an error. */
#ifndef LESIONBENCH_METRICS_H
#define LESIONBENCH_METRICS_H

#include "lesionbench/base.h"
#include "lesionbench/score.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_ties { LB_TIES_STRICT = 0, LB_TIES_STABLE = 1 } lb_ties;
extern const char *const LB_TIE_RULES[]; /* "strict", "stable"; NULL-terminated */

typedef enum lb_metric {
    /* |M and T| / |M or T|, 0 ... 1 (Jaccard 1912). */
    LB_METRIC_IOU,
    /* Chance that a true pixel is brighter than another, ties counting half: 0 ... 1, 0.5 by chance
     * and for constant maps (Mann and Whitney 1947; Fawcett 2006). */
    LB_METRIC_PIXEL_AUROC,
    /* Average precision, the step-wise sum over thresholds: 0 ... 1, p / n for constant maps (as
     * scikit-learn's average_precision_score). */
    LB_METRIC_PIXEL_AUPRC,
    /* Share of the positive relevance that lies in T, 0 ... 1 (relevance mass accuracy, Arras,
     * Osman and Samek, Information Fusion 2022). */
    LB_METRIC_RELEVANCE_MASS,
    /* Share of the p brightest pixels (stable, whatever the rule asked for) that lies in T, 0 ... 1
     * (relevance rank accuracy, ibid.). */
    LB_METRIC_RELEVANCE_RANK,
    /* Share of the sum of |map| that lies in T, 0 ... 1 (importance mass accuracy, Clark, Wilming
     * and Haufe, Machine Learning 2024). */
    LB_METRIC_IMPORTANCE_MASS,
    /* 1 where the brightest pixel lies in T, else 0; of equally bright ones, the share that does
     * (pointing game, Zhang et al., IJCV 2018, with a tolerance of 0 pixels). */
    LB_METRIC_POINTING_GAME,
    /* Number of lesions, 0 ...: parts of T that are connected by sides or corners. */
    LB_METRIC_LESIONS,
    /* Share of the lesions that M touches, 0 ... 1. */
    LB_METRIC_LESION_DETECTION,
    /* Of the shares of the sum of |map| in each lesion the smallest and the largest, 0 ... 1. */
    LB_METRIC_LESION_MASS_MIN,
    LB_METRIC_LESION_MASS_MAX,
    /* Earth mover's distance between the p brightest pixels (stable) and T, each pixel weighing 1 /
     * p, the cost being the squared Euclidean distance: 0 ... (H-1)^2 + (W-1)^2 (the reference's).
     */
    LB_METRIC_EMD,
    /* Earth mover's distance between |map| and T, both scaled to 1, T's pixels weighing 1 / p, the
     * cost being the Euclidean distance in pixels: 0 ... d_max = sqrt((H-1)^2 + (W-1)^2). */
    LB_METRIC_EMD_MAP,
    /* 1 - emd_map / d_max, 0 ... 1 (Clark et al. 2024). */
    LB_METRIC_EMD_ACCURACY,
    /* False-negative-invariant EMD accuracy (Clark et al., PatternGAM, the metric FNI-EMDA): as
     * emd_accuracy, but mass within T reaches all of T for nothing, so that a map need not mark all
     * of it; over the cost of the worst map, all of whose mass is in the one pixel that is on
     * average farthest from T: 0 ... 1. */
    LB_METRIC_EMD_FNI,
    LB_METRICS
} lb_metric;

typedef uint32_t lb_metric_set; /* bit m is set where metric m is wanted */
#define LB_METRIC_BIT(metric) ((lb_metric_set)1 << (metric))
#define LB_ALL_METRICS (LB_METRIC_BIT(LB_METRICS) - 1)
#define LB_CHEAP_METRICS (LB_METRIC_BIT(LB_METRIC_EMD) - 1) /* all but the EMDs */

const char *lb_metric_name(size_t metric);    /* also the column; NULL past the end */
const char *lb_metric_summary(size_t metric); /* one line */
/* "all", "cheap", or names between commas. */
lb_status lb_metrics_parse(lb_metric_set *out, const char *list, lb_error *err);

typedef struct lb_map_score {
    lb_localisation counts;   /* of M against T */
    double value[LB_METRICS]; /* NaN where undefined or not wanted */
} lb_map_score;

/* Workspace for images of one size, and what is known of one truth. One thread at a time. */
typedef struct lb_scorer lb_scorer;
lb_status lb_scorer_create(lb_scorer **out, size_t height, size_t width, lb_error *err);
void lb_scorer_free(lb_scorer *scorer); /* accepts NULL */
/* The truth (height, width) of the maps that follow; copied. NaN: LB_ERROR_NUMERIC. */
lb_status lb_scorer_set_truth(lb_scorer *scorer, const float *truth, lb_error *err);
/* Of map (height, width): linear time but for the EMDs. */
lb_status lb_scorer_score(lb_map_score *out, lb_scorer *scorer, const float *map,
                          lb_metric_set wanted, lb_ties ties, lb_error *err);
/* The same of a map of doubles, of any scale: ranks are those of the doubles, and shares of the sum
 * those of the map over its greatest absolute value. Sorts all pixels. */
lb_status lb_scorer_score_double(lb_map_score *out, lb_scorer *scorer, const double *map,
                                 lb_metric_set wanted, lb_ties ties, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
