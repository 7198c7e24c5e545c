/* SPDX-License-Identifier: MIT */
/* The metrics of a map: a function and a row each. T is the truth, M the mask of the map's p
 * brightest pixels (metrics.h). */
#include "lesionbench/metrics.h"

#include <math.h>
#include <string.h>

#include "base/cpu_kernel.h"
#include "scorer.h"

const char *const lb_tie_rule_names[] = {"strict", "stable", NULL};

/* Sums of |value| and of what is positive. */
LB_KERNEL(void, sum_values, (double *absolute, double *positive, const float *map, size_t count),
          (absolute, positive, map, count))
{
    enum { LANES = 16 };
    double a[LANES] = {0}, b[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            double value = (double)map[i + l];
            a[l] += fabs(value);
            b[l] += value > 0 ? value : 0;
        }
    }
    for (size_t i = whole; i < count; i++) {
        double value = (double)map[i];
        a[0] += fabs(value);
        b[0] += value > 0 ? value : 0;
    }
    for (size_t l = 1; l < LANES; l++) {
        a[0] += a[l];
        b[0] += b[l];
    }
    *absolute = a[0];
    *positive = b[0];
}

static double
share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void
find_areas(lb_scored_map *map)
{
    if (!map->has_areas) {
        ranking_areas(&map->auroc, &map->auprc, map->scorer, &map->order);
        map->has_areas = true;
    }
}

/* Sums in the truth, and all that is told of lesions. */
static void
find_masses(lb_scored_map *map)
{
    lb_scorer *scorer = map->scorer;
    if (map->has_masses) {
        return;
    }
    sum_values(&map->absolute, &map->positive, map->map, scorer->count);
    memset(scorer->mass, 0, scorer->lesions * sizeof *scorer->mass);
    memset(scorer->hit, 0, scorer->lesions);
    for (size_t k = 0; k < scorer->p; k++) {
        double one = (double)map->map[scorer->pixel[k]];
        bool selected = ranking_selects(&map->order, scorer, scorer->pixel[k], map->ties);
        map->absolute_true += fabs(one);
        map->positive_true += one > 0 ? one : 0;
        scorer->mass[scorer->lesion[k]] += fabs(one);
        scorer->hit[scorer->lesion[k]] |= selected;
    }
    map->min = INFINITY;
    for (size_t l = 0; l < scorer->lesions; l++) {
        map->min = fmin(map->min, scorer->mass[l]);
        map->max = fmax(map->max, scorer->mass[l]);
        map->hits += scorer->hit[l];
    }
    map->has_masses = true;
}

/* |M and T| / |M or T|. */
static lb_status
iou(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    *out = (double)map->tp / (double)(map->selected + map->scorer->p - map->tp);
    return LB_OK;
}

/* Chance that a true pixel is brighter than another, ties counting half; 0.5 for constant maps. */
static lb_status
pixel_auroc(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_areas(map);
    *out = map->auroc;
    return LB_OK;
}

/* Average precision, the step-wise sum over thresholds; p / n for constant maps. */
static lb_status
pixel_auprc(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_areas(map);
    *out = map->auprc;
    return LB_OK;
}

/* Share of the positive relevance that lies in T. */
static lb_status
relevance_mass(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_masses(map);
    *out = share(map->positive_true, map->positive);
    return LB_OK;
}

/* Share of exactly p brightest pixels (stable, whatever the rule asked for) that lies in T. */
static lb_status
relevance_rank(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    size_t found = map->order.true_above + map->order.true_ties;
    *out = (double)found / (double)map->scorer->p;
    return LB_OK;
}

/* Share of the sum of |map| that lies in T. */
static lb_status
importance_mass(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_masses(map);
    *out = share(map->absolute_true, map->absolute);
    return LB_OK;
}

/* 1 where the brightest pixel lies in T, else 0; of equally bright ones, the share that does. The
 * tolerance is 0 pixels. */
