/* SPDX-License-Identifier: MIT */
/* The centre square of an image, as torchvision's Resize(side) and CenterCrop(side). The shorter
 * side is resized to `side` with Pillow's bilinear filter (a triangle as wide as the reduction
 * factor, against aliasing; Turkowski, Graphics Gems, 1990), in double, without Pillow's rounding
 * to 8 bits. Then the centre is cropped. Rows arrive one by one, so memory holds the square only.
 * Use one object in one thread at a time. */
#ifndef LESIONBENCH_RESIZE_CROP_H
#define LESIONBENCH_RESIZE_CROP_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_resize_crop lb_resize_crop;

/* Sides of at least 1. */
lb_status lb_resize_crop_create(lb_resize_crop **out, size_t height, size_t width, size_t channels,
                                size_t side, lb_error *err);
void lb_resize_crop_free(lb_resize_crop *resize); /* accepts NULL */
/* Adds the next row of the image: (width, channels). */
void lb_resize_crop_row(lb_resize_crop *resize, const float *row);
/* After all rows: the result, out (channels, side, side). */
void lb_resize_crop_take(float *out, const lb_resize_crop *resize);

#ifdef __cplusplus
}
#endif

#endif
