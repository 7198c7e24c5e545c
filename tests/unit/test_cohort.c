/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <math.h>
#include <omp.h>

#include "../../src/bench/cohort_internal.h"
#include "lesionbench/h5.h"
#include "lesionbench/nifti.h"

/* A head for tests: an ellipsoid of 65 x 85 x 70 mm with a darker rind, as NIfTI-1 with 4 mm
 * voxels. Everything but its anatomy is as in the real template. */
enum { NX = 37, NY = 47, NZ = 40, HEADER = 352 };
static const double VOXEL = 4;

static void
put16(uint8_t *to, int value)
{
    to[0] = (uint8_t)(value & 255);
    to[1] = (uint8_t)(value >> 8 & 255);
}

static void
put_float(uint8_t *to, double value)
{
    float single = (float)value;
    memcpy(to, &single, sizeof single);
}

/* A good template, a head that was not stripped, one that is all specks, and one with thin tubes
 * along z. */
typedef enum anatomy { HEAD, WHOLE, RODS, TUBES } anatomy;

/* Tissue 60 and 100 as in a T1 image, 0 outside. */
static uint8_t
tissue(double x, double y, double z, anatomy kind)
{
    double radius = sqrt(x * x / (65 * 65) + y * y / (85 * 85) + z * z / (70 * 70));
    if (kind == RODS && fmod(fabs(x) + fabs(y), 2 * VOXEL) > 0) {
        return 0;
    }
    if (kind == TUBES && fmod(fabs(x), 5 * VOXEL) < 1 && fmod(fabs(y), 5 * VOXEL) < 1) {
        return 0;
    }
    if (radius < 0.8) {
        return 100;
    }
    return radius < 1 || kind == WHOLE ? 60 : 0;
}

