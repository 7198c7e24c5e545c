/* SPDX-License-Identifier: MIT */
/* Part a: classifiers that know no shapes, cross-validated by subject. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_internal.h"
#include "audit_logistic.h"
#include "audit_statistics.h"
#include "lesionbench/distributions.h"

#include "lesionbench/random.h"

static const double LIMIT = 0.52, LEVEL = 0.01, PENALTY = 1;

/* What one classifier sees: a run of features or, where it is empty, the image at 16 x 16. */
typedef struct view {
    const char *name;
    bool uses_truth;
    bool sees_place; /* what a label by side is allowed to tell */
    size_t first, count;
} view;

static const view VIEWS[] = {
    {"brightness", false, false, FEATURE_IMAGE_MEAN, 4},
    {"histogram", false, false, FEATURE_HISTOGRAM, AUDIT_BINS},
    {"brain area", false, false, FEATURE_BRAIN_AREA, 1},
    {"these three together", false, false, FEATURE_IMAGE_MEAN, FEATURE_BRAIN_AREA + 1},
    {"nearest mean at 16 x 16", false, true, 0, 0},
    {"lesion count", true, false, FEATURE_LESION_COUNT, 1},
    {"lesion area", true, false, FEATURE_LESION_AREA, 1},
    {"lesion intensity", true, false, FEATURE_LESION_MEAN, 3},
    {"lesion position", true, true, FEATURE_ROW, 5},
    {"all but intensity", true, true, FEATURE_IMAGE_MEAN, FEATURE_LESION_MEAN},
};
enum { VIEW_COUNT = sizeof VIEWS / sizeof VIEWS[0] };

typedef struct validation {
    const audit_data *data;
    size_t *fold;   /* of each image */
    uint8_t *right; /* (VIEW_COUNT, images) */
    const lb_context *context;
} validation;

/* Subjects to folds at random, so that no order of theirs goes into it. */
static lb_status
assign_folds(validation *v, lb_error *err)
{
    lb_status status = LB_OK;
    const audit_data *data = v->data;
    size_t *order = NULL, *fold_of = NULL;
    lb_random random;
    LB_ALLOC(order, data->subjects);
    LB_ALLOC(fold_of, data->subjects);
    for (size_t i = 0; i < data->subjects; i++) {
        order[i] = i;
    }
    lb_random_init(&random, 0, LB_PURPOSE_AUDIT, 0);
    lb_random_shuffle(&random, order, data->subjects);
    for (size_t i = 0; i < data->subjects; i++) {
        fold_of[order[i]] = i % AUDIT_FOLDS;
    }
    for (size_t i = 0; i < data->count; i++) {
        v->fold[i] = fold_of[data->cluster[i]];
    }
cleanup:
    lb_free(fold_of);
    lb_free(order);
    return status;
}

/* Mean and deviation of a view's features over the images of other folds; 0 in scale's place where
 * a feature does not vary. */
static void
standardise(double *mean, double *scale, const validation *v, const view *w, size_t fold)
{
    for (size_t k = 0; k < w->count; k++) {
        double sum = 0, squares = 0, n = 0;
        for (size_t i = 0; i < v->data->count; i++) {
            if (v->fold[i] != fold) {
                sum += v->data->features[i * AUDIT_FEATURES + w->first + k];
                n++;
            }
        }
        mean[k] = sum / n;
        for (size_t i = 0; i < v->data->count; i++) {
            if (v->fold[i] != fold) {
                double d = v->data->features[i * AUDIT_FEATURES + w->first + k] - mean[k];
                squares += d * d;
            }
        }
        double deviation = sqrt(squares / n);
        scale[k] = deviation > 1e-9 * fabs(mean[k]) && deviation > 0 ? 1 / deviation : 0;
    }
}

static void
load_row(double *row, const validation *v, const view *w, size_t image, const double *mean,
         const double *scale)
{
    const double *features = v->data->features + image * AUDIT_FEATURES + w->first;
    for (size_t k = 0; k < w->count; k++) {
        row[k] = (features[k] - mean[k]) * scale[k];
    }
}

