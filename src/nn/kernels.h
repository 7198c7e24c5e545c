/* SPDX-License-Identifier: MIT */
/* Layer kernels of the project's own. Blocked activations are (images, C / block, H, W, block); a
 * plane is one (H, W, block). All are the same for any number of threads. */
#ifndef LB_NN_KERNELS_H
#define LB_NN_KERNELS_H

#include "lesionbench/base.h"

static inline size_t
lb_min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

typedef struct lb_planes {
    size_t images, planes; /* planes of each image */
    size_t height, width, block;
} lb_planes;

/* Halves height and width (odd last rows and columns are dropped). choice, may be NULL: which of
 * the four (row-major) won: the first within a relative LB_TIE of the maximum. out is the winner's
 * value, so that what flows backward adds up. */
#define LB_TIE 1e-6f
void lb_pool_forward(float *out, uint8_t *argmax, const float *in, const lb_planes *shape);
/* The same behind a ReLU, of whose decisions the choice keeps what matters: where no element is
 * above 0, nobody wins. Only exact ties count: an element must be less than the maximum by no more
 * than rounding can tell. */
enum { LB_NO_ARGMAX = 4 };
void lb_pool_forward_rectified(float *out, uint8_t *argmax, const float *in,
                               const lb_planes *shape);
/* Routes each value to its winner; all else becomes 0. */
void lb_pool_backward(float *in_gradient, const float *out_gradient, const uint8_t *argmax,
                      const lb_planes *shape);

/* The same, and through the ReLU before: values is that ReLU's output, and becomes the gradient at
 * its input. */
void lb_pool_rectify_backward(float *values, const float *out_gradient, const uint8_t *argmax,
                              const lb_planes *shape);

/* Adaptive average pooling to LB_POOLED_SIDE squared, and from blocks to plain (images, C x 7 x 7).
 * channels are the true ones; scratch-free. Window i covers floor(i n / 7) .. ceil((i + 1) n / 7)
 * - 1. */
typedef struct lb_span {
    size_t start, end;
} lb_span;
lb_span lb_average_window(size_t i, size_t length);
void lb_average_forward(float *out, const float *in, size_t channels, const lb_planes *shape);
void lb_average_backward(float *in_gradient, const float *out_gradient, size_t channels,
                         const lb_planes *shape);

/* Blocked to plain (images, channels, H, W). */
void lb_unblock(float *out, const float *in, size_t channels, const lb_planes *shape);

/* out = max(0, in); may alias. */
void lb_rectify(float *out, const float *in, size_t count);
/* A ReLU's output becomes the gradient at its input, where it is 0 at 0. */
void lb_rectify_backward(float *values, const float *out_gradient, size_t count);
/* One bit for each value, set where it is above 0; and values to 0 where it is not set. bits
 * (lb_bit_words(count)). */
size_t lb_bit_words(size_t count);
void lb_relu_bits(uint32_t *bits, const float *values, size_t count);
void lb_keep_where(float *values, const uint32_t *bits, size_t count);
/* To bfloat16, the nearest, even ones in the middle; NaN stays NaN. */
void lb_round_bf16(uint16_t *out, const float *in, size_t count);
/* rows (n, units) += bias, then rectified where asked. */
void lb_add_bias(float *rows, const float *bias, size_t n, size_t units, bool relu);
/* sum[u] = sum over n rows. */
void lb_sum_rows(float *sum, const float *rows, size_t n, size_t units);

#endif
