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
extern const char *const lb_tie_rule_names[]; /* "strict", "stable"; NULL-terminated */

/* Indices of the metrics of this version, for C programs; definitions stand in the rows of
 * src/score/metrics.c and in docs/scores.md. Others are found by lb_metric_find(). */
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
    bool costly;        /* takes long: computed where it is asked for by name or by `all` */
    /* Of a map with at least one true pixel; *out is NaN before. */
    lb_status (*compute)(double *out, struct lb_scored_map *map, lb_error *err);
} lb_metric;

enum { LB_MAX_METRICS = 32 };

/* In the order of the columns; NULL past the end. Borrowed. */
const lb_metric *lb_metric_at(size_t metric);
size_t lb_metric_count(void);
/* The index of a metric; lb_metric_count() where none has this name. */
size_t lb_metric_find(const char *name);

typedef uint32_t lb_metric_set; /* bit m is set where metric m is wanted */
#define LB_METRIC_BIT(metric) ((lb_metric_set)1 << (metric))
lb_metric_set lb_metrics_all(void);
lb_metric_set lb_metrics_cheap(void); /* those that are not costly */

/* "all", "cheap", or names between commas. */
lb_status lb_metrics_parse(lb_metric_set *out, const char *list, lb_error *err);

typedef struct lb_map_score {
    lb_localisation counts;       /* of M against T */
    double value[LB_MAX_METRICS]; /* NaN where undefined or not wanted */
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
