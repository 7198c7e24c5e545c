/* SPDX-License-Identifier: MIT */
/* Dense layers. The weights are large and are read once for a few images. Explanations have few
 * images; there a general matrix product takes three times as long. The values of an image are
 * bit-identical for any batch and any number of threads. */
#ifndef LB_NN_DENSE_H
#define LB_NN_DENSE_H

#include "lesionbench/base.h"

/* out (n, units) = in (n, ins) x weight (units, ins) transposed. */
void lb_dense_forward(float *out, const float *in, const float *weight, size_t n, size_t units,
                      size_t ins);
/* in_gradient (n, ins) = out_gradient (n, units) x weight (units, ins). */
void lb_dense_backward(float *in_gradient, const float *out_gradient, const float *weight, size_t n,
                       size_t units, size_t ins);

#endif
