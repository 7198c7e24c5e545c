/* SPDX-License-Identifier: MIT */
/* The interface between dense.c and its inner loops. */
#ifndef LB_NN_DENSE_INTERNAL_H
#define LB_NN_DENSE_INTERNAL_H

#include "dense.h"

enum { LB_DENSE_ROWS = 5 }; /* images that inner loops take at a time, or fewer */

/* The kernels of one instruction set. All except lb_dense_plain use fused multiply-add. */
typedef struct lb_dense_kernels {
    size_t lanes, units; /* floats of a vector; units that go forward together */
    /* Sums of products of some rows with the weights of `units` units, or of a single one, over
     * some vectors, go on in sum (rows, the kernels' units, lanes). */
    void (*dots)(float *sum, const float *in, const float *weight, size_t rows, size_t units,
                 size_t ins, size_t vectors);
    /* The gradient at `length` inputs of some rows += what `count` of the units give. */
    void (*spread)(float *to, const float *from, const float *weight, size_t rows, size_t count,
                   size_t units, size_t ins, size_t length);
} lb_dense_kernels;

extern const lb_dense_kernels lb_dense_avx512, lb_dense_avx2, lb_dense_plain;

/* As lb_dense_forward() and lb_dense_backward(), by these. */
void lb_dense_forward_by(const lb_dense_kernels *kernels, float *out, const float *in,
                         const float *weight, size_t n, size_t units, size_t ins);
void lb_dense_backward_by(const lb_dense_kernels *kernels, float *in_gradient,
                          const float *out_gradient, const float *weight, size_t n, size_t units,
                          size_t ins);

#endif
