/* SPDX-License-Identifier: MIT */
/* Parts c to f: distributions by class, leaks between splits, balance, values that cannot be. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit_internal.h"
#include "audit_statistics.h"
#include "lesionbench/distributions.h"

static const double LEVEL = 0.01;
/* Vargha & Delaney's bound of a small effect (J Educ Behav Stat 25 (2000) 101), and about the same
 * as the distance of two distribution functions. */
static const double LARGEST_EFFECT = 0.06, LARGEST_DISTANCE = 0.1;
/* A difference of less than this share cannot be seen in an image of real tissue. */
static const double MIN_SHIFT = 0.01;
static const double LARGEST_IMBALANCE = 0.05;

/* What part c compares. */
typedef struct variable {
    const char *name;
    size_t feature;
    int scale; /* the feature whose mean differences are shares of, or NO_SCALE */
    bool uses_truth;
    bool place; /* what a label by side is allowed to tell */
    bool shape; /* hangs on the outline's length, and so on what the label means */
} variable;

enum { NO_SCALE = -1 };

static const variable VARIABLES[] = {
    {"image mean", FEATURE_IMAGE_MEAN, FEATURE_IMAGE_MEAN, false, false, false},
    {"image deviation", FEATURE_IMAGE_DEVIATION, FEATURE_IMAGE_MEAN, false, false, false},
    {"brain mean", FEATURE_BRAIN_MEAN, FEATURE_BRAIN_MEAN, false, false, false},
    {"brain deviation", FEATURE_BRAIN_DEVIATION, FEATURE_BRAIN_MEAN, false, false, false},
    {"brain area", FEATURE_BRAIN_AREA, FEATURE_BRAIN_AREA, false, false, false},
    {"lesion count", FEATURE_LESION_COUNT, FEATURE_LESION_COUNT, true, false, false},
    {"lesion area", FEATURE_LESION_AREA, FEATURE_LESION_AREA, true, false, false},
    {"lesion mean", FEATURE_LESION_MEAN, FEATURE_LESION_MEAN, true, false, false},
    {"lesion contrast", FEATURE_LESION_CONTRAST, FEATURE_LESION_MEAN, true, false, false},
    {"lesion peak", FEATURE_LESION_PEAK, FEATURE_LESION_PEAK, true, false, false},
    {"lesion mass", FEATURE_LESION_MASS, FEATURE_LESION_MASS, true, false, true},
    {"lesion row", FEATURE_ROW, NO_SCALE, true, true, false},
    {"lesion column", FEATURE_COLUMN, NO_SCALE, true, true, false},
    {"lesion distance", FEATURE_DISTANCE, NO_SCALE, true, true, false},
    {"lesion spread of rows", FEATURE_SPREAD_ROWS, NO_SCALE, true, true, false},
    {"lesion spread of columns", FEATURE_SPREAD_COLUMNS, NO_SCALE, true, true, false},
};
enum { VARIABLE_COUNT = sizeof VARIABLES / sizeof VARIABLES[0] };

static void
copy_feature(double *out, const audit_data *data, size_t feature)
{
    for (size_t i = 0; i < data->count; i++) {
        out[i] = data->features[i * AUDIT_FEATURES + feature];
    }
}

/* A difference as a share of the mean of the variable's scale; NaN where it has none. */
static double
share_of_scale(const audit_data *data, const variable *v, double difference)
{
    double sum = 0;
    if (v->scale == NO_SCALE) {
        return NAN;
    }
    for (size_t i = 0; i < data->count; i++) {
        sum += data->features[i * AUDIT_FEATURES + (size_t)v->scale];
    }
    return difference > 0 ? difference * (double)data->count / fabs(sum) : 0;
}

lb_status
audit_invisible(bool *out, const audit_data *data, size_t first, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL;
    bool invisible = true;
    LB_ALLOC(values, data->count);
    for (size_t v = 0; v < VARIABLE_COUNT && invisible; v++) {
        const variable *one = VARIABLES + v;
        if (one->feature >= first && one->feature < first + count) {
            audit_comparison compared;
            copy_feature(values, data, one->feature);
            LB_TRY(audit_compare(&compared, values, data->label, data->count, err));
            invisible = share_of_scale(data, one, compared.shift) < MIN_SHIFT;
        }
    }
    *out = invisible;
cleanup:
    lb_free(values);
    return status;
}