static lb_status
pointing_game(double *out, lb_scored_map *map, lb_error *err)
{
    const lb_scorer *scorer = map->scorer;
    const ranking *order = &map->order;
    uint32_t brightest = scorer->sorted[order->kept - 1];
    size_t all = 0, mine = 0;
    (void)err;
    while (all < order->kept && scorer->sorted[order->kept - 1 - all] == brightest) {
        all++;
    }
    while (mine < scorer->p && scorer->true_sorted[scorer->p - 1 - mine] == brightest) {
        mine++;
    }
    *out = (double)mine / (double)all;
    return LB_OK;
}

/* Parts of T that are connected by sides or corners. */
static lb_status
lesions(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    *out = (double)map->scorer->lesions;
    return LB_OK;
}

/* Share of the lesions that M touches. */
static lb_status
lesion_detection(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_masses(map);
    *out = map->hits / (double)map->scorer->lesions;
    return LB_OK;
}

/* The least share of the sum of |map| in one lesion. */
static lb_status
lesion_mass_min(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_masses(map);
    *out = share(map->min, map->absolute);
    return LB_OK;
}

static lb_status
lesion_mass_max(double *out, lb_scored_map *map, lb_error *err)
{
    (void)err;
    find_masses(map);
    *out = share(map->max, map->absolute);
    return LB_OK;
}

/* To add a metric, give it a row at the end: the order is that of the columns.
 *   emd           between the p brightest pixels (stable) and T, each pixel weighing 1 / p, the
 * cost being the squared Euclidean distance: 0 ... (H-1)^2 + (W-1)^2. emd_map       between |map|
 * and T, both scaled to 1, T's pixels weighing 1 / p, the cost being the Euclidean distance: 0 ...
 * d_max = sqrt((H-1)^2 + (W-1)^2). emd_accuracy  1 - emd_map / d_max. emd_fni       as
 * emd_accuracy, but mass within T reaches all of T for nothing, so that a map need not mark all of
 * it; over the cost of the worst map, all of whose mass is in the one pixel that is on average
 * farthest from T. */
static const lb_metric TABLE[] = {
    {.name = "iou",
     .title = "Intersection over union",
     .summary = "intersection over union of the brightest and the true pixels",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Jaccard, New Phytologist 1912",
     .compute = iou},
    {.name = "pixel_auroc",
     .title = "Pixel AUROC",
     .summary = "area under the ROC curve of the pixels",
     .range = "0-1, chance 0.5",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Fawcett, Pattern Recognition Letters 2006",
     .compute = pixel_auroc},
    {.name = "pixel_auprc",
     .title = "Pixel AUPRC",
     .summary = "average precision of the pixels",
     .range = "0-1, chance p / n",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "scikit-learn, average_precision_score",
     .compute = pixel_auprc},
    {.name = "relevance_mass",
     .title = "Relevance mass accuracy",
     .summary = "share of positive relevance in the truth",
     .range = "0-1, chance p / n",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Arras, Osman, Samek, Information Fusion 2022",
     .compute = relevance_mass},
    {.name = "relevance_rank",
     .title = "Relevance rank accuracy",
     .summary = "share of the p brightest in the truth",
     .range = "0-1, chance p / n",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Arras, Osman, Samek, Information Fusion 2022",
     .compute = relevance_rank},
    {.name = "importance_mass",
     .title = "Importance mass accuracy",
     .summary = "share of absolute values in the truth",
     .range = "0-1, chance p / n",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Clark, Wilming, Haufe, Machine Learning 2024",
     .compute = importance_mass},
    {.name = "pointing_game",
     .title = "Pointing game",
     .summary = "whether the brightest pixel is true",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Zhang et al., IJCV 2018",
     .compute = pointing_game},
    {.name = "lesions",
     .title = "Lesions",
     .summary = "connected parts of the truth",
     .range = "count",
     .direction = LB_NEITHER_IS_BETTER,
     .source = "this project",
     .compute = lesions},
    {.name = "lesion_detection",
     .title = "Lesion detection",
     .summary = "share of the lesions that are touched",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "this project",
     .compute = lesion_detection},
    {.name = "lesion_mass_min",
     .title = "Smallest lesion mass",
     .summary = "least share of absolute values in a lesion",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "this project",
     .compute = lesion_mass_min},
    {.name = "lesion_mass_max",
     .title = "Largest lesion mass",
     .summary = "largest such share",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "this project",
     .compute = lesion_mass_max},
    {.name = "emd",
     .title = "Earth mover's distance",
     .summary = "earth mover's distance of the p brightest, squared pixels",
     .range = "pixels squared",
     .direction = LB_LOWER_IS_BETTER,
     .source = "Oliveira et al., Frontiers in AI 2024",
     .costly = true,
     .compute = emd_of_brightest},
    {.name = "emd_map",
     .title = "Earth mover's distance of the map",
     .summary = "earth mover's distance of the whole map, pixels",
     .range = "pixels",
     .direction = LB_LOWER_IS_BETTER,
     .source = "Clark, Wilming, Haufe, Machine Learning 2024",
     .costly = true,
     .compute = emd_of_map},
    {.name = "emd_accuracy",
     .title = "EMD accuracy",
     .summary = "1 - emd_map over the image's diagonal",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Clark, Wilming, Haufe, Machine Learning 2024",
     .costly = true,
     .compute = emd_accuracy},
    {.name = "emd_fni",
     .title = "False-negative-invariant EMD accuracy",
     .summary = "the same, where the map need not mark all of the truth",
     .range = "0-1",
     .direction = LB_HIGHER_IS_BETTER,
     .source = "Clark et al., PatternGAM, FNI-EMDA",
     .costly = true,
     .compute = emd_invariant},
};

