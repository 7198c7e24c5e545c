/* SPDX-License-Identifier: MIT */
/* Image operators over arrays, equal to SciPy's ndimage and scikit-image's to rounding.
 * Images are (height, width), row-major, double unless said otherwise. Outputs never alias inputs
 * unless said otherwise. */
#ifndef LESIONBENCH_IMAGE_H
#define LESIONBENCH_IMAGE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* scipy.ndimage.gaussian_filter(image, (sigma_y, sigma_x)): truncated at 4 sigma, mode reflect. An
 * axis with sigma 0 is left as it is. out may be image. */
lb_status lb_gaussian_filter(double *out, const double *image, size_t height, size_t width,
                             double sigma_y, double sigma_x, lb_error *err);
/* scipy.ndimage.laplace, mode reflect. */
void lb_laplace(double *out, const double *image, size_t height, size_t width);
/* scipy.ndimage.sobel along axis 0 (rows) or 1, mode reflect. */
lb_status lb_sobel(double *out, const double *image, size_t height, size_t width, int axis,
                   lb_error *err);
/* The least and the greatest of count > 0 values. */
void lb_find_range(double *low, double *high, const double *values, size_t count);
/* skimage.filters.threshold_otsu with 256 bins. */
double lb_otsu(const double *image, size_t count);

/* scipy.ndimage binary_erosion and binary_opening with the 3 x 3 cross, border value 0. */
void lb_erode(uint8_t *out, const uint8_t *image, size_t height, size_t width);
lb_status lb_open(uint8_t *out, const uint8_t *image, size_t height, size_t width, lb_error *err);
/* 4-connected components (scipy.ndimage.label): 1.. in row-major order of their first pixel.
 * *count = number of components. */
lb_status lb_label(int32_t *out, size_t *count, const uint8_t *image, size_t height, size_t width,
                   lb_error *err);
/* skimage.measure.perimeter_crofton with 4 directions. */
double lb_perimeter_crofton(const uint8_t *image, size_t height, size_t width);

/* skimage.transform.resize(order=1, mode='reflect', anti_aliasing=shrinking): the anti-aliasing
 * Gaussian, sigma (factor - 1) / 2 per axis, is applied only to axes that shrink. */
lb_status lb_resize(double *out, size_t out_height, size_t out_width, const double *image,
                    size_t height, size_t width, lb_error *err);

/* One voxel of a volume, 0 outside it. */
static inline float
lb_voxel_or_zero(const float *volume, size_t nz, size_t ny, size_t nx, ptrdiff_t z, ptrdiff_t y,
                 ptrdiff_t x)
{
    bool inside = z >= 0 && y >= 0 && x >= 0 && (size_t)z < nz && (size_t)y < ny && (size_t)x < nx;
    return inside ? volume[((size_t)z * ny + (size_t)y) * nx + (size_t)x] : 0.0f;
}

/* Trilinear interpolation of a float volume (nz, ny, nx) at voxel coordinates. Voxels outside the
 * volume count as 0. Inline, since whole volumes are warped through it. */
static inline float
lb_sample_volume(const float *volume, size_t nz, size_t ny, size_t nx, double z, double y, double x)
{
    if (!(z > -1 && y > -1 && x > -1 && z < (double)nz && y < (double)ny && x < (double)nx)) {
        return 0.0f; /* also where a coordinate is not a number */
    }
    /* Coordinates are above -1 here, so that truncation after the shift is a floor. */
    ptrdiff_t z0 = (ptrdiff_t)(z + 1) - 1, y0 = (ptrdiff_t)(y + 1) - 1;
    ptrdiff_t x0 = (ptrdiff_t)(x + 1) - 1;
    float wz = (float)(z - (double)z0), wy = (float)(y - (double)y0), wx = (float)(x - (double)x0);
    float v[8];
    if (z0 >= 0 && y0 >= 0 && x0 >= 0 && (size_t)z0 + 1 < nz && (size_t)y0 + 1 < ny &&
        (size_t)x0 + 1 < nx) {
        const float *p = volume + ((size_t)z0 * ny + (size_t)y0) * nx + (size_t)x0;
        const float *q = p + ny * nx;
        v[0] = p[0], v[1] = p[1], v[2] = p[nx], v[3] = p[nx + 1];
        v[4] = q[0], v[5] = q[1], v[6] = q[nx], v[7] = q[nx + 1];
    } else {
        for (ptrdiff_t i = 0; i < 8; i++) {
            v[i] = lb_voxel_or_zero(volume, nz, ny, nx, z0 + i / 4, y0 + i / 2 % 2, x0 + i % 2);
        }
    }
    float a = v[0] + wx * (v[1] - v[0]), b = v[2] + wx * (v[3] - v[2]);
    float c = v[4] + wx * (v[5] - v[4]), d = v[6] + wx * (v[7] - v[6]);
    float front = a + wy * (b - a), back = c + wy * (d - c);
    return front + wz * (back - front);
}

#ifdef __cplusplus
}
#endif

#endif
