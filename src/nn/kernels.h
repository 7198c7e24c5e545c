/* SPDX-License-Identifier: MIT */
/* Layer kernels of this project. Blocked activations are (images, C / block, H, W, block); a plane
 * is one (H, W, block). Results do not depend on the number of threads. */
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

/* Max pooling 2 x 2: halves height and width (odd last rows and columns are dropped). argmax, may
 * be NULL: which of the four (row-major) is the maximum: the first within a relative LB_TIE of it.
 * out is the value of that element, so backward values are consistent. */
#define LB_TIE 1e-6f
void lb_pool_forward(float *out, uint8_t *argmax, const float *in, const lb_planes *shape);
/* The same after a ReLU, with the ReLU's mask in argmax: LB_NO_ARGMAX if no element is above 0.
 * Ties: elements that are equal to the maximum up to rounding. */
enum { LB_NO_ARGMAX = 4 };
void lb_pool_forward_rectified(float *out, uint8_t *argmax, const float *in,
                               const lb_planes *shape);
/* Routes each value to its argmax; all other elements become 0. */
void lb_pool_backward(float *in_gradient, const float *out_gradient, const uint8_t *argmax,
                      const lb_planes *shape);

/* The same, and backward through the ReLU before the pooling. values: the output of that ReLU;
 * replaced by the gradient at its input. */
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
/* Backward through a ReLU: replaces its output by the gradient at its input. The gradient at 0 is
 * 0. */
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
