/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>
#include <string.h>

#include "lesionbench/nifti.h"

/* Litres; an adult's brain without the skull lies well within. */
static const double LEAST_VOLUME = 0.7, MOST_VOLUME = 2.5;

/* The template's edge is a hard one; half a voxel of smoothing rounds it. */
static const double LEAST_SIGMA = 0.5;

/* Where the smoothed brain holds more than this it is brain: a little below one half, so that the
 * narrowest gaps between two folds close. */
static const float BRAIN_SHARE = 0.4f;

enum { MAX_RADIUS = 32, HISTOGRAM_BINS = 4096 };

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
static lb_status
smooth(float *data, const lb_volume *volume, const double sigma[3], lb_error *err)
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

/* Sets value to 0 outside the brain and weight to 1 inside; *count = voxels of the brain. */
static void
mark_brain(float *value, float *weight, size_t voxels, size_t *count, float *greatest)
{
    size_t inside = 0;
    float most = 0;
    for (size_t i = 0; i < voxels; i++) {
        weight[i] = value[i] > 0 ? 1 : 0;
        value[i] = value[i] > 0 ? value[i] : 0;
        inside += value[i] > 0;
        most = value[i] > most ? value[i] : most;
    }
    *count = inside;
    *greatest = most;
}

/* White matter: the 95th percentile of the brain. */
static float
white_intensity(const float *value, size_t voxels, size_t inside, float greatest)
{
    size_t histogram[HISTOGRAM_BINS] = {0};
    float scale = (float)(HISTOGRAM_BINS - 1) / greatest;
    for (size_t i = 0; i < voxels; i++) {
        histogram[(size_t)(value[i] * scale)] += value[i] > 0;
    }
    size_t bin = 0;
    for (size_t below = 0; bin < HISTOGRAM_BINS; bin++) {
        below += histogram[bin];
        if ((double)below >= 0.95 * (double)inside) {
            break;
        }
    }
    return ((float)bin + 0.5f) / scale;
}

typedef struct box {
    size_t low[3], high[3]; /* of the brain, x y z, inclusive */
    size_t count;
} box;

static box
bounding_box(const float *weight, const lb_volume *volume)
{
    box b = {.low = {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    const float *w = weight;
    for (size_t z = 0; z < volume->nz; z++) {
        for (size_t y = 0; y < volume->ny; y++) {
            for (size_t x = 0; x < volume->nx; x++, w++) {
                if (*w <= BRAIN_SHARE) {
                    continue;
                }
                const size_t at[3] = {x, y, z};
                for (size_t axis = 0; axis < 3; axis++) {
                    b.low[axis] = at[axis] < b.low[axis] ? at[axis] : b.low[axis];
                    b.high[axis] = at[axis] > b.high[axis] ? at[axis] : b.high[axis];
                }
                b.count++;
            }
        }
    }
    return b;
}

static double
determinant(double m[3][4])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
           m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/* Fills index and half_size from the voxel-to-world map and the brain's box, whose corner (less
 * the border) is the code's first voxel. */
static void
set_geometry(cohort_template *out, double world[3][4], const box *b)
{
    double det = determinant(world);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            size_t r = (j + 1) % 3, s = (j + 2) % 3, p = (i + 1) % 3, q = (i + 2) % 3;
            out->index[i][j] = (world[r][p] * world[s][q] - world[r][q] * world[s][p]) / det;
        }
        out->index[i][3] = 0.5 * (double)(b->high[i] - b->low[i]) + 1;
    }
    for (size_t i = 0; i < 3; i++) {
        out->half_size[i] = 0;
        for (size_t j = 0; j < 3; j++) {
            out->half_size[i] += 0.5 * fabs(world[i][j]) * (double)(b->high[j] - b->low[j] + 1);
        }
    }
    out->volume = fabs(det) * (double)b->count;
}

