/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

/* Litres; an adult's brain without the skull lies well within. */
static const double MIN_VOLUME = 0.7, MAX_VOLUME = 2.5;

/* Beyond this half size in mm a turned head could reach the edge of the field of deformation. */
static const double MAX_HALF_SIZE = 115;

static const double MIN_SPACING = 0.1, MAX_SPACING = 10; /* mm */

/* A voxel is the mean over a Gaussian that is as wide at half its height as the voxel. */
static const double SIGMA_OF_WIDTH = 0.42466090014400953; /* 1 / sqrt(8 ln 2) */

/* The template's edge is a hard one; half a voxel of smoothing rounds it. */
static const double MIN_SIGMA = 0.5;

/* Where the smoothed brain holds more than this it is brain: a little below one half, so that the
 * narrowest gaps between two folds close. */
static const float BRAIN_SHARE = 0.4f;

enum { HISTOGRAM_BINS = 4096 };

/* Sets value to 0 outside the brain and weight to 1 inside; *count = voxels of the brain. */
static void
mark_brain(float *value, float *weight, size_t voxels, size_t *count, float *greatest)
{
    size_t inside = 0;
    float max = 0;
    for (size_t i = 0; i < voxels; i++) {
        weight[i] = value[i] > 0 ? 1 : 0;
        value[i] = value[i] > 0 ? value[i] : 0;
        inside += value[i] > 0;
        max = value[i] > max ? value[i] : max;
    }
    *count = inside;
    *greatest = max;
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

/* out[i] = 1 where in[i] or a neighbour of it is not 0, along n values that lie `step` apart. */
static void
widen(uint8_t *out, const uint8_t *in, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i++) {
        bool found = in[i * step] != 0 || (i > 0 && in[(i - 1) * step] != 0) ||
                     (i + 1 < n && in[(i + 1) * step] != 0);
        out[i * step] = found;
    }
}

/* Marks the blocks that hold brain, then their neighbours. */
static lb_status
mark_near(cohort_template *out, lb_error *err)
{
    lb_status status = LB_OK;
    size_t nx = (out->nx + 3) / 4, ny = (out->ny + 3) / 4, nz = (out->nz + 3) / 4;
    uint8_t *other = NULL;
    out->blocks[0] = nx;
    out->blocks[1] = ny;
    LB_ALLOC(out->near, nx * ny * nz);
    LB_ALLOC(other, nx * ny * nz);
    for (size_t i = 0; i < out->nz * out->ny; i++) {
        const uint8_t *code = out->code + i * out->nx;
        uint8_t *row = other + (i / out->ny / 4 * ny + i % out->ny / 4) * nx;
        for (size_t x = 0; x < out->nx; x++) {
            row[x / 4] |= code[x];
        }
    }
    for (size_t i = 0; i < ny * nz; i++) {
        widen(out->near + i * nx, other + i * nx, nx, 1);
    }
    for (size_t i = 0; i < nx * nz; i++) {
        widen(other + i / nx * ny * nx + i % nx, out->near + i / nx * ny * nx + i % nx, ny, nx);
    }
    for (size_t i = 0; i < nx * ny; i++) {
        widen(out->near + i, other + i, nz, nx * ny);
    }
cleanup:
    lb_free(other);
    return status;
}

/* Standard deviations of the point spread along the template's axes, in its voxels: of the pixel in
 * the plane, and of the slice's thickness across it. */
static void
set_spread(double sigma[3], const lb_volume *volume, const lb_cohort_options *options)
{
    double thickness = options->thickness > 0 ? options->thickness : options->voxel;
    const double width[3] = {options->voxel, options->voxel, thickness};
    for (size_t axis = 0; axis < 3; axis++) {
        double square = 0, length = 0;
        for (size_t i = 0; i < 3; i++) {
            double along = volume->to_world[i][axis];
            square += along * along * width[i] * width[i];
            length += along * along;
        }
        double voxels = SIGMA_OF_WIDTH * sqrt(square / length) / volume->spacing[axis];
        sigma[axis] = fmax(MIN_SIGMA, voxels);
    }
}

