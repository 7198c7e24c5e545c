/* SPDX-License-Identifier: MIT */
/* Between winograd.c and its inner loops. */
#ifndef LB_NN_WINOGRAD_INTERNAL_H
#define LB_NN_WINOGRAD_INTERNAL_H

#include "kernels.h"
#include "winograd.h"

enum {
    LB_WINOGRAD_PLACES = LB_WINOGRAD_IN * LB_WINOGRAD_IN,
    LB_WINOGRAD_PAIR = 2 /* output blocks that products make at a time */
};

/* Of one instruction set. A `pair` is two output blocks, or a last single one: `vectors`. */
typedef struct lb_winograd_kernels {
    size_t block, group; /* channels of a block; tiles that products take at a time */
    /* u (places, inputs, vectors, block) of one pair, places so many floats apart; inputs:
     * channels, whole blocks. */
    void (*weights)(float *u, size_t place_stride, const lb_winograd_weights *w, size_t pair,
                    size_t inputs, size_t vectors);
    /* v (places, groups, planes, group, block) of one plane, a block of input channels: the tiles
     * of a group are what products read one after the other. */
    void (*input_tiles)(float *v, size_t place_stride, const lb_winograd_input *in,
                        const lb_winograd_shape *s, size_t plane, const lb_winograd_tile *tiles,
                        size_t count);
    /* One place: m (count, vectors, block) = sum over channels of v x u. */
    void (*products)(float *m, const float *v, size_t planes, const float *u, size_t vectors,
                     size_t count);
    void (*output_tiles)(const lb_winograd_output *out, const float *m, size_t place_stride,
                         const lb_winograd_shape *s, size_t pair, size_t vectors,
                         const lb_winograd_tile *tiles, size_t count);
} lb_winograd_kernels;

extern const lb_winograd_kernels lb_winograd_avx512, lb_winograd_avx2;

#endif
