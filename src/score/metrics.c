/* SPDX-License-Identifier: MIT */
/* All metrics of a map. Definitions are in the public header. */
#include "lesionbench/metrics.h"

#include <math.h>
#include <string.h>

#include "lesionbench/clones.h"
#include "scorer.h"

const char *const LB_TIE_RULES[] = {"strict", "stable", NULL};

typedef struct entry {
    const char *name, *summary;
} entry;

static const entry TABLE[LB_METRICS] = {
    [LB_METRIC_IOU] = {"iou", "intersection over union of the brightest and the true pixels"},
    [LB_METRIC_PIXEL_AUROC] = {"pixel_auroc", "area under the ROC curve of the pixels"},
    [LB_METRIC_PIXEL_AUPRC] = {"pixel_auprc", "average precision of the pixels"},
    [LB_METRIC_RELEVANCE_MASS] = {"relevance_mass", "share of positive relevance in the truth"},
    [LB_METRIC_RELEVANCE_RANK] = {"relevance_rank", "share of the p brightest in the truth"},
    [LB_METRIC_IMPORTANCE_MASS] = {"importance_mass", "share of absolute values in the truth"},
    [LB_METRIC_POINTING_GAME] = {"pointing_game", "whether the brightest pixel is true"},
    [LB_METRIC_LESIONS] = {"lesions", "connected parts of the truth"},
    [LB_METRIC_LESION_DETECTION] = {"lesion_detection", "share of the lesions that are touched"},
    [LB_METRIC_LESION_MASS_MIN] = {"lesion_mass_min", "least share of absolute values in a lesion"},
    [LB_METRIC_LESION_MASS_MAX] = {"lesion_mass_max", "largest such share"},
    [LB_METRIC_EMD] = {"emd", "earth mover's distance of the p brightest, squared pixels"},
    [LB_METRIC_EMD_MAP] = {"emd_map", "earth mover's distance of the whole map, pixels"},
    [LB_METRIC_EMD_ACCURACY] = {"emd_accuracy", "1 - emd_map over the image's diagonal"},
    [LB_METRIC_EMD_FNI] = {"emd_fni", "the same, where the map need not mark all of the truth"},
};

const char *
lb_metric_name(size_t metric)
{
    return metric < LB_METRICS ? TABLE[metric].name : NULL;
}

const char *
lb_metric_summary(size_t metric)
{
    return metric < LB_METRICS ? TABLE[metric].summary : NULL;
}

static lb_status
parse_one(lb_metric_set *set, const char *name, lb_error *err)
{
    size_t nearest = 0;
    if (strcmp(name, "all") == 0 || strcmp(name, "cheap") == 0) {
        *set |= name[0] == 'a' ? LB_ALL_METRICS : LB_CHEAP_METRICS;
        return LB_OK;
    }
    for (size_t m = 1; m < LB_METRICS; m++) {
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

lb_status
lb_scorer_create(lb_scorer **out, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    lb_scorer *made = NULL;
    LB_ALLOC(made, 1);
    LB_TRY(lb_multiply(&made->count, height, width, err));
    if (made->count == 0 || made->count > UINT32_MAX / 2) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "maps of %zu x %zu pixels cannot be scored", height,
                       width));
    }
    made->height = height;
    made->width = width;
    size_t capacity = made->count + 1; /* loops that keep some write one past what they keep */
    LB_ALLOC(made->is_true, made->count);
    LB_ALLOC(made->pixel, capacity);
    LB_ALLOC(made->lesion, made->count);
    LB_ALLOC(made->label, made->count);
    LB_ALLOC(made->mass, made->count);
    LB_ALLOC(made->hit, made->count);
    LB_ALLOC(made->key, made->count);
    LB_ALLOC(made->sorted, capacity);
    LB_ALLOC(made->spare, capacity);
    LB_ALLOC(made->true_sorted, made->count);
    *out = made;
    return LB_OK;
cleanup:
    lb_scorer_free(made);
    return status;
}

void
lb_scorer_free(lb_scorer *scorer)
{
    if (scorer == NULL) {
        return;
    }
    lb_free(scorer->is_true);
    lb_free(scorer->pixel);
    lb_free(scorer->lesion);
    lb_free(scorer->label);
    lb_free(scorer->mass);
    lb_free(scorer->hit);
    lb_free(scorer->key);
    lb_free(scorer->sorted);
    lb_free(scorer->spare);
    lb_free(scorer->true_sorted);
    lb_free(scorer->order);
    lb_free(scorer->scaled);
    lb_free(scorer->work);
    lb_free(scorer);
}

/* Sums of |value| and of what is positive. */
LB_CLONES static void
sum_values(double *absolute, double *positive, const float *map, size_t count)
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