static char *
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
        put_float(file + 80 + 4 * i, VOXEL);
        put_float(file + 280 + 16 * i + 4 * i, VOXEL);
        put_float(file + 280 + 16 * i + 12, -10 - VOXEL * (double)(dim[i + 1] / 2));
    }
    file[123] = 2; /* mm */
    memcpy(file + 344, "n+1", 4);
    uint8_t *to = file + HEADER;
    for (int z = 0; z < NZ; z++) {
        for (int y = 0; y < NY; y++) {
            for (int x = 0; x < NX; x++) {
                *to++ =
                    tissue(VOXEL * (x - NX / 2), VOXEL * (y - NY / 2), VOXEL * (z - NZ / 2), kind);
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
static void
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

static char *
simulate(void **state, const char *name, const lb_cohort_options *options)
{
    lb_error err;
    char *path = test_path(state, name);
    assert_ok(lb_slices_simulate(options, path, NULL, &err));
    return path;
}

static size_t
count_brain(const float *image, size_t pixels)
{
    size_t brain = 0;
    for (size_t i = 0; i < pixels; i++) {
        brain += image[i] > 0;
    }
    return brain;
}

static void
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

static void
slices_are_as_promised(void **state)
{
    lb_error err;
    lb_slices *slices = NULL;
    lb_cohort_options options;
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    char *path = simulate(state, "a.h5", &options);
    assert_ok(lb_slices_open(&slices, path, &err));
    assert_int_equal(lb_slices_count(slices), 12);
    assert_int_equal(lb_slices_subjects(slices), 4);
    assert_int_equal(lb_slices_height(slices), 65);
    assert_int_equal(lb_slices_width(slices), 78);
    float *image = calloc(65 * 78, sizeof *image);
    assert_non_null(image);
    for (size_t i = 0; i < 12; i++) {
        const lb_slice_info *about = lb_slices_at(slices, i);
        char name[32];
        snprintf(name, sizeof name, "sub-%04zu", i / 3 + 1);
        assert_string_equal(lb_slices_subject_name(slices, about->subject), name);
        assert_int_equal(about->sex, i / 3 % 2 == 0 ? LB_FEMALE : LB_MALE);
        assert_true(isnan(about->age));
        assert_true(about->position >= 0 && about->position < 65);
        assert_true(i % 3 == 0 || about->position > lb_slices_at(slices, i - 1)->position);
        assert_ok(lb_slices_read(image, slices, i, &err));
        check_image(image, 65, 78, options.minimum_brain);
    }
    lb_slices_close(slices);
    free(image);
    lb_free(path);
    lb_free(head);
}

static void
file_says_that_it_is_simulated(void **state)
{
    lb_error err;
    lb_h5 *file = NULL;
    lb_cohort_options options;
    char *text = NULL, *head = write_template(state, "head.nii", HEAD, 0);
    double number = 0;
    small_options(&options, head);
    options.seed = UINT64_MAX;
    char *path = simulate(state, "a.h5", &options);
    assert_ok(lb_h5_open(&file, path, "slices", &err));
    assert_ok(lb_h5_get_number(&number, file, "", "simulated", &err));
    assert_true(number == 1);
    assert_ok(lb_h5_get_text(&text, file, "", "template", &err));
    assert_string_equal(text, "head.nii");
    lb_free(text);
    assert_ok(lb_h5_get_text(&text, file, "", "seed", &err));
    assert_string_equal(text, "18446744073709551615");
    lb_free(text);
    lb_h5_close(file);
    lb_free(path);
    lb_free(head);
}

static bool
same_bytes(const char *a, const char *b)
{
    FILE *first = fopen(a, "rb"), *second = fopen(b, "rb");
    assert_non_null(first);
    assert_non_null(second);
    int x = 0, y = 0;
    while (x == y && x != EOF) {
        x = getc(first);
        y = getc(second);
    }
    fclose(first);
    fclose(second);
    return x == y;
}

static void
threads_do_not_change_the_file(void **state)
{
    lb_cohort_options options;
    int threads = omp_get_max_threads();
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 11;
    omp_set_num_threads(1);
    char *one = simulate(state, "1.h5", &options);
    omp_set_num_threads(2);
    char *two = simulate(state, "2.h5", &options);
    omp_set_num_threads(threads);
    options.seed++;
    char *other = simulate(state, "3.h5", &options);
    assert_true(same_bytes(one, two));
    assert_false(same_bytes(one, other));
    lb_free(other);
    lb_free(two);
    lb_free(one);
    lb_free(head);
}

/* All images of a cohort; free() it. */
static float *
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

static void
larger_cohort_begins_with_the_smaller(void **state)
{
    lb_cohort_options options;
    char *head = write_template(state, "head.nii", HEAD, 0);
    size_t pixels = 65 * 78;
    small_options(&options, head);
    float *small = images_of(state, &options);
    options.subjects = 10;
    float *large = images_of(state, &options);
    assert_memory_equal(small, large, 4 * 3 * pixels * sizeof *small);
    assert_memory_not_equal(large, large + 3 * pixels, pixels * sizeof *large);
    free(large);
    free(small);
    lb_free(head);
}

/* Mean volume of each sex in the cohort, from its largest slices: volume ~ area ^ 1.5. */
static void
mean_volumes(double out[2], void **state, const lb_cohort_options *options)
{
    size_t pixels = options->height * options->width, slices = options->slices_per_subject;
    float *image = images_of(state, options);
    out[0] = out[1] = 0;
    for (size_t i = 0; i < options->subjects; i++) {
        size_t most = 0;
        for (size_t k = 0; k < slices; k++) {
            size_t brain = count_brain(image + (i * slices + k) * pixels, pixels);
            most = brain > most ? brain : most;
        }
        out[i % 2] += pow((double)most, 1.5) / (double)(options->subjects / 2);
    }
    free(image);
}

static void
men_are_larger_as_asked(void **state)
{
    lb_cohort_options options;
    double volume[2];
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 60;
    options.volume_deviation = 0;
    mean_volumes(volume, state, &options);
    assert_close(volume[1] / volume[0], 1.12, 0.03, 0);
    options.volume_difference = 0;
    options.shape_difference = 0;
    mean_volumes(volume, state, &options);
    assert_close(volume[1] / volume[0], 1, 0.03, 0);
    lb_free(head);
}

/* The shift of shape between the sexes moves the images, and nothing else does. */
static void
shape_differs_as_asked(void **state)
{
    lb_cohort_options options;
    size_t pixels = 65 * 78;
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 2;
    options.shape_difference = 0;
    float *without = images_of(state, &options);
    options.shape_difference = 1;
    float *with = images_of(state, &options);
    assert_memory_not_equal(without, with, 6 * pixels * sizeof *with);
    free(with);
    free(without);
    lb_free(head);
}

/* Jacobian determinant of the deformation at a point of head space, by central differences. */
static double
jacobian(const cohort_field *field, const double at[3])
{
    static const double STEP = 0.5;
    double j[3][3];
    for (size_t axis = 0; axis < 3; axis++) {
        float part[2][FIELD_PARTS];
        for (size_t side = 0; side < 2; side++) {
            float plane[FIELD_NODES][FIELD_NODES][FIELD_PARTS], row[FIELD_NODES][FIELD_PARTS];
            double p[3] = {at[0], at[1], at[2]};
            p[axis] += side == 1 ? STEP : -STEP;
            cohort_knot x = cohort_field_knot(p[0]), y = cohort_field_knot(p[1]),
                        z = cohort_field_knot(p[2]);
            cohort_field_plane(plane, field, &z);
            cohort_field_row(row, plane, &x);
            cohort_field_point(part[side], row, &y);
        }
        for (size_t i = 0; i < 3; i++) {
            j[i][axis] = (i == axis ? 1 : 0) + (double)(part[1][i] - part[0][i]) / (2 * STEP);
        }
    }
    return j[0][0] * (j[1][1] * j[2][2] - j[1][2] * j[2][1]) -
           j[0][1] * (j[1][0] * j[2][2] - j[1][2] * j[2][0]) +
           j[0][2] * (j[1][0] * j[2][1] - j[1][1] * j[2][0]);
}

static void
deformation_never_folds(void **state)
{
    (void)state;
    lb_error err;
    cohort_field *field = malloc(sizeof *field);
    assert_non_null(field);
    double least = INFINITY, most = 0;
    for (uint64_t subject = 0; subject < 20; subject++) {
        lb_random random;
        lb_random_init(&random, 1, LB_PURPOSE_TEST, subject);
        assert_ok(cohort_field_draw(field, subject % 2 == 0 ? 0.25 : -0.25, &random, &err));
        for (size_t i = 0; i < 9 * 9 * 9; i++) {
            const double at[3] = {20.0 * (double)(i % 9) - 80, 24.0 * (double)(i / 9 % 9) - 96,
                                  20.0 * (double)(i / 81) - 80};
            double j = jacobian(field, at);
            least = fmin(least, j);
            most = fmax(most, j);
        }
    }
    assert_true(least > 0.3 && least < 0.8); /* no fold, but heads do differ */
    assert_true(most < 2.5);
    free(field);
}

static void
assert_refused(void **state, const lb_cohort_options *options, const lb_context *context,
               lb_status code, const char *part)
{
    lb_error err = {0};
    char *path = test_path(state, "refused.h5"), *partial = test_path(state, "refused.h5.partial");
    assert_int_equal(lb_slices_simulate(options, path, context, &err), code);
    assert_message(&err, part);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(partial, F_OK), 0);
    lb_free(partial);
    lb_free(path);
}

static void
bad_templates_are_refused(void **state)
{
    lb_cohort_options options;
    char *missing = test_path(state, "missing.nii");
    char *damaged = write_template(state, "damaged.nii", HEAD, 5000);
    char *whole = write_template(state, "whole.nii", WHOLE, 0);
    small_options(&options, missing);
    assert_refused(state, &options, NULL, LB_ERROR_IO, "missing.nii");
    assert_refused(state, &options, NULL, LB_ERROR_IO, "mricron-data");
    options.template_path = whole;
    assert_refused(state, &options, NULL, LB_ERROR_FORMAT, "not a skull-stripped");
    lb_error err = {0};
    char *path = test_path(state, "refused.h5");
    options.template_path = damaged;
    assert_int_not_equal(lb_slices_simulate(&options, path, NULL, &err), LB_OK);
    assert_message(&err, "damaged.nii");
    assert_message(&err, "mricron-data");
    lb_free(path);
    lb_free(whole);
    lb_free(damaged);
    lb_free(missing);
}

static void
impossible_options_are_refused(void **state)
{
    lb_cohort_options options;
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 0;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "0 subjects");
    small_options(&options, head);
    options.slices_per_subject = 60;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "fewer slices");
    options.slices_per_subject = 100;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "65 axial positions");
    small_options(&options, head);
    options.minimum_brain = 0.9;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "0 axial slices");
    small_options(&options, head);
    options.voxel = 2;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "does not fit");
    options.voxel = NAN;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "voxel");
    small_options(&options, head);
    options.volume_deviation = -1;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "deviation");
    lb_free(head);
}

