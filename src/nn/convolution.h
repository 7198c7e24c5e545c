/* SPDX-License-Identifier: MIT */
/* 3 x 3 convolutions (stride 1, padding 1), by oneDNN or by winograd.h, and matrix products.
 *
 * Activations between convolutions are blocked: (N, C / block, H, W, block), channels padded with
 * zeros to a multiple of the block. The images of the first layer are plain (N, C, H, W). All are
 * float32; where the backend computes in bfloat16, its operands are rounded on the way in. */
#ifndef LB_NN_CONVOLUTION_H
#define LB_NN_CONVOLUTION_H

#include "lesionbench/executor.h"
#include "winograd.h"

typedef struct lb_backend lb_backend; /* a oneDNN engine, its stream, and shared scratch memory */

/* LB_ERROR_UNSUPPORTED for bfloat16 on a machine without AVX-512. */
lb_status lb_backend_create(lb_backend **out, const lb_compute *compute, lb_error *err);
void lb_backend_free(lb_backend *backend);
/* The memory of transient weights, for other work between convolutions. */
lb_status lb_backend_scratch(void **out, lb_backend *backend, size_t bytes, lb_error *err);
/* Channels of a block: 16 with AVX-512, else 8. */
size_t lb_backend_block(const lb_backend *backend);

typedef struct lb_convolution_shape {
    size_t batch, in, out, height, width;
    bool plain_input; /* (N, C, H, W) instead of blocked */
    bool relu;        /* rectify the output */
    bool to_input;    /* plan backward_input */
    bool to_weights;  /* plan backward_weights */
    /* Lay the weights out anew for each use, in memory that the backend's convolutions share: takes
     * some hundredths of the time and a tenth of the memory. Not with to_weights. */
    bool transient;
    bool direct; /* the direct algorithm, whatever the backend prefers */
} lb_convolution_shape;

typedef struct lb_convolution lb_convolution;

/* The backend must outlive the convolution. One convolution of a backend computes at a time. */
lb_status lb_convolution_create(lb_convolution **out, lb_backend *backend,
                                const lb_convolution_shape *shape, lb_error *err);
void lb_convolution_free(lb_convolution *convolution);
/* Copies weight (O, I, 3, 3) and bias (O) into the layouts that the kernels want; where these are
 * transient, weight is borrowed until it is set anew. */
lb_status lb_convolution_set_weights(lb_convolution *convolution, const float *weight,
                                     const float *bias, lb_error *err);
lb_status lb_convolution_forward(lb_convolution *convolution, const float *input, float *output,
                                 lb_error *err);
/* The transposed convolution. input_gradient is blocked, also where the input is plain. */
lb_status lb_convolution_backward_input(lb_convolution *convolution, const float *output_gradient,
                                        float *input_gradient, lb_error *err);
/* Both ways are by Winograd's algorithm, with what is around them in one sweep. */
bool lb_convolution_is_fused(const lb_convolution *convolution);

/* What is decided behind a convolution, and what of it is computed. */
typedef struct lb_fused_outputs {
    size_t images;       /* the first of the batch */
    uint32_t *relu_mask; /* of the ReLU's outputs a bit each, set where they are above 0, or ... */
    uint8_t *argmax;     /* ... not NULL: winners of the max pooling behind it, see kernels.h */
    const lb_winograd_tile *tiles; /* see winograd.h */
    size_t tile_count;
} lb_fused_outputs;

/* Forward through ReLU and pooling, and back from the gradient behind them. */
void lb_convolution_fused_forward(lb_convolution *convolution, const float *input, float *output,
                                  const lb_fused_outputs *decided);
void lb_convolution_fused_backward(lb_convolution *convolution, const float *output_gradient,
                                   float *input_gradient, const lb_fused_outputs *decided);
lb_status lb_convolution_backward_weights(lb_convolution *convolution, const float *input,
                                          const float *output_gradient, float *weight_gradient,
                                          float *bias_gradient, lb_error *err);

/* c (m, n) = op(a) op(b) + beta c, row-major; transpose_a: a is stored (k, m); transpose_b: b is
 * stored (n, k). */
lb_status lb_matrix_product(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
                            bool transpose_a, bool transpose_b, float beta, lb_error *err);

#endif
