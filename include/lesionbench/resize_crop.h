/* SPDX-License-Identifier: MIT */
/* The centre square of an image of any size, as torchvision's Resize(side) and CenterCrop(side)
 * take it: the shorter side becomes `side`, with the bilinear filter of Pillow (a triangle as wide
 * as the reduction, so that nothing aliases; Turkowski, Graphics Gems, 1990), in double without
 * Pillow's rounding to 8 bits; then the middle is cut out. Rows come one by one, so that memory is
 * the square's. */
#ifndef LESIONBENCH_FIT_H
#define LESIONBENCH_FIT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_resize_crop lb_resize_crop;

/* Sides of at least 1. */
lb_status lb_resize_crop_create(lb_resize_crop **out, size_t height, size_t width, size_t channels,
                                size_t side, lb_error *err);
void lb_resize_crop_free(lb_resize_crop *fit); /* accepts NULL */
/* The next of the image's rows: (width, channels). */
void lb_resize_crop_row(lb_resize_crop *fit, const float *row);
/* After all rows: out (channels, side, side). */
void lb_resize_crop_take(float *out, const lb_resize_crop *fit);

#ifdef __cplusplus
}
#endif

#endif
