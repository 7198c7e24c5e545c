/* SPDX-License-Identifier: MIT */
/* Which images a result is of: parts of a dataset by what its images are, and selections by what
 * models made of them. */
#ifndef LESIONBENCH_STRATA_H
#define LESIONBENCH_STRATA_H

#include "lesionbench/dataset.h"
#include "lesionbench/predictions.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_subgroup {
    LB_SUBGROUP_NONE,
    LB_SUBGROUP_CLASS,        /* the label */
    LB_SUBGROUP_LESION_COUNT, /* as composed */
    LB_SUBGROUP_AREA,         /* quarter of the split's images by true pixels: 1 (least) to 4 */
    LB_SUBGROUP_SUBJECT       /* as dataset.h5 numbers them */
} lb_subgroup;
extern const char *const LB_SUBGROUPS[]; /* "none", "class", ... by the enum; NULL-terminated */

/* out (images of the split): the part that each image is in; 0 for LB_SUBGROUP_NONE. Of images with
 * equally many true pixels the earlier count as smaller. */
lb_status lb_subgroups(uint32_t *out, lb_dataset *dataset, lb_split split, lb_subgroup by,
                       const lb_context *context, lb_error *err);

typedef enum lb_selection {
    LB_SELECT_ALL,
    LB_SELECT_CORRECT, /* right for all models */
    LB_SELECT_WRONG,   /* wrong for the model in question */
    LB_SELECT_WRONG_FOR_ALL
} lb_selection;
extern const char *const LB_SELECTIONS[]; /* "all", "correct", "wrong", "wrong_for_all"; NULL */

/* LB_ERROR_ARGUMENT where the predictions are not of the split's images: they record another split,
 * another number of images or another label of an image. path is for messages. */
lb_status lb_predictions_check(const lb_predictions *predictions, const char *path,
                               const lb_dataset *dataset, lb_split split, lb_error *err);
/* out (images): 1 where the image is selected. models (count), all with labels and of as many
 * images: else LB_ERROR_ARGUMENT. model: which of them is in question. */
lb_status lb_select(uint8_t *out, const lb_predictions *models, size_t count, size_t model,
                    lb_selection selection, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
