/* SPDX-License-Identifier: MIT */
/* A scorer's workspace, and the score of one map by the metrics that are wanted. */
#include "scorer.h"

#include <math.h>

lb_status
lb_scorer_create(lb_scorer **out, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    lb_scorer *made = NULL;
    LB_NOT_NULL(out);
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

static void
score_counts(lb_localisation *out, lb_scored_map *map)
{
    const lb_scorer *scorer = map->scorer;
    bool stable = map->ties == LB_TIES_STABLE;
    map->tp = map->order.true_above + (stable ? map->order.true_ties : 0);
    map->selected = stable ? scorer->p : map->order.above;
    *out =
        (lb_localisation){.tp = (uint32_t)map->tp,
                          .fp = (uint32_t)(map->selected - map->tp),
                          .fn = (uint32_t)(scorer->p - map->tp),
                          .tn = (uint32_t)(scorer->count - scorer->p - (map->selected - map->tp)),
                          .ties = (uint32_t)map->order.equal};
}

/* The keys are filled. */
static lb_status
score_keys(lb_map_score *out, lb_scorer *scorer, const float *map, lb_metric_set wanted,
           lb_ties ties, lb_error *err)
{
    lb_status status = LB_OK;
    lb_map_score made;
    lb_scored_map scored = {.scorer = scorer, .map = map, .ties = ties};
    const lb_metric *metric = NULL;
    for (size_t m = 0; m < LB_MAX_METRICS; m++) {
        made.value[m] = NAN;
    }
    if (scorer->p == 0) {
        made.counts = (lb_localisation){.tn = (uint32_t)scorer->count};
        *out = made;
        return LB_OK;
    }
    ranking_fill(&scored.order, scorer);
    score_counts(&made.counts, &scored);
    for (size_t m = 0; (metric = lb_metric_at(m)) != NULL; m++) {
        if ((wanted & LB_METRIC_BIT(m)) != 0) {
            LB_TRY(metric->compute(&made.value[m], &scored, err));
        }
    }
    *out = made;
cleanup:
    return status;
}

static lb_status
check_score(const lb_map_score *out, const lb_scorer *scorer, const void *map, lb_metric_set wanted,
            lb_ties ties, const char *function, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(out, function, "out", err));
    LB_TRY(lb_check_pointer(scorer, function, "scorer", err));
    LB_TRY(lb_check_pointer(map, function, "map", err));
    if (!scorer->has_truth) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: scorer has no ground truth (call lb_scorer_set_truth() first)",
                       function);
    }
    if ((wanted & ~lb_metrics_all()) != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: wanted has bits of no metric: %#x", function,
                       (unsigned)wanted);
    }
    if ((size_t)ties > LB_TIES_STABLE) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: ties %d is not an lb_ties", function,
                       (int)ties);
    }
cleanup:
    return status;
}

lb_status
lb_scorer_score(lb_map_score *out, lb_scorer *scorer, const float *map, lb_metric_set wanted,
                lb_ties ties, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_score(out, scorer, map, wanted, ties, __func__, err));
    LB_TRY(ranking_keys(scorer, map, err));
    LB_TRY(score_keys(out, scorer, map, wanted, ties, err));
cleanup:
    return status;
}

lb_status
lb_scorer_score_double(lb_map_score *out, lb_scorer *scorer, const double *map,
                       lb_metric_set wanted, lb_ties ties, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_score(out, scorer, map, wanted, ties, __func__, err));
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
