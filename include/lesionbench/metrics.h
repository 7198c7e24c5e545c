/* SPDX-License-Identifier: MIT */
/* Metrics of maps against ground truth. A scorer computes all metrics of one map.
 *
 * A map has height x width finite values; a higher value means more important; negative values are
 * allowed. The ground truth T is the set of pixels with truth > 0: p of n pixels. The lesions are
 * the 8-connected components of T.
 *
 * The mask M holds the map's brightest pixels. Two rules for ties:
 *   strict  pixels strictly greater than the (p+1)-th largest value: the rule of the reference
 *           study (Oliveira et al., Frontiers in AI 2024). Ties can select fewer than p; a constant
 *           map selects none.
 *   stable  exactly p pixels; among equal ones the first in row-major order, as in a stable sort.
 *
 * If T is empty (p = 0), M is empty, and all metrics are undefined except the counts and the rates
 * of lb_localisation. If T is the whole image (p = n), M is the whole image, and pixel_auroc and
 * emd_fni are undefined. Undefined is NaN here and an empty cell in tables. A map without mass (all
 * zero; for relevance_mass no positive value) has mass shares of 0 and the worst possible EMD. A
 * map that is not finite is an error. */
#ifndef LESIONBENCH_METRICS_H
#define LESIONBENCH_METRICS_H

#include "lesionbench/base.h"
#include "lesionbench/score.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_ties { LB_TIES_STRICT = 0, LB_TIES_STABLE = 1 } lb_ties;
extern const char *const lb_tie_rule_names[]; /* "strict", "stable"; NULL-terminated */

/* Indices of the metrics of this version. Definitions: rows of src/score/metrics.c, and
 * docs/scores.md. Find other metrics with lb_metric_find(). */
enum {
    LB_METRIC_IOU,
    LB_METRIC_PIXEL_AUROC,
    LB_METRIC_PIXEL_AUPRC,
    LB_METRIC_RELEVANCE_MASS,
    LB_METRIC_RELEVANCE_RANK,
    LB_METRIC_IMPORTANCE_MASS,
    LB_METRIC_POINTING_GAME,
    LB_METRIC_LESIONS,
    LB_METRIC_LESION_DETECTION,
    LB_METRIC_LESION_MASS_MIN,
    LB_METRIC_LESION_MASS_MAX,
    LB_METRIC_EMD,
    LB_METRIC_EMD_MAP,
    LB_METRIC_EMD_ACCURACY,
    LB_METRIC_EMD_FNI
};

struct lb_scored_map; /* private: a map, its order and the ground truth */

/* A metric of a map. */
typedef struct lb_metric {
    const char *name; /* the column of scores.csv, and the name on the command line */
    const char *title;
    const char *summary; /* one line for help */
    const char *range;   /* "0-1", "pixels", "0-1, chance 0.5" */
    lb_direction direction;
    const char *source; /* who defined it */
    bool costly;        /* slow: computed only if requested by name or by `all` */
    /* Computes the metric of a map with at least one true pixel. *out is NaN before the call. */
    lb_status (*compute)(double *out, struct lb_scored_map *map, lb_error *err);
} lb_metric;

enum { LB_MAX_METRICS = 32 };

/* The metrics by index, in the order of the columns; NULL past the end. Valid until the program
 * ends. */
const lb_metric *lb_metric_at(size_t metric);
size_t lb_metric_count(void);
/* The index of a metric; lb_metric_count() if none has this name. */
size_t lb_metric_find(const char *name);

typedef uint32_t lb_metric_set; /* bit m is set if metric m is wanted */
#define LB_METRIC_BIT(metric) ((lb_metric_set)1 << (metric))
lb_metric_set lb_metrics_all(void);
lb_metric_set lb_metrics_cheap(void); /* those that are not costly */

/* Parses "all", "cheap", or names separated by commas. */
lb_status lb_metrics_parse(lb_metric_set *out, const char *list, lb_error *err);

typedef struct lb_map_score {
    lb_localisation counts;       /* confusion matrix of M and T */
    double value[LB_MAX_METRICS]; /* NaN where undefined or not wanted */
} lb_map_score;

/* A scorer: workspace for images of one size, and what was computed from one ground truth. Use one
 * scorer in one thread at a time. */
typedef struct lb_scorer lb_scorer;
lb_status lb_scorer_create(lb_scorer **out, size_t height, size_t width, lb_error *err);
void lb_scorer_free(lb_scorer *scorer); /* accepts NULL */
/* Sets the ground truth (height, width) of the maps that follow; copied. LB_ERROR_NUMERIC: NaN. */
lb_status lb_scorer_set_truth(lb_scorer *scorer, const float *truth, lb_error *err);
/* Scores a map (height, width). Time is linear in the pixels, except for the EMDs. */
lb_status lb_scorer_score(lb_map_score *out, lb_scorer *scorer, const float *map,
                          lb_metric_set wanted, lb_ties ties, lb_error *err);
/* The same for a map of doubles of any scale. Ranks are those of the doubles. Shares of the sum are
 * those of the map divided by its maximum absolute value. Sorts all pixels. */
lb_status lb_scorer_score_double(lb_map_score *out, lb_scorer *scorer, const double *map,
                                 lb_metric_set wanted, lb_ties ties, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
