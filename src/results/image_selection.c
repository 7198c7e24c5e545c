/* SPDX-License-Identifier: MIT */
#include "image_selection.h"

#include <string.h>

lb_status
image_selection_create(image_selection *out, const lb_scoring *scoring, size_t images,
                       lb_split split, const lb_model_name *name, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    size_t model = 0;
    *out = (image_selection){.selection = scoring->selection};
    if (scoring->model_count == 0) {
        return LB_OK;
    }
    while (model < scoring->model_count &&
           !lb_model_name_same(&scoring->models[model].name, name)) {
        model++;
    }
    if (model == scoring->model_count && scoring->selection == LB_SELECT_WRONG) {
        LB_TRY(
            lb_fail(err, LB_ERROR_ARGUMENT,
                    "%s: none of the predictions is of its model (corpus '%s', degree '%s', seed "
                    "'%s')",
                    path, name->corpus, name->degree, name->seed));
    }
    if (scoring->models[0].count != images) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "the predictions are of %zu images, the %s split has %zu",
                       scoring->models[0].count, lb_split_name(split), images));
    }
    for (size_t s = 0; s <= LB_SELECT_WRONG_FOR_ALL; s++) {
        LB_ALLOC(out->chosen[s], images);
        if (s != LB_SELECT_WRONG || model < scoring->model_count) {
            LB_TRY(lb_select(out->chosen[s], scoring->models, scoring->model_count,
                             model < scoring->model_count ? model : 0, (lb_selection)s, err));
        }
    }
cleanup:
    return status;
}

void
image_selection_release(image_selection *chosen)
{
    for (size_t s = 0; s <= LB_SELECT_WRONG_FOR_ALL; s++) {
        lb_free(chosen->chosen[s]);
    }
    *chosen = (image_selection){.selection = LB_SELECT_ALL};
}

bool
image_selection_has(const image_selection *chosen, size_t image)
{
    return chosen->chosen[0] == NULL || chosen->chosen[chosen->selection][image];
}

const char *
image_selection_name(const image_selection *chosen, size_t image)
{
    static const lb_selection ORDER[] = {LB_SELECT_CORRECT, LB_SELECT_WRONG_FOR_ALL,
                                         LB_SELECT_WRONG};
    for (size_t k = 0; k < 3 && chosen->chosen[0] != NULL; k++) {
        if (chosen->chosen[ORDER[k]][image]) {
            return LB_SELECTIONS[ORDER[k]];
        }
    }
    return "";
}
