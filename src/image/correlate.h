/* SPDX-License-Identifier: MIT */
/* Correlation of lines with symmetric kernels, what the Gaussian and the resampling share. */
#ifndef LB_IMAGE_CORRELATE_H
#define LB_IMAGE_CORRELATE_H

#include "lesionbench/base.h"

/* How an image goes on beyond its edge. SciPy's names: reflect repeats the edge pixel (d c b a | a
 * b c d), mirror does not (d c b | a b c d). */
typedef enum lb_boundary { LB_REFLECT, LB_MIRROR } lb_boundary;

/* The index in 0 .. n-1 that stands for index i, which may lie any distance outside. */
size_t lb_boundary_index(ptrdiff_t i, size_t n, lb_boundary boundary);

/* lb_gaussian_filter() with a choice of boundary. */
lb_status lb_gaussian_boundary(double *out, const double *image, size_t height, size_t width,
                               double sigma_y, double sigma_x, lb_boundary boundary, lb_error *err);

#endif
