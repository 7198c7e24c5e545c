/* SPDX-License-Identifier: MIT */
/* Images selected by what models said of them, while maps are scored. */
#ifndef LB_STUDY_CHOSEN_IMAGES_H
#define LB_STUDY_CHOSEN_IMAGES_H

#include "lesionbench/explanations.h"

typedef struct chosen_images {
    lb_selection selection;
    uint8_t *chosen[LB_SELECT_WRONG_FOR_ALL + 1]; /* (images) each, by selection; NULL: not asked */
} chosen_images;

/* By the scoring's models, if any; `images` are in the split, the maps of this name in the file.
 * Where none of the models is the maps', no image is wrong for it. Release also on failure. */
lb_status chosen_images_create(chosen_images *out, const lb_scoring *scoring, size_t images,
                               lb_split split, const lb_model_name *name, const char *path,
                               lb_error *err);
void chosen_images_release(chosen_images *chosen);
/* Whether the image's maps are asked for. */
bool chosen_images_has(const chosen_images *chosen, size_t image);
/* For the column selection; "" where there were no models. */
const char *chosen_images_name(const chosen_images *chosen, size_t image);

#endif
