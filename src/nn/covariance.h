/* SPDX-License-Identifier: MIT */
/* Sums over data of the products of a layer's inputs and outputs, in double. Every sum is in the
 * order of the images and, in an image, of its positions. So it does not depend on the number of
 * threads or on batches. */
#ifndef LB_NN_COVARIANCE_H
#define LB_NN_COVARIANCE_H

#include "kernels.h"

/* sum (units, ins, 3, 3) += of one image, over the places of a convolution, outs x window of ins.
 * outs (planes, H, W, block); ins (in planes, H + 2, W + 2, block), whose border is 0; both have
 * channels beyond units and ins to fill the last plane. shape is of the outputs. */
void lb_covariance_convolution(double *sum, const double *outs, const double *ins,
                               const lb_planes *shape, size_t units, size_t in_channels);

/* sum (units, ins) += over n images outs (n, units) x ins (n, ins). The values of `sum` are rounded
 * once in a call. scratch (lb_covariance_scratch(n, units, ins)). */
void lb_covariance_dense(float *sum, const float *outs, const float *ins, size_t n, size_t units,
                         size_t in_count, double *scratch);
size_t lb_covariance_scratch(size_t n, size_t units, size_t ins);

#endif
