/* SPDX-License-Identifier: MIT */
#include "lesionbench/subgroups.h"

#include <stdlib.h>
#include <string.h>

const char *const LB_SUBGROUPS[] = {"none", "class", "lesion_count", "area", "subject", NULL};
const char *const LB_SELECTIONS[] = {"all", "correct", "wrong", "wrong_for_all", NULL};

typedef struct sized {
    size_t area, image;
} sized;

static int
by_area(const void *a, const void *b)
{
    const sized *x = a, *y = b;
    if (x->area != y->area) {
        return x->area < y->area ? -1 : 1;
    }
    return (x->image > y->image) - (x->image < y->image);
}

static lb_status
area_quarters(uint32_t *out, lb_dataset *dataset, lb_split split, const lb_context *context,
              lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = lb_dataset_count(dataset, split);
    size_t pixels = lb_dataset_height(dataset) * lb_dataset_width(dataset);
    sized *images = NULL;
    float *truth = NULL;
    LB_ALLOC(images, count);
    LB_ALLOC(truth, pixels);
    for (size_t i = 0; i < count; i++) {
        LB_TRY(lb_check_cancelled(context, err));
        LB_TRY(lb_dataset_read(NULL, truth, dataset, split, i, 1, err));
        images[i].image = i;
        for (size_t k = 0; k < pixels; k++) {
            images[i].area += truth[k] > 0;
        }
    }
    qsort(images, count, sizeof *images, by_area);
    for (size_t rank = 0; rank < count; rank++) {
        out[images[rank].image] = (uint32_t)(4 * rank / count + 1);
    }
cleanup:
    lb_free(truth);
    lb_free(images);
    return status;
}

lb_status
lb_subgroups(uint32_t *out, lb_dataset *dataset, lb_split split, lb_subgroup by,
             const lb_context *context, lb_error *err)
{
    if (by == LB_SUBGROUP_AREA) {
        return area_quarters(out, dataset, split, context, err);
    }
    const int32_t *labels = lb_dataset_labels(dataset, split);
    const uint8_t *lesions = lb_dataset_lesion_counts(dataset, split);
    const int32_t *subjects = lb_dataset_subjects(dataset, split);
    for (size_t i = 0; i < lb_dataset_count(dataset, split); i++) {
        out[i] = by == LB_SUBGROUP_CLASS          ? (uint32_t)labels[i]
                 : by == LB_SUBGROUP_LESION_COUNT ? lesions[i]
                 : by == LB_SUBGROUP_SUBJECT      ? (uint32_t)subjects[i]
                                                  : 0;
    }
    return LB_OK;
}

lb_status
lb_predictions_check(const lb_predictions *predictions, const char *path, const lb_dataset *dataset,
                     lb_split split, lb_error *err)
{
    const char *name = lb_split_name(split);
    const int32_t *labels = lb_dataset_labels(dataset, split);
    size_t images = lb_dataset_count(dataset, split);
    if (predictions->split[0] != '\0' && strcmp(predictions->split, name) != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: predicts the split %s, not %s (run 'lesionbench predict --split %s')",
                       path, predictions->split, name, name);
    }
    if (predictions->count != images) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: the predictions are of %zu images, the %s split has %zu", path,
                       predictions->count, name, images);
    }
    for (size_t i = 0; predictions->labels != NULL && i < images; i++) {
        if (predictions->labels[i] != labels[i]) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "%s: image %zu has the label %d, in the dataset's split %s it has %d "
                           "(the predictions are of another dataset)",
                           path, i, predictions->labels[i], name, labels[i]);
        }
    }
    return LB_OK;
}

lb_status
lb_select(uint8_t *out, const lb_predictions *models, size_t count, size_t model,
          lb_selection selection, lb_error *err)
{
    for (size_t m = 0; m < count; m++) {
        if (models[m].labels == NULL) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "the predictions of model %zu have no labels",
                           m);
        }
        if (models[m].count != models[0].count ||
            memcmp(models[m].labels, models[0].labels, models[0].count) != 0) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "the predictions of models 0 and %zu are not of the same images", m);
        }
    }
    for (size_t i = 0; count > 0 && i < models[0].count; i++) {
        size_t wrong = 0;
        for (size_t m = 0; m < count; m++) {
            wrong += models[m].predicted[i] != models[m].labels[i];
        }
        bool wrong_here = models[model].predicted[i] != models[model].labels[i];
        out[i] = selection == LB_SELECT_ALL       ? 1
                 : selection == LB_SELECT_CORRECT ? wrong == 0
                 : selection == LB_SELECT_WRONG   ? wrong_here
                                                  : wrong == count;
    }
    return LB_OK;
}
