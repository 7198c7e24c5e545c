/* SPDX-License-Identifier: MIT */
/* Selects images by the models' predictions while maps are scored. */
#ifndef LB_RESULTS_IMAGE_SELECTION_H
#define LB_RESULTS_IMAGE_SELECTION_H

#include "lesionbench/explanations.h"

typedef struct image_selection {
    lb_selection selection;
    uint8_t *chosen[LB_SELECT_WRONG_FOR_ALL + 1]; /* (images) each, by selection; NULL: not asked */
} image_selection;

/* Selects by the scoring's models, if any. `images` are in the split, the maps of this name in the
 * file. If none of the models made the maps, no image is wrong for it. Release the result also on
 * failure. */
lb_status image_selection_create(image_selection *out, const lb_scoring *scoring, size_t images,
                                 lb_split split, const lb_model_name *name, const char *path,
                                 lb_error *err);
void image_selection_release(image_selection *chosen);
/* True if the image's maps are selected. */
bool image_selection_has(const image_selection *chosen, size_t image);
/* The value of the column selection; "" without models. */
const char *image_selection_name(const image_selection *chosen, size_t image);

#endif
