/* SPDX-License-Identifier: MIT */
/* One composed image: lesions on a slice. Definitions: Oliveira et al. 2024, and where this project
 * departs from it, the switches of lb_scene_rules. */
#ifndef LB_BENCH_SCENE_H
#define LB_BENCH_SCENE_H

#include "lesionbench/base.h"
#include "lesionbench/lesions.h"

enum { LB_MAX_LESIONS = 32 }; /* on one image */

typedef struct lb_scene_rules {
    size_t size; /* side of the square result */
    double brain_intensity, lesion_intensity;
    /* A pixel is true where it has at least this share of the peak of the lesion in whose box its
     * centre lies, both taken after resizing. 0: wherever the resized masks are above 0. */
    double truth_threshold;
    size_t minimum_lesions, maximum_lesions;
    bool shuffle_round; /* the study shuffled irregular lesions only */
} lb_scene_rules;

/* What the seed of an image decides, before its slice is known. */
typedef struct lb_recipe {
    uint32_t seed;
    uint8_t label;
    size_t count;
    size_t lesions[2][LB_MAX_LESIONS]; /* indices into the library, for the label and, as if the
                                          label were the other one, for that */
} lb_recipe;

typedef struct lb_box {
    size_t top, left, height, width;
} lb_box;

/* A slice (height x width) prepared for placing. One for each thread. */
typedef struct lb_scene {
    size_t height, width, size;
    double *slice;                         /* (height, width), filled by the caller */
    double *truth;                         /* (height, width) */
    double *resized_image, *resized_truth; /* (size, size) */
    uint32_t *brain;                       /* brain pixels in row-major order */
    size_t brain_pixels;
    uint32_t *table; /* (height + 1, width + 1): brain pixels above and to the left */
} lb_scene;

lb_status lb_scene_init(lb_scene *out, size_t height, size_t width, size_t size, lb_error *err);
void lb_scene_release(lb_scene *scene);

/* order: scratch for the indices of the larger list. */
void lb_recipe_draw(lb_recipe *out, uint32_t seed, const lb_lesion_library *library,
                    const lb_scene_rules *rules, size_t *order);
/* Looks at scene->slice. LB_ERROR_FORMAT where it has no brain or values that are not finite. */
lb_status lb_scene_survey(lb_scene *scene, lb_error *err);
/* Finds boxes of brain for the recipe's lesions of that shape, none over another. False where none
 * were found in bounded tries. The study's stream: its first try is the study's placement. */
bool lb_scene_place(lb_box *boxes, const lb_scene *scene, const lb_recipe *recipe,
                    const lb_lesion_library *library, lb_shape shape);
/* Paints the recipe's lesions into the boxes and writes image and truth (size, size). Overwrites
 * scene->slice. */
lb_status lb_scene_compose(float *image, float *truth, lb_scene *scene, const lb_recipe *recipe,
                           const lb_box *boxes, const lb_lesion_library *library,
                           const lb_scene_rules *rules, lb_error *err);

#endif