static void
stop_after_first_progress(void *data, const char *what, size_t done, size_t total)
{
    (void)what;
    (void)total;
    *(volatile sig_atomic_t *)data = done > 0;
}

static void
interruption_and_unwritable_path_leave_nothing(void **state)
{
    lb_error err = {0};
    lb_cohort_options options;
    volatile sig_atomic_t cancelled = 0;
    lb_context context = {.progress = stop_after_first_progress,
                          .progress_data = (void *)&cancelled,
                          .cancelled = &cancelled};
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 30;
    assert_refused(state, &options, &context, LB_ERROR_INTERRUPTED, "interrupted");
    char *path = test_path(state, "no-such-folder/a.h5");
    assert_int_not_equal(lb_slices_simulate(&options, path, NULL, &err), LB_OK);
    assert_message(&err, "no-such-folder");
    lb_free(path);
    lb_free(head);
}

/* What the coarse measure of the head let pass, the finished slice does not. */
static void
every_slice_is_checked(void **state)
{
    lb_error err = {0};
    lb_cohort_options options;
    cohort_template head = {0};
    int32_t position = 0;
    char *path = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, path);
    cohort_subject *subject = malloc(sizeof *subject);
    float *image = calloc(65 * 78, sizeof *image);
    assert_true(subject != NULL && image != NULL);
    assert_ok(cohort_template_load(&head, path, options.voxel, NULL, &err));
    assert_ok(cohort_subject_make(subject, &head, &options, 0, &err));
    assert_ok(cohort_slice_render(image, &position, subject, &head, &options, 0, 1, &err));
    subject->shift[1] += 60;
    assert_int_equal(cohort_slice_render(image, &position, subject, &head, &options, 0, 1, &err),
                     LB_ERROR_ARGUMENT);
    assert_message(&err, "cut by the edge");
    subject->shift[1] -= 60;
    subject->first = 0;
    subject->count = 12;
    assert_int_equal(cohort_slice_render(image, &position, subject, &head, &options, 0, 0, &err),
                     LB_ERROR_NUMERIC);
    assert_message(&err, "subject 1: no slice near");
    cohort_template_release(&head);
    free(image);
    free(subject);
    lb_free(path);
}

