/* SPDX-License-Identifier: MIT */
/* 3 x 3 convolutions (stride 1, padding 1) of blocked float32 activations by Winograd's F(4 x 4, 3
 * x 3), fused with the layers around them: ReLU and its mask, max pooling and its argmax, and the
 * same backward.
 *
 * Each value is computed by itself, in the same order, so it is bit-identical for any number of
 * threads and any batch. */
#ifndef LB_NN_WINOGRAD_H
#define LB_NN_WINOGRAD_H

#include "lesionbench/base.h"

/* The machine has the instructions (AVX-512, or AVX2 with FMA) for blocks of so many channels. */
bool lb_winograd_runs(size_t block);

enum {
    LB_WINOGRAD_OUT = 4, /* a side of a tile of the output */
    /* ... and of the input that it is made of, from a row above and a column to the left on. */
    LB_WINOGRAD_IN = 6
};

/* Row and column in units of output tiles. */
typedef struct lb_winograd_tile {
    uint32_t image;
    uint16_t y, x;
} lb_winograd_tile;

/* Tiles along a side. */
size_t lb_winograd_tile_rows(size_t side);
/* Of all tiles of a batch, image by image and row by row. */
lb_winograd_tile lb_winograd_tile_at(size_t index, size_t rows, size_t columns);

typedef struct lb_winograd_shape {
    size_t images, height, width;
    size_t in, out; /* blocks of channels */
    size_t block;
    /* NULL, or the tiles of the output to compute; the others are left as they are, and of the
     * input no more is read than these are made of. */
    const lb_winograd_tile *tiles;
    size_t tile_count;
} lb_winograd_shape;

typedef struct lb_winograd_weights {
    /* (outs, ins, 3, 3), or (ins, outs, 3, 3) of the layer whose transposed computation this is:
     * true channels, the rest of the blocks gets 0. */
    const float *plain;
    size_t outs, ins;
    bool transposed;
    const float *ready; /* what lb_winograd_prepare() made of them; NULL: made anew on the way */
} lb_winograd_weights;

typedef struct lb_winograd_input {
    const float *values; /* (images, in, H, W, block) */
    /* NULL, or a bit for each value, which counts as 0 where it is not set. */
    const uint32_t *keep;
    /* NULL, or values are (images, in, H / 2, W / 2, block), and each goes to the corner of its
     * window that this says, as in lb_pool_backward(). Instead of keep. */
    const uint8_t *argmax;
} lb_winograd_input;

typedef struct lb_winograd_output {
    float *values;       /* (images, out, H, W, block) */
    const float *bias;   /* (out, block), or NULL */
    bool relu;           /* rectify; also where either of the following is there */
    uint32_t *relu_mask; /* NULL, or gets a bit for each value, set where it is above 0 */
    /* NULL, or values are (images, out, H / 2, W / 2, block), max-pooled as by
     * lb_pool_forward_rectified(), and this gets the winners. Instead of positive. */
    uint8_t *argmax;
} lb_winograd_output;

/* Floats of prepared weights. */
size_t lb_winograd_weights_size(const lb_winograd_shape *shape);
void lb_winograd_prepare(float *ready, const lb_winograd_weights *weights,
                         const lb_winograd_shape *shape);
/* Bytes of scratch memory, aligned to 64, that a computation by at most `threads` threads takes. */
size_t lb_winograd_scratch(const lb_winograd_shape *shape, size_t threads);
/* By OpenMP's threads, at most `threads`. */
void lb_winograd_convolve(const lb_winograd_output *out, const lb_winograd_input *in,
                          const lb_winograd_weights *weights, const lb_winograd_shape *shape,
                          void *scratch, size_t threads);

#endif
