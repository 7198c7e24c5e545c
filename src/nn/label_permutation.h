/* SPDX-License-Identifier: MIT */
/* Permutes the labels of training images, as a control: the data-randomisation test (Adebayo et
 * al.: Sanity checks for saliency maps, NeurIPS 2018, section 4.2). */
#ifndef LB_NN_LABEL_PERMUTATION_H
#define LB_NN_LABEL_PERMUTATION_H

#include "lesionbench/training.h"

typedef struct lb_label_permutation {
    const lb_image_loader *from;
    size_t *place;   /* (count): whose label each image has */
    int32_t *labels; /* (count) */
} lb_label_permutation;

/* A source of `from`'s images with labels permuted by a stream of the seed; the same permutation in
 * every epoch. Both borrow from and out until lb_label_permutation_release(), also on failure. */
lb_status lb_label_permutation_init(lb_label_permutation *out, lb_image_loader *images,
                                    const lb_image_loader *from, uint64_t seed, lb_error *err);
void lb_label_permutation_release(lb_label_permutation *permute);

#endif