static void
noise_is_as_drawn(void **state)
{
    lb_error err = {0};
    lb_cohort_options options;
    cohort_template head = {0};
    int32_t position = 0;
    enum { PIXELS = 65 * 78 };
    char *path = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, path);
    cohort_subject *subject = malloc(sizeof *subject);
    float *with = calloc(2 * PIXELS, sizeof *with), *without = with + PIXELS;
    assert_true(subject != NULL && with != NULL);
    assert_ok(cohort_template_load(&head, path, options.voxel, NULL, &err));
    assert_ok(cohort_subject_make(subject, &head, &options, 1, &err));
    assert_in_range((int)(1000 * subject->noise), 10, 30);
    assert_ok(cohort_slice_render(with, &position, subject, &head, &options, 1, 1, &err));
    float noise = subject->noise * subject->gain;
    subject->noise = 0;
    assert_ok(cohort_slice_render(without, &position, subject, &head, &options, 1, 1, &err));
    double square = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        double difference = with[i] - without[i];
        square += difference * difference;
    }
    assert_close(sqrt(square / (double)count_brain(with, PIXELS)), noise, 0, 0.07);
    cohort_template_release(&head);
    free(with);
    free(subject);
    lb_free(path);
}

/* The ground of every slice is in one piece: the tubes are filled. */
static void
small_holes_are_filled(void **state)
{
    lb_error err = {0};
    lb_cohort_options options;
    enum { PIXELS = 65 * 78, SLICES = 12 };
    char *path = write_template(state, "tubes.nii", TUBES, 0);
    small_options(&options, path);
    float *image = images_of(state, &options);
    uint8_t ground[PIXELS];
    int32_t label[PIXELS];
    for (size_t i = 0; i < SLICES; i++) {
        size_t pieces = 0;
        for (size_t k = 0; k < PIXELS; k++) {
            ground[k] = image[i * PIXELS + k] <= 0;
        }
        assert_ok(lb_label(label, &pieces, ground, 65, 78, &err));
        assert_int_equal(pieces, 1);
    }
    free(image);
    lb_free(path);
}