static lb_status
check_volume(const lb_volume *volume, size_t inside, lb_error *err)
{
    if (!volume->placed) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "has neither an sform nor a qform and so does not say how it is oriented");
    }
    double litres = fabs(determinant((double(*)[4])volume->to_world)) * (double)inside * 1e-6;
    if (!(litres >= MIN_VOLUME && litres <= MAX_VOLUME)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "is not a skull-stripped human brain: %.3g litres are above 0", litres);
    }
    for (size_t axis = 0; axis < 3; axis++) {
        if (!(volume->spacing[axis] >= MIN_SPACING && volume->spacing[axis] <= MAX_SPACING)) {
            return lb_fail(err, LB_ERROR_FORMAT, "has voxels of %g mm (%g to %g)",
                           volume->spacing[axis], MIN_SPACING, MAX_SPACING);
        }
    }
    return LB_OK;
}

static lb_status
check_size(const cohort_template *made, lb_error *err)
{
    for (size_t axis = 0; axis < 3; axis++) {
        if (!(made->half_size[axis] <= MAX_HALF_SIZE)) {
            return lb_fail(err, LB_ERROR_FORMAT, "is %.0f mm long: no human brain is",
                           2 * made->half_size[axis]);
        }
    }
    return LB_OK;
}

static lb_status
build(cohort_template *out, lb_volume *volume, const lb_cohort_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    float *weight = NULL;
    size_t voxels = volume->nx * volume->ny * volume->nz, inside = 0;
    float greatest = 0;
    double sigma[3];
    LB_ALLOC(weight, voxels);
    mark_brain(volume->value, weight, voxels, &inside, &greatest);
    LB_TRY(check_volume(volume, inside, err));
    float white = white_intensity(volume->value, voxels, inside, greatest);
    if (options->fluid > 0) {
        LB_TRY(cohort_fluid_fill(volume, COHORT_FLUID * white, err));
        mark_brain(volume->value, weight, voxels, &inside, &greatest);
    }
    set_spread(sigma, volume, options);
    LB_TRY(cohort_smooth(volume->value, volume, sigma, err));
    LB_TRY(cohort_smooth(weight, volume, sigma, err));
    box b = bounding_box(weight, volume);
    if (b.count == 0) {
        LB_TRY(
            lb_fail(err, LB_ERROR_FORMAT, "has no brain left at a voxel of %g mm", options->voxel));
    }
    set_geometry(out, volume->to_world, &b);
    LB_TRY(check_size(out, err));
    LB_TRY(encode(out, volume, weight, &b, white, err));
    LB_TRY(mark_near(out, err));
cleanup:
    lb_free(weight);
    return status;
}

void
cohort_template_release(cohort_template *head)
{
    lb_free(head->near);
    lb_free(head->code);
    *head = (cohort_template){0};
}

lb_status
cohort_template_load(cohort_template *out, const lb_cohort_options *options,
                     const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_volume volume = {0};
    cohort_template made = {0};
    LB_TRY(lb_nifti_read(&volume, options->template_path, err));
    LB_TRY(lb_check_cancelled(context, err));
    status = build(&made, &volume, options, err);
    if (status != LB_OK) {
        lb_fail_context(err, "%s", options->template_path);
        goto cleanup;
    }
    *out = made;
    made = (cohort_template){0};
cleanup:
    cohort_template_release(&made);
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

float
cohort_template_sample(float *weight, const cohort_template *head, const float tone[CODES],
                       const float index[3])
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
        sum += share[i] * ((1 - fx) * tone[low] + fx * tone[high]);
        inside += share[i] * ((low != 0 ? 1 - fx : 0) + (high != 0 ? fx : 0));
    }
    *weight = inside;
    return inside > 0 ? sum / inside : 0;
}