/* Sums in the truth, and all of what is told of lesions. */
static void
score_masses(double value[LB_METRICS], lb_scorer *scorer, const float *map, const ranking *order,
             lb_ties ties)
{
    double absolute = 0, positive = 0, absolute_true = 0, positive_true = 0;
    sum_values(&absolute, &positive, map, scorer->count);
    memset(scorer->mass, 0, scorer->lesions * sizeof *scorer->mass);
    memset(scorer->hit, 0, scorer->lesions);
    for (size_t k = 0; k < scorer->p; k++) {
        double one = (double)map[scorer->pixel[k]];
        absolute_true += fabs(one);
        positive_true += one > 0 ? one : 0;
        scorer->mass[scorer->lesion[k]] += fabs(one);
        scorer->hit[scorer->lesion[k]] |= ranking_selects(order, scorer, scorer->pixel[k], ties);
    }
    double least = INFINITY, most = 0, hits = 0;
    for (size_t l = 0; l < scorer->lesions; l++) {
        least = fmin(least, scorer->mass[l]);
        most = fmax(most, scorer->mass[l]);
        hits += scorer->hit[l];
    }
    value[LB_METRIC_RELEVANCE_MASS] = share(positive_true, positive);
    value[LB_METRIC_IMPORTANCE_MASS] = share(absolute_true, absolute);
    value[LB_METRIC_LESIONS] = (double)scorer->lesions;
    value[LB_METRIC_LESION_DETECTION] = hits / (double)scorer->lesions;
    value[LB_METRIC_LESION_MASS_MIN] = share(least, absolute);
    value[LB_METRIC_LESION_MASS_MAX] = share(most, absolute);
}

/* Of the pixels as bright as the brightest, the share that is true. */
static double
pointing_game(const lb_scorer *scorer, const ranking *order)
{
    uint32_t brightest = scorer->sorted[order->kept - 1];
    size_t all = 0, mine = 0;
    while (all < order->kept && scorer->sorted[order->kept - 1 - all] == brightest) {
        all++;
    }
    while (mine < scorer->p && scorer->true_sorted[scorer->p - 1 - mine] == brightest) {
        mine++;
    }
    return (double)mine / (double)all;
}

static void
score_counts(lb_map_score *out, const lb_scorer *scorer, const ranking *order, lb_ties ties)
{
    bool stable = ties == LB_TIES_STABLE;
    size_t tp = order->true_above + (stable ? order->true_ties : 0);
    size_t selected = stable ? scorer->p : order->above;
    size_t found = order->true_above + order->true_ties;
    out->counts = (lb_localisation){.tp = (uint32_t)tp,
                                    .fp = (uint32_t)(selected - tp),
                                    .fn = (uint32_t)(scorer->p - tp),
                                    .tn = (uint32_t)(scorer->count - scorer->p - (selected - tp)),
                                    .ties = (uint32_t)order->equal};
    out->value[LB_METRIC_IOU] = (double)tp / (double)(selected + scorer->p - tp);
    out->value[LB_METRIC_RELEVANCE_RANK] = (double)found / (double)scorer->p;
}

/* The keys are filled. */
static lb_status
score_keys(lb_map_score *out, lb_scorer *scorer, const float *map, lb_metric_set wanted,
           lb_ties ties, lb_error *err)
{
    lb_status status = LB_OK;
    lb_map_score made;
    ranking order = {0};
    for (size_t m = 0; m < LB_METRICS; m++) {
        made.value[m] = NAN;
    }
    if (scorer->p == 0) {
        made.counts = (lb_localisation){.tn = (uint32_t)scorer->count};
        *out = made;
        return LB_OK;
    }
    ranking_fill(&order, scorer);
    score_counts(&made, scorer, &order, ties);
    ranking_areas(&made.value[LB_METRIC_PIXEL_AUROC], &made.value[LB_METRIC_PIXEL_AUPRC], scorer,
                  &order);
    made.value[LB_METRIC_POINTING_GAME] = pointing_game(scorer, &order);
    score_masses(made.value, scorer, map, &order, ties);
    if ((wanted & ~LB_CHEAP_METRICS) != 0) {
        LB_TRY(emd_fill(made.value, scorer, map, &order, wanted, err));
    }
    for (size_t m = 0; m < LB_METRICS; m++) {
        if ((wanted & LB_METRIC_BIT(m)) == 0) {
            made.value[m] = NAN;
        }
    }
    *out = made;
cleanup:
    return status;
}

lb_status
lb_scorer_score(lb_map_score *out, lb_scorer *scorer, const float *map, lb_metric_set wanted,
                lb_ties ties, lb_error *err)
{
    lb_status status = ranking_keys(scorer, map, err);
    return status == LB_OK ? score_keys(out, scorer, map, wanted, ties, err) : status;
}

lb_status
lb_scorer_score_double(lb_map_score *out, lb_scorer *scorer, const double *map,
                       lb_metric_set wanted, lb_ties ties, lb_error *err)
{
    lb_status status = LB_OK;
    if (scorer->order == NULL) {
        LB_ALLOC(scorer->order, scorer->count);
    }
    if (scorer->scaled == NULL) {
        LB_ALLOC(scorer->scaled, scorer->count);
    }
    LB_TRY(ranking_keys_of_doubles(scorer, map, err));
    LB_TRY(score_keys(out, scorer, scorer->scaled, wanted, ties, err));
cleanup:
    return status;
}