/* Rods of one voxel: brain enough by the coarse measure, but specks all of it in a slice. */
static void
failed_slice_fails_the_cohort(void **state)
{
    lb_cohort_options options;
    char *path = write_template(state, "rods.nii", RODS, 0);
    small_options(&options, path);
    options.minimum_brain = 0.15;
    assert_refused(state, &options, NULL, LB_ERROR_NUMERIC, "subject 1: no slice near");
    lb_free(path);
}

/* Colin27 itself: its figures were read with nibabel and NumPy. */
static void
debian_template_gives_slices(void **state)
{
    lb_error err;
    lb_cohort_options options;
    lb_slices *slices = NULL;
    lb_cohort_defaults(&options);
    skip_without(options.template_path);
    cohort_template head = {0};
    assert_ok(cohort_template_load(&head, options.template_path, 0.7, NULL, &err));
    assert_close(head.volume, 1627906, 0, 0.03); /* 13,023,249 voxels of 0.125 mm^3 above 0 */
    assert_close(head.half_size[1], 90.25, 1, 0);
    cohort_template_release(&head);
    options.subjects = 2;
    options.slices_per_subject = 2;
    char *path = simulate(state, "colin.h5", &options);
    assert_ok(lb_slices_open(&slices, path, &err));
    float *image = calloc(260 * 311, sizeof *image);
    assert_non_null(image);
    for (size_t i = 0; i < 4; i++) {
        assert_ok(lb_slices_read(image, slices, i, &err));
        check_image(image, 260, 311, options.minimum_brain);
    }
    free(image);
    lb_slices_close(slices);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slices_are_as_promised, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(file_says_that_it_is_simulated, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_change_the_file, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(larger_cohort_begins_with_the_smaller, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(men_are_larger_as_asked, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(shape_differs_as_asked, test_setup, test_teardown),
        cmocka_unit_test(deformation_never_folds),
        cmocka_unit_test_setup_teardown(bad_templates_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(impossible_options_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(interruption_and_unwritable_path_leave_nothing, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(every_slice_is_checked, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(noise_is_as_drawn, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(small_holes_are_filled, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(failed_slice_fails_the_cohort, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(debian_template_gives_slices, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("cohort", tests, NULL, NULL);
}
