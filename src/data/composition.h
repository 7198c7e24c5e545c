/* SPDX-License-Identifier: MIT */
/* One composed image: lesions, and optionally distractors, on a slice. Definitions: Oliveira et al.
 * 2024. The switches of lb_composition_rules select where this project differs. */
#ifndef LB_DATA_COMPOSITION_H
#define LB_DATA_COMPOSITION_H

#include "lesionbench/base.h"
#include "lesionbench/compose.h"
#include "lesionbench/image.h"
#include "lesionbench/lesions.h"

enum {
    LB_MAX_LESIONS = 32,              /* on one image */
    LB_MAX_ITEMS = 3 * LB_MAX_LESIONS /* lesions and distractors */
};

typedef struct lb_composition_rules {
    size_t size; /* side of the square result */
    double brain_intensity, lesion_intensity;
    /* A pixel is true where a lesion, in whose box the pixel's centre lies, has at least this share
     * of its own peak, both taken after resizing. 0: wherever the resized masks are above 0. */
    double truth_threshold;
    size_t minimum_lesions, maximum_lesions;
    size_t distractors; /* for each lesion ... */
    double plain_share; /* ... but for this share of images, which have none */
    lb_polarity polarity;
    bool label_by_side; /* instead of by shape */
    bool shuffle_round; /* the study shuffled irregular lesions only */
    bool faint_box;     /* lesion intensity starts at 0.1, all over the box */
    bool unbounded;     /* draw places without end, as the study does */
    bool footprints;    /* places that do not depend on the label; distractors need it */
    uint64_t seed;      /* of everything that the study does not draw */
} lb_composition_rules;

/* The specification of an image: what its seed decides, before its slice is known. */
typedef struct lb_image_spec {
    uint32_t seed;
    uint8_t label;
    size_t count;                               /* lesions */
    size_t items;                               /* lesions, then distractors */
    size_t lesions[LB_CLASSES][LB_MAX_LESIONS]; /* indices into the library, by shape */
    uint8_t shape[LB_MAX_LESIONS];              /* where the label goes by side */
    size_t distractors[LB_MAX_ITEMS];           /* entries count .. items - 1 */
    bool dark[LB_MAX_ITEMS];                    /* under random polarity */
} lb_image_spec;

typedef struct lb_box {
    size_t top, left, height, width;
} lb_box;
bool lb_boxes_overlap(const lb_box *a, const lb_box *b);

/* A slice (height x width), prepared for placing. One for each thread. */
typedef struct lb_composition {
    size_t height, width, size;
    double *slice;              /* (height, width), filled by the caller */
    double *truth, *distractor; /* (height, width), 0 outside items' boxes */
    double *alone;              /* (height, width), 0 but for a lesion that is resized alone */
    lb_resizer *resizer;        /* to (size, size) */
    double *resized;            /* (size, size): what was resized last of an item's box */
    uint32_t *brain;            /* brain pixels in row-major order */
    size_t brain_pixels;
    size_t middle_row; /* of the brain pixels, their mean */
    uint32_t *table;   /* (height + 1, width + 1): brain pixels above and to the left ... */
    bool has_table;    /* ... if there is one of this slice */
    uint8_t *occupied; /* (height, width): no place for a footprint */
    uint32_t *offsets; /* (2 x height x width): a footprint's pixels */
} lb_composition;

lb_status lb_composition_init(lb_composition *out, size_t height, size_t width, size_t size,
                              lb_error *err);
void lb_composition_release(lb_composition *composition);

/* order: scratch for the indices of the largest list. */
void lb_image_spec_draw(lb_image_spec *out, uint32_t seed, const lb_lesion_library *library,
                        const lb_composition_rules *rules, size_t *order);
/* The lesion or distractor of an item, for an image of this label. */
const lb_lesion *lb_image_spec_item(const lb_image_spec *spec, const lb_lesion_library *library,
                                    const lb_composition_rules *rules, uint8_t label, size_t item);

/* Indexes the brain pixels of composition->slice. LB_ERROR_FORMAT if it has no brain, or values
 * that are not finite. */
lb_status lb_composition_index_brain(lb_composition *composition, lb_error *err);
/* Finds the boxes of all items for an image of that label. False if none were found in a bounded
 * number of tries or, under rules->unbounded, if none can exist. Without footprints: boxes of
 * brain, each free of the pixels of earlier lesions (whole boxes under faint_box, else their
 * shapes, so that lesions may touch). This is the study's random stream; the first try is the
 * study's placement. With footprints: each item lies on brain with all its pixels and touches no
 * other; boxes of lesions are apart; the place of a lesion has space for the lesions of both
 * labels, centred on each other. So places are independent of the label, if the label is the
 * shape. */
bool lb_composition_place(lb_box *boxes, lb_composition *composition, const lb_image_spec *spec,
                          const lb_lesion_library *library, const lb_composition_rules *rules,
                          uint8_t label);
/* Blends the items into their boxes and writes image, truth and, unless NULL, the distractors' mask
 * (1 where truth would be), each (size, size). Overwrites composition->slice. */
/* The ground truth of the masks in composition->truth, (size, size). */
lb_status lb_composition_truth(float *truth, lb_composition *composition, const lb_image_spec *spec,
                               const lb_box *boxes, const lb_lesion_library *library,
                               const lb_composition_rules *rules, lb_error *err);
/* 1 where distractors would be true, by the masks in composition->distractor, (size, size). */
void lb_composition_distractors(uint8_t *out, lb_composition *composition,
                                const lb_image_spec *spec, const lb_box *boxes,
                                const lb_composition_rules *rules);
/* The whole image that was given to composition->resizer, (size, size). */
void lb_composition_resize(float *out, lb_composition *composition);
lb_status lb_composition_compose(float *image, float *truth, uint8_t *distractor,
                                 lb_composition *composition, const lb_image_spec *spec,
                                 const lb_box *boxes, const lb_lesion_library *library,
                                 const lb_composition_rules *rules, lb_error *err);

#endif