_Static_assert(sizeof TABLE / sizeof *TABLE <= LB_MAX_METRICS, "raise LB_MAX_METRICS");

size_t
lb_metric_count(void)
{
    return sizeof TABLE / sizeof *TABLE;
}

const lb_metric *
lb_metric_at(size_t metric)
{
    return metric < lb_metric_count() ? &TABLE[metric] : NULL;
}

size_t
lb_metric_find(const char *name)
{
    size_t m = 0;
    while (m < lb_metric_count() && strcmp(name, TABLE[m].name) != 0) {
        m++;
    }
    return m;
}

lb_metric_set
lb_metrics_all(void)
{
    return (lb_metric_set)(((uint64_t)1 << lb_metric_count()) - 1);
}

lb_metric_set
lb_metrics_cheap(void)
{
    lb_metric_set set = 0;
    for (size_t m = 0; m < lb_metric_count(); m++) {
        set |= TABLE[m].costly ? 0 : LB_METRIC_BIT(m);
    }
    return set;
}

static lb_status
parse_one(lb_metric_set *set, const char *name, lb_error *err)
{
    size_t nearest = 0;
    if (strcmp(name, "all") == 0 || strcmp(name, "cheap") == 0) {
        *set |= name[0] == 'a' ? lb_metrics_all() : lb_metrics_cheap();
        return LB_OK;
    }
    for (size_t m = 1; m < lb_metric_count(); m++) {
        if (lb_edit_distance(name, TABLE[m].name) < lb_edit_distance(name, TABLE[nearest].name)) {
            nearest = m;
        }
    }
    if (strcmp(name, TABLE[nearest].name) != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "unknown metric '%s' (did you mean '%s'?)", name,
                       TABLE[nearest].name);
    }
    *set |= LB_METRIC_BIT(nearest);
    return LB_OK;
}

lb_status
lb_metrics_parse(lb_metric_set *out, const char *list, lb_error *err)
{
    lb_status status = LB_OK;
    lb_metric_set made = 0;
    char *copy = lb_strdup(list, err), *rest = NULL;
    LB_TRY(copy == NULL ? err->code : LB_OK);
    for (char *name = strtok_r(copy, ", ", &rest); name != NULL;
         name = strtok_r(NULL, ", ", &rest)) {
        LB_TRY(parse_one(&made, name, err));
    }
    *out = made;
cleanup:
    lb_free(copy);
    return status;
}
