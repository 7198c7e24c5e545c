/* SPDX-License-Identifier: MIT */
/* Images selected by what models said of them, while maps are scored. */
#ifndef LB_STUDY_CHOSEN_IMAGES_H
#define LB_STUDY_CHOSEN_IMAGES_H

#include "lesionbench/explanations.h"

typedef struct image_selection {
    lb_selection selection;
    uint8_t *chosen[LB_SELECT_WRONG_FOR_ALL + 1]; /* (images) each, by selection; NULL: not asked */
} image_selection;

/* By the scoring's models, if any; `images` are in the split, the maps of this name in the file.
 * Where none of the models is the maps', no image is wrong for it. Release also on failure. */
lb_status image_selection_create(image_selection *out, const lb_scoring *scoring, size_t images,
                                 lb_split split, const lb_model_name *name, const char *path,
                                 lb_error *err);
void image_selection_release(image_selection *chosen);
/* Whether the image's maps are asked for. */
bool image_selection_has(const image_selection *chosen, size_t image);
/* For the column selection; "" where there were no models. */
const char *image_selection_name(const image_selection *chosen, size_t image);

#endif
