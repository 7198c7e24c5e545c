/* SPDX-License-Identifier: MIT */
/* Data augmentation: training images are flipped and rotated anew in every epoch. */
#ifndef LB_NN_AUGMENT_H
#define LB_NN_AUGMENT_H

#include "lesionbench/training.h"

typedef struct lb_augment {
    const lb_image_loader *from;
    bool flip;
    double rotation; /* degrees */
    uint64_t seed;
    size_t epoch;
    size_t threads;
    float *scratch; /* a plane for each thread */
} lb_augment;

bool lb_augment_is_on(const lb_training_options *options);
/* A loader of `from`'s images, flipped and rotated by the options. Each image draws from a stream
 * of (seed, epoch, image). from and out are borrowed until lb_augment_release(). */
lb_status lb_augment_init(lb_augment *out, lb_image_loader *images, const lb_image_loader *from,
                          const lb_training_options *options, lb_error *err);
void lb_augment_release(lb_augment *augment);

/* scipy.ndimage.rotate(image, degrees, reshape=False, order=1): about the centre, bilinear, 0 where
 * the image has no pixels around. */
void lb_rotate(float *out, const float *image, size_t height, size_t width, double degrees);

#endif