/* Learns from the other folds and says which images of this one it gets right. */
static lb_status
run_logistic(const validation *v, size_t which, size_t fold, lb_error *err)
{
    lb_status status = LB_OK;
    const view *w = VIEWS + which;
    const audit_data *data = v->data;
    double mean[AUDIT_FEATURES], scale[AUDIT_FEATURES], weights[AUDIT_FEATURES + 1];
    double row[AUDIT_FEATURES], *x = NULL;
    uint8_t *classes = NULL;
    size_t n = 0;
    LB_ALLOC(x, data->count * w->count);
    LB_ALLOC(classes, data->count);
    standardise(mean, scale, v, w, fold);
    for (size_t i = 0; i < data->count; i++) {
        if (v->fold[i] != fold) {
            load_row(x + n * w->count, v, w, i, mean, scale);
            classes[n++] = data->label[i];
        }
    }
    LB_TRY(audit_logistic(weights, x, classes, n, w->count, PENALTY, err));
    for (size_t i = 0; i < data->count; i++) {
        if (v->fold[i] == fold) {
            double z = weights[0];
            load_row(row, v, w, i, mean, scale);
            for (size_t k = 0; k < w->count; k++) {
                z += weights[k + 1] * row[k];
            }
            v->right[which * data->count + i] = (z > 0) == (data->label[i] == 1);
        }
    }
cleanup:
    lb_free(classes);
    lb_free(x);
    return status;
}

static void
run_nearest_mean(const validation *v, size_t which, size_t fold)
{
    const audit_data *data = v->data;
    double mean[2][AUDIT_CELLS] = {{0}}, size[2] = {0, 0};
    for (size_t i = 0; i < data->count; i++) {
        if (v->fold[i] != fold) {
            size[data->label[i]]++;
            for (size_t c = 0; c < AUDIT_CELLS; c++) {
                mean[data->label[i]][c] += (double)data->grid[i * AUDIT_CELLS + c];
            }
        }
    }
    for (size_t i = 0; i < data->count; i++) {
        double apart = 0; /* squared distance to class 0's mean less that to class 1's */
        for (size_t c = 0; v->fold[i] == fold && c < AUDIT_CELLS; c++) {
            double value = (double)data->grid[i * AUDIT_CELLS + c];
            double d0 = value - mean[0][c] / size[0], d1 = value - mean[1][c] / size[1];
            apart += d0 * d0 - d1 * d1;
        }
        if (v->fold[i] == fold) {
            v->right[which * data->count + i] = (apart > 0) == (data->label[i] == 1);
        }
    }
}

/* Whether each fold leaves images of both classes to learn from. */
static bool
can_learn(const validation *v)
{
    size_t size[2] = {0, 0}, in_fold[AUDIT_FOLDS][2] = {{0}};
    for (size_t i = 0; i < v->data->count; i++) {
        size[v->data->label[i]]++;
        in_fold[v->fold[i]][v->data->label[i]]++;
    }
    for (size_t f = 0; f < AUDIT_FOLDS; f++) {
        if (in_fold[f][0] == size[0] || in_fold[f][1] == size[1]) {
            return false;
        }
    }
    return true;
}

static lb_status
run_all(const validation *v, lb_error *err)
{
    lb_status result[VIEW_COUNT * AUDIT_FOLDS];
    lb_error errors[VIEW_COUNT * AUDIT_FOLDS];
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < VIEW_COUNT * AUDIT_FOLDS; k++) {
        size_t job = VIEW_COUNT * AUDIT_FOLDS - 1 - k; /* the largest first */
        size_t which = job / AUDIT_FOLDS, fold = job % AUDIT_FOLDS;
        result[job] = LB_OK;
        if (lb_is_cancelled(v->context)) {
            continue;
        }
        if (VIEWS[which].count == 0) {
            run_nearest_mean(v, which, fold);
        } else {
            result[job] = run_logistic(v, which, fold, errors + job);
        }
    }
    for (size_t job = 0; job < VIEW_COUNT * AUDIT_FOLDS; job++) {
        if (result[job] != LB_OK) {
            *err = errors[job];
            return result[job];
        }
    }
    return lb_check_cancelled(v->context, err);
}