static lb_status
encode(cohort_template *out, const lb_volume *volume, const float *weight, const box *b,
       float white, lb_error *err)
{
    lb_status status = LB_OK;
    out->nx = b->high[0] - b->low[0] + 3;
    out->ny = b->high[1] - b->low[1] + 3;
    out->nz = b->high[2] - b->low[2] + 3;
    LB_ALLOC(out->code, out->nx * out->ny * out->nz);
    for (size_t z = b->low[2]; z <= b->high[2]; z++) {
        for (size_t y = b->low[1]; y <= b->high[1]; y++) {
            size_t from = (z * volume->ny + y) * volume->nx + b->low[0];
            size_t to = ((z - b->low[2] + 1) * out->ny + y - b->low[1] + 1) * out->nx + 1;
            for (size_t x = b->low[0]; x <= b->high[0]; x++, from++, to++) {
                if (weight[from] > BRAIN_SHARE) {
                    float code = volume->value[from] / weight[from] / white * CODE_WHITE;
                    out->code[to] = (uint8_t)fminf(fmaxf(roundf(code), 1), UINT8_MAX);
                }
            }
        }
    }
cleanup:
    return status;
}

static lb_status
build(cohort_template *out, lb_volume *volume, double voxel, lb_error *err)
{
    lb_status status = LB_OK;
    float *weight = NULL;
    size_t voxels = volume->nx * volume->ny * volume->nz, inside = 0;
    float greatest = 0;
    double litres = 0;
    LB_ALLOC(weight, voxels);
    mark_brain(volume->value, weight, voxels, &inside, &greatest);
    litres = fabs(determinant(volume->to_world)) * (double)inside * 1e-6;
    if (!(litres >= LEAST_VOLUME && litres <= MOST_VOLUME)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "is not a skull-stripped human brain: %.3g litres are above 0", litres));
    }
    float white = white_intensity(volume->value, voxels, inside, greatest);
    /* scikit-image's anti-aliasing rule: sigma (factor - 1) / 2. */
    double sigma[3];
    for (size_t axis = 0; axis < 3; axis++) {
        sigma[axis] = fmax(LEAST_SIGMA, 0.5 * (voxel / volume->spacing[axis] - 1));
    }
    LB_TRY(smooth(volume->value, volume, sigma, err));
    LB_TRY(smooth(weight, volume, sigma, err));
    box b = bounding_box(weight, volume);
    if (b.count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "has no brain left at a voxel of %g mm", voxel));
    }
    set_geometry(out, volume->to_world, &b);
    LB_TRY(encode(out, volume, weight, &b, white, err));
cleanup:
    lb_free(weight);
    return status;
}

lb_status
cohort_template_load(cohort_template *out, const char *path, double voxel,
                     const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_volume volume = {0};
    cohort_template made = {0};
    LB_TRY(lb_nifti_read(&volume, path, err));
    LB_TRY(lb_check_cancelled(context, err));
    status = build(&made, &volume, voxel, err);
    if (status != LB_OK) {
        lb_fail_context(err, "%s", path);
        goto cleanup;
    }
    *out = made;
    made.code = NULL;
cleanup:
    lb_free(made.code);
    lb_volume_release(&volume);
    if (status == LB_ERROR_IO || status == LB_ERROR_FORMAT) {
        lb_error deep = *err;
        lb_fail(err, status,
                "%s (the template is ch2better.nii.gz of Debian's package mricron-data: "
                "apt-get install mricron-data)",
                deep.message);
    }
    return status;
}

void
cohort_template_release(cohort_template *head)
{
    lb_free(head->code);
    *head = (cohort_template){0};
}

float
cohort_template_sample(float *weight, const cohort_template *head, const float index[3])
{
    *weight = 0;
    float x = index[0], y = index[1], z = index[2];
    if (!(x >= 0 && y >= 0 && z >= 0 && x < (float)(head->nx - 1) && y < (float)(head->ny - 1) &&
          z < (float)(head->nz - 1))) {
        return 0;
    }
    size_t ix = (size_t)x, iy = (size_t)y, iz = (size_t)z;
    float fx = x - (float)ix, fy = y - (float)iy, fz = z - (float)iz;
    const uint8_t *code = head->code + (iz * head->ny + iy) * head->nx + ix;
    const size_t row[4] = {0, head->nx, head->nx * head->ny, head->nx * (head->ny + 1)};
    const float share[4] = {(1 - fy) * (1 - fz), fy * (1 - fz), (1 - fy) * fz, fy * fz};
    float sum = 0, inside = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t low = code[row[i]], high = code[row[i] + 1];
        sum += share[i] * ((1 - fx) * (float)low + fx * (float)high);
        inside += share[i] * ((low != 0 ? 1 - fx : 0) + (high != 0 ? fx : 0));
    }
    *weight = inside;
    return inside > 0 ? sum / inside : 0;
}
