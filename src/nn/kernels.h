/* SPDX-License-Identifier: MIT */
/* Layer kernels of the project's own. Blocked activations are (images, C / block, H, W, block); a
 * plane is one (H, W, block). All are the same for any number of threads. */
#ifndef LB_NN_KERNELS_H
#define LB_NN_KERNELS_H

#include "lesionbench/base.h"

typedef struct lb_planes {
    size_t images, planes; /* planes of each image */
    size_t height, width, block;
} lb_planes;

/* Halves height and width (odd last rows and columns are dropped). choice, may be NULL: which of
 * the four (row-major) won: the first within a relative LB_TIE of the maximum. out is the winner's
 * value, so that what flows backward adds up. */
#define LB_TIE 1e-6f
void lb_pool_forward(float *out, uint8_t *choice, const float *in, const lb_planes *shape);
/* Routes each value to its winner; all else becomes 0. */
void lb_pool_backward(float *in_gradient, const float *out_gradient, const uint8_t *choice,
                      const lb_planes *shape);

/* The same, and through the ReLU before: values is that ReLU's output, and becomes the gradient at
 * its input. */
void lb_pool_rectify_backward(float *values, const float *out_gradient, const uint8_t *choice,
                              const lb_planes *shape);

/* Adaptive average pooling to LB_POOLED_SIDE squared, and from blocks to plain (images, C x 7 x 7).
 * channels are the true ones; scratch-free. Window i covers floor(i n / 7) .. ceil((i + 1) n / 7)
 * - 1. */
void lb_average_forward(float *out, const float *in, size_t channels, const lb_planes *shape);
void lb_average_backward(float *in_gradient, const float *out_gradient, size_t channels,
                         const lb_planes *shape);

/* Blocked to plain (images, channels, H, W). */
void lb_unblock(float *out, const float *in, size_t channels, const lb_planes *shape);

/* out = max(0, in); may alias. */
void lb_rectify(float *out, const float *in, size_t count);
/* A ReLU's output becomes the gradient at its input, where it is 0 at 0. */
void lb_rectify_backward(float *values, const float *out_gradient, size_t count);
/* To bfloat16, the nearest, even ones in the middle; NaN stays NaN. */
void lb_round_bf16(uint16_t *out, const float *in, size_t count);
/* rows (n, units) += bias, then rectified where asked. */
void lb_add_bias(float *rows, const float *bias, size_t n, size_t units, bool relu);
/* sum[u] = sum over n rows. */
void lb_sum_rows(float *sum, const float *rows, size_t n, size_t units);

#endif