/* p_limit, p_chance: corrected. */
static lb_status
judge_view(lb_check *check, const view *w, const audit_accuracy *a, double p_limit, double p_chance,
           const audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    bool invisible = false;
    check->value = a->value;
    check->low = a->low;
    check->high = a->high;
    check->p = p_limit;
    check->verdict = p_limit < LEVEL    ? LB_VERDICT_FAIL
                     : p_chance < LEVEL ? LB_VERDICT_WARNING
                                        : LB_VERDICT_PASS;
    if (check->verdict == LB_VERDICT_WARNING) {
        snprintf(check->note, sizeof check->note, "above chance, but not surely above the limit");
    }
    if (check->verdict == LB_VERDICT_FAIL && w->uses_truth) {
        LB_TRY(audit_invisible(&invisible, data, w->first, w->count, err));
    }
    if (invisible) {
        check->verdict = LB_VERDICT_WARNING;
        snprintf(check->note, sizeof check->note,
                 "told by a difference too small to be seen in an image");
    }
    if (w->sees_place && data->label_by_side) {
        check->verdict = LB_VERDICT_PASS;
        snprintf(check->note, sizeof check->note, "the label is a side");
    }
cleanup:
    return status;
}

static lb_status
judge_all(lb_audit *audit, const validation *v, bool enough, lb_error *err)
{
    lb_status status = LB_OK;
    const audit_data *data = v->data;
    audit_accuracy accuracy[VIEW_COUNT];
    double p_limit[VIEW_COUNT], p_chance[VIEW_COUNT];
    size_t order[VIEW_COUNT];
    for (size_t w = 0; enough && w < VIEW_COUNT; w++) {
        LB_TRY(audit_balanced_accuracy(accuracy + w, v->right + w * data->count, data->label,
                                       data->cluster, data->count, data->subjects, AUDIT_FOLDS,
                                       LIMIT, err));
        p_limit[w] = accuracy[w].p_limit;
        p_chance[w] = accuracy[w].p_chance;
    }
    if (enough) {
        lb_holm(p_limit, VIEW_COUNT, order);
        lb_holm(p_chance, VIEW_COUNT, order);
    }
    for (size_t w = 0; w < VIEW_COUNT; w++) {
        lb_check *check = lb_audit_add(audit, 'a', VIEWS[w].name, "balanced accuracy", err);
        LB_TRY(check == NULL ? err->code : LB_OK);
        check->uses_truth = VIEWS[w].uses_truth;
        check->chance = 0.5;
        check->limit = LIMIT;
        check->verdict = LB_VERDICT_SKIPPED;
        if (enough) {
            LB_TRY(judge_view(check, VIEWS + w, accuracy + w, p_limit[w], p_chance[w], data, err));
        } else {
            snprintf(check->note, sizeof check->note,
                     "fewer than %d images of a class or %d subjects", AUDIT_MIN_IMAGES,
                     AUDIT_MIN_SUBJECTS);
        }
    }
cleanup:
    return status;
}

lb_status
audit_classify(lb_audit *audit, const audit_data *data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    validation v = {.data = data, .context = context};
    LB_ALLOC(v.fold, data->count);
    LB_ALLOC(v.right, VIEW_COUNT * data->count);
    LB_TRY(assign_folds(&v, err));
    bool enough =
        audit_enough_images(data) && data->subjects >= AUDIT_MIN_SUBJECTS && can_learn(&v);
    if (enough) {
        LB_TRY(run_all(&v, err));
    }
    LB_TRY(judge_all(audit, &v, enough, err));
cleanup:
    lb_free(v.right);
    lb_free(v.fold);
    return status;
}
