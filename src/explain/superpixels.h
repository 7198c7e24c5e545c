/* SPDX-License-Identifier: MIT */
/* Super-pixels (SLIC) of an image. A copy of the image hides some of them. */
#ifndef LB_EXPLAIN_SUPERPIXELS_H
#define LB_EXPLAIN_SUPERPIXELS_H

#include "session.h"

typedef struct lb_superpixels {
    size_t pixels, count;
    int32_t *label;      /* (H, W): 0 .. count - 1 */
    const float *image;  /* (3, H, W) */
    float *fill;         /* (3, H, W): what stands where a super-pixel is hidden */
    bool *idle;          /* (count): hiding it changes no pixel */
    const uint8_t *seen; /* (copies, count): 1 where a copy shows a super-pixel; for hiding */
} lb_superpixels;

/* Segments image i of the batch by the options. usual: the method's default fill. The image is
 * borrowed. Release the result also on failure. */
lb_status lb_superpixels_init(lb_superpixels *out, const lb_batch *batch, size_t i, lb_infill usual,
                              lb_error *err);
void lb_superpixels_release(lb_superpixels *superpixels);

/* An lb_change (method.h) of lb_superpixels: row `copy` of `seen`. */
void lb_superpixels_hide(const void *data, float *out, size_t copy);

/* out (H, W): the weight of each pixel's super-pixel. */
void lb_superpixels_paint(float *out, const lb_superpixels *superpixels, const double *weights);

#endif
