/* SPDX-License-Identifier: MIT */
/* Layers in double precision, to decide which ReLU is on and which element wins a max pooling.
 * Large areas of a brain image are equal or nearly so; float32, with any algorithm, cannot decide
 * which element is larger.
 *
 * Activations are blocked and have a border of zeros: (N, C / block, H + 2, W + 2, block). Results
 * do not depend on the number of threads or images. */
#ifndef LB_NN_F64_KERNELS_H
#define LB_NN_F64_KERNELS_H

#include "kernels.h"

/* Doubles of one image, border included. */
size_t lb_f64_size(const lb_planes *shape);

/* From plain (images, channels, H, W); fills border and padding channels with 0. */
void lb_f64_load(double *out, const float *in, size_t channels, const lb_planes *shape);
/* To blocked float32 without a border. */
void lb_f64_narrow(float *out, const double *in, const lb_planes *shape);

/* Weights (outs, ins, 3, 3) as lb_f64_convolution() reads them: (out planes, in planes, 9, least
 * of ins and block, block), channels beyond outs and ins being 0. */
size_t lb_f64_weights_size(size_t outs, size_t ins, size_t block);
void lb_f64_weights(double *out, const float *weight, size_t outs, size_t ins, size_t block);

/* 3 x 3, stride 1, padding 1. shape is of the input; out has out_planes planes. bias (out_planes x
 * block). */
void lb_f64_convolution(double *out, const double *in, const double *weights, const double *bias,
                        const lb_planes *shape, size_t ins, size_t out_planes);
void lb_f64_rectify(double *values, const lb_planes *shape);

/* As lb_pool_forward(), with the tolerance of float64: in each window the first element within
 * LB_F64_TIE x the mean |activation| of the image's input is the argmax. The output is the maximum.
 * channels: without padding. scratch: (images x planes). */
#define LB_F64_TIE 1e-9
void lb_f64_pool(double *out, uint8_t *argmax, const double *in, size_t channels, double *scratch,
                 const lb_planes *shape);
/* To plain (images, channels x 7 x 7). */
void lb_f64_average(double *out, const double *in, size_t channels, const lb_planes *shape);
/* out (n, units) = in (n, size) weight^T + bias; weight (units, size). */
void lb_f64_dense(double *out, const double *in, const float *weight, const float *bias, size_t n,
                  size_t size, size_t units);

#endif
