/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>
#include <string.h>

enum { MAX_RADIUS = 32 };

typedef struct kernel {
    size_t radius;
    float weight[MAX_RADIUS + 1]; /* of the middle, and of both neighbours at each distance */
} kernel;

static kernel
gaussian(double sigma)
{
    kernel k = {.radius = (size_t)fmin(ceil(3 * sigma), MAX_RADIUS)};
    double sum = 0;
    for (size_t i = 0; i <= k.radius; i++) {
        double weight = exp(-0.5 * (double)(i * i) / (sigma * sigma));
        sum += i == 0 ? weight : 2 * weight;
        k.weight[i] = (float)weight;
    }
    for (size_t i = 0; i <= k.radius; i++) {
        k.weight[i] /= (float)sum;
    }
    return k;
}

/* Smooths n rows of `length` values that lie `step` apart, along the axis of the rows. What lies
 * beyond the ends counts as 0. scratch: n x length. */
static void
smooth_rows(float *data, size_t n, size_t step, size_t length, const kernel *k, float *scratch)
{
    for (size_t row = 0; row < n; row++) {
        memcpy(scratch + row * length, data + row * step, length * sizeof *data);
    }
    for (size_t row = 0; row < n; row++) {
        float *out = data + row * step;
        for (size_t i = 0; i < length; i++) {
            out[i] *= k->weight[0];
        }
        for (size_t distance = 1; distance <= k->radius; distance++) {
            float weight = k->weight[distance];
            for (size_t i = 0; row >= distance && i < length; i++) {
                out[i] += weight * scratch[(row - distance) * length + i];
            }
            for (size_t i = 0; row + distance < n && i < length; i++) {
                out[i] += weight * scratch[(row + distance) * length + i];
            }
        }
    }
}

static void
smooth_line(float *line, size_t n, const kernel *k, float *scratch)
{
    memcpy(scratch, line, n * sizeof *line);
    for (size_t i = 0; i < n; i++) {
        float sum = k->weight[0] * scratch[i];
        for (size_t distance = 1; distance <= k->radius; distance++) {
            float before = i >= distance ? scratch[i - distance] : 0;
            float after = i + distance < n ? scratch[i + distance] : 0;
            sum += k->weight[distance] * (before + after);
        }
        line[i] = sum;
    }
}

/* One plane across y and z at a time, so that the scratch stays small. */
lb_status
cohort_smooth(float *data, const lb_volume *volume, const double sigma[3], lb_error *err)
{
    size_t nx = volume->nx, ny = volume->ny, nz = volume->nz;
    kernel kx = gaussian(sigma[0]), ky = gaussian(sigma[1]), kz = gaussian(sigma[2]);
    bool failed = false;
#pragma omp parallel
    {
        lb_error own;
        float *scratch = lb_alloc((ny > nz ? ny : nz) * nx, sizeof *scratch, &own);
        if (scratch == NULL) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for
        for (size_t z = 0; z < nz; z++) {
            float *plane = data + z * ny * nx;
            for (size_t y = 0; scratch != NULL && y < ny; y++) {
                smooth_line(plane + y * nx, nx, &kx, scratch);
            }
            if (scratch != NULL) {
                smooth_rows(plane, ny, nx, nx, &ky, scratch);
            }
        }
#pragma omp for
        for (size_t y = 0; y < ny; y++) {
            if (scratch != NULL) {
                smooth_rows(data + y * nx, nz, ny * nx, nx, &kz, scratch);
            }
        }
        lb_free(scratch);
    }
    return failed ? lb_fail(err, LB_ERROR_MEMORY, "out of memory while smoothing") : LB_OK;
}
