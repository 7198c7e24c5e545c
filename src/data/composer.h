/* SPDX-License-Identifier: MIT */
/* Shared by lb_compose() and lb_composer_make(): the assignment of slices to images, and the
 * composition of one image. */
#ifndef LB_DATA_COMPOSER_H
#define LB_DATA_COMPOSER_H

#include "composition.h"
#include "lesionbench/compose.h"

/* Converts the options to rules. LB_ERROR_ARGUMENT for unknown known-defect names. */
lb_status lb_compose_rules(lb_composition_rules *out, const lb_compose_options *options,
                           lb_error *err);
/* Images of a split, every_slice considered. */
size_t lb_compose_images(const lb_compose_options *options, const lb_slices *slices,
                         lb_split split);
lb_status lb_compose_check(const lb_compose_options *options, const lb_slices *slices,
                           const lb_lesion_library *lesions, lb_error *err);

/* Shared by all threads of a run. */
typedef struct lb_compose_plan {
    lb_composition_rules rules;
    const lb_compose_options *options; /* borrowed, as are slices and lesions */
    lb_slices *slices;
    const lb_lesion_library *lesions;
    lb_lesion_library *fitted; /* what lesions is where they were fitted to the images' size */
    size_t images[LB_SPLITS];
    size_t *slice_order[LB_SPLITS]; /* the split's slices, in the order in which images take them */
    size_t slice_order_count[LB_SPLITS];
    size_t slice_tries; /* slices an image may look at */
} lb_compose_plan;

lb_status lb_compose_plan_init(lb_compose_plan *out, const lb_compose_options *options,
                               lb_slices *slices, const lb_lesion_library *lesions, lb_error *err);
void lb_compose_plan_release(lb_compose_plan *plan);

/* The workspace of a thread. */
typedef struct lb_compose_worker {
    lb_composition composition;
    float *pixels;       /* a slice */
    double *native;      /* the same, where it is resized before lesions are put on it ... */
    lb_resizer *resizer; /* ... by this */
    size_t *order;
} lb_compose_worker;

lb_status lb_compose_worker_init(lb_compose_worker *out, const lb_compose_plan *plan,
                                 lb_error *err);
void lb_compose_worker_release(lb_compose_worker *worker);

/* The properties of an image besides its pixels. */
typedef struct lb_composed {
    uint8_t label, lesion_count;
    int32_t slice, subject;
    size_t passed_over; /* slices that could not hold the image's lesions */
} lb_composed;

/* Composes the image of a seed. Its slice is entry `slice_index` (cyclic) of the split's slice
 * order, or the next one with space. truth and distractor, (size, size), may be NULL. */
lb_status lb_compose_image(lb_composed *out, float *image, float *truth, uint8_t *distractor,
                           lb_compose_worker *worker, const lb_compose_plan *plan, lb_split split,
                           uint32_t seed, size_t slice_index, lb_error *err);

#endif