/* p: corrected, of the rank test and of the distance. */
static void
judge_variable(lb_check *check, const variable *v, const audit_comparison *c, const double p[2],
               const audit_data *data)
{
    bool effect = fabs(c->auc - 0.5) > LARGEST_EFFECT && p[0] < LEVEL;
    bool distance = c->distance > LARGEST_DISTANCE && p[1] < LEVEL;
    double share = share_of_scale(data, v, c->shift);
    bool visible = !v->shape && !(share < MIN_SHIFT);
    check->value = c->auc;
    check->low = c->auc_low;
    check->high = c->auc_high;
    check->p = fmin(p[0], p[1]);
    check->verdict = !effect && !distance ? LB_VERDICT_PASS
                     : visible            ? LB_VERDICT_FAIL
                                          : LB_VERDICT_WARNING;
    char apart[40] = "", remark[40] = "";
    if (!isnan(share)) {
        snprintf(apart, sizeof apart, ", %.1f %% apart", 100 * share);
    }
    if (v->place && data->label_by_side) {
        check->verdict = LB_VERDICT_PASS;
        snprintf(remark, sizeof remark, "; the label is a side");
    } else if (v->shape && check->verdict == LB_VERDICT_WARNING) {
        snprintf(remark, sizeof remark, "; hangs on the outline");
    }
    snprintf(check->note, sizeof check->note, "D %.3f; means %.4g and %.4g%s%s", c->distance,
             c->mean[0], c->mean[1], apart, remark);
}

lb_status
audit_distributions(lb_audit *audit, const audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    audit_comparison compared[VARIABLE_COUNT];
    double p[2 * VARIABLE_COUNT], *values = NULL;
    size_t order[2 * VARIABLE_COUNT];
    bool enough = audit_enough_images(data);
    LB_ALLOC(values, data->count);
    for (size_t v = 0; enough && v < VARIABLE_COUNT; v++) {
        copy_feature(values, data, VARIABLES[v].feature);
        LB_TRY(audit_compare(compared + v, values, data->label, data->count, err));
        p[2 * v] = compared[v].rank_p;
        p[2 * v + 1] = compared[v].distance_p;
    }
    if (enough) {
        lb_holm(p, 2 * VARIABLE_COUNT, order);
    }
    for (size_t v = 0; v < VARIABLE_COUNT; v++) {
        lb_check *check = lb_audit_add(audit, 'c', VARIABLES[v].name, "AUC", err);
        LB_TRY(check == NULL ? err->code : LB_OK);
        check->uses_truth = VARIABLES[v].uses_truth;
        check->chance = 0.5;
        check->limit = 0.5 + LARGEST_EFFECT;
        check->verdict = LB_VERDICT_SKIPPED;
        if (enough) {
            judge_variable(check, VARIABLES + v, compared + v, p + 2 * v, data);
        } else {
            snprintf(check->note, sizeof check->note, "fewer than %d images of a class",
                     AUDIT_MIN_IMAGES);
        }
    }
cleanup:
    lb_free(values);
    return status;
}

/* An identity and the splits that it is in. */
typedef struct seen {
    int32_t id;
    uint8_t split;
} seen;

static int
by_id(const void *a, const void *b)
{
    int32_t x = ((const seen *)a)->id, y = ((const seen *)b)->id;
    return (x > y) - (x < y);
}

static lb_status
count_shared(lb_audit *audit, const audit_data *data, const char *name, const int32_t *ids,
             lb_error *err)
{
    lb_status status = LB_OK;
    seen *sorted = NULL;
    size_t shared = 0, different = 0;
    lb_check *check = lb_audit_add(audit, 'd', name, "number", err);
    LB_TRY(check == NULL ? err->code : LB_OK);
    LB_ALLOC(sorted, data->count);
    for (size_t i = 0; i < data->count; i++) {
        sorted[i] = (seen){ids[i], data->split[i]};
    }
    qsort(sorted, data->count, sizeof *sorted, by_id);
    for (size_t i = 0; i < data->count;) {
        size_t end = i;
        bool differs = false;
        while (end < data->count && sorted[end].id == sorted[i].id) {
            differs = differs || sorted[end].split != sorted[i].split;
            end++;
        }
        shared += differs;
        different++;
        i = end;
    }
    check->value = (double)shared;
    check->chance = check->limit = 0;
    check->verdict = shared > 0 ? LB_VERDICT_FAIL : LB_VERDICT_PASS;
    snprintf(check->note, sizeof check->note, "of %zu", different);
cleanup:
    lb_free(sorted);
    return status;
}

