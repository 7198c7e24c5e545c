/* SPDX-License-Identifier: MIT */
/* Which images a result is computed on: subgroups of a dataset by properties of the images, and
 * selections by the models' predictions. */
#ifndef LESIONBENCH_SUBGROUPS_H
#define LESIONBENCH_SUBGROUPS_H

#include "lesionbench/dataset.h"
#include "lesionbench/predictions.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_subgroup {
    LB_SUBGROUP_NONE,
    LB_SUBGROUP_CLASS,        /* the label */
    LB_SUBGROUP_LESION_COUNT, /* as composed */
    LB_SUBGROUP_AREA,         /* quartile of the number of true pixels: 1 (smallest) to 4 */
    LB_SUBGROUP_SUBJECT       /* as dataset.h5 numbers them */
} lb_subgroup;
extern const char *const LB_SUBGROUPS[]; /* "none", "class", ... by the enum; NULL-terminated */

/* out (images of the split): the subgroup of each image; 0 for LB_SUBGROUP_NONE. Among images with
 * equal numbers of true pixels the earlier one counts as smaller. */
lb_status lb_subgroups(uint32_t *out, lb_dataset *dataset, lb_split split, lb_subgroup by,
                       const lb_context *context, lb_error *err);

typedef enum lb_selection {
    LB_SELECT_ALL,
    LB_SELECT_CORRECT, /* all models are right */
    LB_SELECT_WRONG,   /* the model is wrong */
    LB_SELECT_WRONG_FOR_ALL
} lb_selection;
extern const char *const LB_SELECTIONS[]; /* "all", "correct", "wrong", "wrong_for_all"; NULL */

/* LB_ERROR_ARGUMENT if the predictions do not belong to the split: another split, number of images
 * or label of an image. path is for messages. */
lb_status lb_predictions_check(const lb_predictions *predictions, const char *path,
                               const lb_dataset *dataset, lb_split split, lb_error *err);
/* out (images): 1 if the image is selected. models (count): all with labels and with the same
 * number of images, else LB_ERROR_ARGUMENT. model: index of the model for LB_SELECT_WRONG. */
lb_status lb_select(uint8_t *out, const lb_predictions *models, size_t count, size_t model,
                    lb_selection selection, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
