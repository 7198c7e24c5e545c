/* SPDX-License-Identifier: MIT */
/* Correlation of lines with symmetric kernels, what the Gaussian and the resizing share. */
#ifndef LB_IMAGE_CORRELATE_H
#define LB_IMAGE_CORRELATE_H

#include "lesionbench/base.h"

/* How an image goes on beyond its edge. SciPy's names: reflect repeats the edge pixel (d c b a | a
 * b c d), mirror does not (d c b | a b c d). */
typedef enum lb_boundary { LB_REFLECT, LB_MIRROR } lb_boundary;

/* The index in 0 .. n-1 that stands for index i, which may lie any distance outside. */
size_t lb_boundary_index(ptrdiff_t i, size_t n, lb_boundary boundary);

/* Weights along one axis. */
typedef struct lb_kernel {
    size_t radius; /* 0: the axis is left as it is */
    double *weights;
    const double **taps;
    double *line; /* one row with its continuation on both sides */
} lb_kernel;

/* A Gaussian for images of one size, a row at a time. It serves one thread. */
typedef struct lb_smoother {
    size_t height, width;
    lb_boundary boundary;
    lb_kernel y, x;
} lb_smoother;

/* Zeroed where it fails; LB_ERROR_ARGUMENT for impossible sigmas. */
lb_status lb_smoother_init(lb_smoother *out, size_t height, size_t width, double sigma_y,
                           double sigma_x, lb_boundary boundary, lb_error *err);
void lb_smoother_release(lb_smoother *smoother);
/* Row y of the filtered image. out, of width values, may be that row itself where y is left as it
 * is. */
void lb_smoother_row(double *out, lb_smoother *smoother, const double *image, size_t y);

#endif
