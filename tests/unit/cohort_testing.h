/* SPDX-License-Identifier: MIT */
/* Small heads and cohorts for the tests of the simulated cohort. */
#ifndef LB_TESTS_COHORT_TESTING_H
#define LB_TESTS_COHORT_TESTING_H

#include "io_testing.h"

#include <math.h>

#include "../../src/data/cohort_internal.h"
#include "lesionbench/h5.h"
#include "lesionbench/nifti.h"

/* A head for tests: an ellipsoid of 65 x 85 x 70 mm with a darker rind, as NIfTI-1 with 4 mm
 * voxels. Everything but its anatomy is as in the real template. */
enum { NX = 37, NY = 47, NZ = 40, HEADER = 352 };
static const double HEAD_VOXEL = 4;

static inline void
put16(uint8_t *to, int value)
{
    to[0] = (uint8_t)(value & 255);
    to[1] = (uint8_t)(value >> 8 & 255);
}

static inline void
put_float(uint8_t *to, double value)
{
    float single = (float)value;
    memcpy(to, &single, sizeof single);
}

/* A good template, a head that was not stripped, one that is all specks, and one with thin tubes
 * along z. */
typedef enum anatomy { HEAD, WHOLE, RODS, TUBES } anatomy;

/* Tissue 60 and 100 as in a T1 image, 0 outside. */
static inline uint8_t
tissue(double x, double y, double z, anatomy kind)
{
    double radius = sqrt(x * x / (65 * 65) + y * y / (85 * 85) + z * z / (70 * 70));
    if (kind == RODS && fmod(fabs(x) + fabs(y), 2 * HEAD_VOXEL) > 0) {
        return 0;
    }
    if (kind == TUBES && fmod(fabs(x), 5 * HEAD_VOXEL) < 1 && fmod(fabs(y), 5 * HEAD_VOXEL) < 1) {
        return 0;
    }
    if (radius < 0.8) {
        return 100;
    }
    return radius < 1 || kind == WHOLE ? 60 : 0;
}

static inline char *
write_template(void **state, const char *name, anatomy kind, size_t bytes_kept)
{
    uint8_t *file = calloc(HEADER + NX * NY * NZ, 1);
    assert_non_null(file);
    const int dim[5] = {3, NX, NY, NZ, 1};
    put16(file, 348);
    for (size_t i = 0; i < 5; i++) {
        put16(file + 40 + 2 * i, dim[i]);
    }
    put16(file + 70, 2); /* uint8 */
    put16(file + 72, 8);
    put_float(file + 76, 1);
    put_float(file + 108, HEADER);
    put16(file + 254, 1); /* the sform gives scanner coordinates */
    for (size_t i = 0; i < 3; i++) {
        put_float(file + 80 + 4 * i, HEAD_VOXEL);
        put_float(file + 280 + 16 * i + 4 * i, HEAD_VOXEL);
        put_float(file + 280 + 16 * i + 12, -10 - HEAD_VOXEL * (double)(dim[i + 1] / 2));
    }
    file[123] = 2; /* mm */
    memcpy(file + 344, "n+1", 4);
    uint8_t *to = file + HEADER;
    for (int z = 0; z < NZ; z++) {
        for (int y = 0; y < NY; y++) {
            for (int x = 0; x < NX; x++) {
                *to++ = tissue(HEAD_VOXEL * (x - NX / 2), HEAD_VOXEL * (y - NY / 2),
                               HEAD_VOXEL * (z - NZ / 2), kind);
            }
        }
    }
    char *path = test_path(state, name);
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    size_t size = bytes_kept != 0 ? bytes_kept : HEADER + NX * NY * NZ;
    assert_int_equal(fwrite(file, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
    free(file);
    return path;
}

/* A quarter of the reference's resolution. */
static inline void
small_options(lb_cohort_options *options, const char *template_path)
{
    lb_cohort_defaults(options);
    options->template_path = template_path;
    options->subjects = 4;
    options->slices_per_subject = 3;
    options->height = 65;
    options->width = 78;
    options->voxel = lb_cohort_voxel(65, 78);
    options->minimum_brain = 0.2;
    options->seed = 5;
}

static inline char *
simulate(void **state, const char *name, const lb_cohort_options *options)
{
    lb_error err;
    char *path = test_path(state, name);
    assert_ok(lb_slices_simulate(options, path, NULL, &err));
    return path;
}

static inline size_t
count_brain(const float *image, size_t pixels)
{
    size_t brain = 0;
    for (size_t i = 0; i < pixels; i++) {
        brain += image[i] > 0;
    }
    return brain;
}

static inline void
check_image(const float *image, size_t height, size_t width, double minimum_brain)
{
    float least = INFINITY, most = 0;
    for (size_t i = 0; i < height * width; i++) {
        bool edge =
            i < width || i >= (height - 1) * width || i % width == 0 || i % width == width - 1;
        assert_true(isfinite(image[i]) && image[i] >= 0);
        assert_true(!edge || image[i] == 0);
        least = image[i] > 0 ? fminf(least, image[i]) : least;
        most = fmaxf(most, image[i]);
    }
    assert_true(least > 10 && most > 1.4f * least && most < 4000);
    assert_true((double)count_brain(image, height * width) >=
                minimum_brain * (double)(height * width));
}

/* All images of a cohort; free() it. */
static inline float *
images_of(void **state, const lb_cohort_options *options)
{
    lb_error err;
    lb_array array;
    lb_h5 *file = NULL;
    char *path = simulate(state, "images.h5", options);
    assert_ok(lb_h5_open(&file, path, "slices", &err));
    assert_ok(lb_h5_read(&array, file, "image", LB_F32, &err));
    size_t count = lb_array_count(&array);
    float *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, array.data, count * sizeof *copy);
    lb_array_release(&array);
    lb_h5_close(file);
    lb_free(path);
    return copy;
}

#endif
