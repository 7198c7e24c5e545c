/* SPDX-License-Identifier: MIT */
/* Image operators on arrays. They equal those of scipy.ndimage and scikit-image up to rounding.
 * Images are (height, width), row-major, double, unless said otherwise. Outputs never alias inputs,
 * unless said otherwise. */
#ifndef LESIONBENCH_IMAGE_H
#define LESIONBENCH_IMAGE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* scipy.ndimage.gaussian_filter(image, (sigma_y, sigma_x)), truncated at 4 sigma, mode reflect. An
 * axis with sigma 0 is not filtered. out may be image. */
lb_status lb_gaussian_filter(double *out, const double *image, size_t height, size_t width,
                             double sigma_y, double sigma_x, lb_error *err);
/* scipy.ndimage.laplace, mode reflect. */
void lb_laplace(double *out, const double *image, size_t height, size_t width);
/* scipy.ndimage.sobel along axis 0 (rows) or 1, mode reflect. */
lb_status lb_sobel(double *out, const double *image, size_t height, size_t width, int axis,
                   lb_error *err);
/* Minimum and maximum of count > 0 values. */
void lb_find_range(double *low, double *high, const double *values, size_t count);
/* skimage.filters.threshold_otsu with 256 bins. */
double lb_otsu(const double *image, size_t count);

/* scipy.ndimage binary_erosion and binary_opening with the 3 x 3 cross, border value 0. */
void lb_binary_erosion(uint8_t *out, const uint8_t *image, size_t height, size_t width);
lb_status lb_binary_opening(uint8_t *out, const uint8_t *image, size_t height, size_t width,
                            lb_error *err);
/* A run: adjacent set pixels of a row, columns start .. end - 1. */
typedef struct lb_run {
    uint32_t row, start, end;
    uint32_t component; /* 4-connected; 0.. in row-major order of their first pixel */
} lb_run;
/* The runs of an image in row-major order. *count: their number. *components: the number of
 * 4-connected components. out has capacity for height x (width / 2 + 1) runs. LB_ERROR_ARGUMENT
 * from 2^31 pixels. */
lb_status lb_label_runs(lb_run *out, size_t *count, size_t *components, const uint8_t *image,
                        size_t height, size_t width, lb_error *err);
/* scipy.ndimage.label: 0 for the background, else 1 + the component. *count: number of
 * components. */
lb_status lb_connected_components(int32_t *out, size_t *count, const uint8_t *image, size_t height,
                                  size_t width, lb_error *err);
/* skimage.measure.perimeter_crofton with 4 directions. */
double lb_perimeter_crofton(const uint8_t *image, size_t height, size_t width);

/* skimage.transform.resize(order=1, mode='reflect', anti_aliasing=shrinking). Only axes that shrink
 * get the anti-aliasing Gaussian, sigma (factor - 1) / 2. */
lb_status lb_resize(double *out, size_t out_height, size_t out_width, const double *image,
                    size_t height, size_t width, lb_error *err);

/* The same for many images of one size, row by row. Use one resizer in one thread at a time. */
typedef struct lb_resizer lb_resizer;
lb_status lb_resizer_create(lb_resizer **out, size_t out_height, size_t out_width, size_t height,
                            size_t width, lb_error *err);
void lb_resizer_free(lb_resizer *resizer); /* accepts NULL */
/* Sets the next image (height, width), borrowed. low, high: its minimum and maximum
 * (lb_find_range()); results are clamped to them. */
void lb_resizer_start(lb_resizer *resizer, const double *image, double low, double high);
/* Row y of the result, of which only columns first .. end - 1 are computed. Borrowed until the next
 * call. Rows may come in any order; ascending order is fastest. */
const double *lb_resizer_row(lb_resizer *resizer, size_t y, size_t first, size_t end);

#ifdef __cplusplus
}
#endif

#endif