lb_status
audit_leaks(lb_audit *audit, const audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    if (data->has_subjects) {
        LB_TRY(count_shared(audit, data, "subjects in two splits", data->subject, err));
    } else {
        lb_check *check = lb_audit_add(audit, 'd', "subjects in two splits", "number", err);
        LB_TRY(check == NULL ? err->code : LB_OK);
        check->verdict = LB_VERDICT_SKIPPED;
        snprintf(check->note, sizeof check->note, "the file names no subjects");
    }
    LB_TRY(count_shared(audit, data, "slices in two splits", data->slice, err));
cleanup:
    return status;
}

lb_status
audit_balance(lb_audit *audit, const audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    size_t size[LB_SPLITS] = {0}, positive[LB_SPLITS] = {0}, order[LB_SPLITS];
    double p[LB_SPLITS];
    for (size_t i = 0; i < data->count; i++) {
        size[data->split[i]]++;
        positive[data->split[i]] += data->label[i];
    }
    for (size_t s = 0; s < LB_SPLITS; s++) {
        p[s] = size[s] > 0 ? audit_binomial_p(positive[s], size[s]) : (double)NAN;
    }
    lb_holm(p, LB_SPLITS, order);
    for (size_t s = 0; s < LB_SPLITS; s++) {
        if (size[s] == 0) {
            continue;
        }
        lb_check *check =
            lb_audit_add(audit, 'e', lb_split_name((lb_split)s), "share of irregular", err);
        LB_TRY(check == NULL ? err->code : LB_OK);
        check->value = (double)positive[s] / (double)size[s];
        audit_wilson(&check->low, &check->high, positive[s], size[s]);
        check->chance = 0.5;
        check->limit = 0.5 + LARGEST_IMBALANCE;
        check->p = p[s];
        bool far = fabs(check->value - 0.5) > LARGEST_IMBALANCE;
        check->verdict = far && p[s] < LEVEL ? LB_VERDICT_FAIL : LB_VERDICT_PASS;
        snprintf(check->note, sizeof check->note, "%zu of %zu", positive[s], size[s]);
    }
cleanup:
    return status;
}

lb_status
audit_defects(lb_audit *audit, const audit_data *data, lb_error *err)
{
    static const char *const NAMES[AUDIT_DEFECTS] = {[DEFECT_NOT_FINITE] =
                                                         "values that are not finite",
                                                     [DEFECT_RANGE] = "images beyond 0 to 1",
                                                     [DEFECT_NEGATIVE_TRUTH] = "truth below 0",
                                                     [DEFECT_NO_TRUTH] = "no truth",
                                                     [DEFECT_OFF_BRAIN] = "truth off the brain"};
    lb_status status = LB_OK;
    for (size_t d = 0; d < AUDIT_DEFECTS; d++) {
        size_t count = 0, first = 0;
        for (size_t i = data->count; i-- > 0;) {
            if ((data->defects[i] >> d & 1) != 0) {
                count++;
                first = i;
            }
        }
        lb_check *check = lb_audit_add(audit, 'f', NAMES[d], "images", err);
        LB_TRY(check == NULL ? err->code : LB_OK);
        check->uses_truth = d >= DEFECT_NEGATIVE_TRUTH;
        check->value = (double)count;
        check->chance = check->limit = 0;
        check->verdict = count > 0 ? LB_VERDICT_FAIL : LB_VERDICT_PASS;
        if (count > 0) {
            size_t before = 0;
            while (before < first && data->split[first - before - 1] == data->split[first]) {
                before++;
            }
            snprintf(check->note, sizeof check->note, "the first is image %zu of %s", before,
                     lb_split_name((lb_split)data->split[first]));
        }
    }
cleanup:
    return status;
}
