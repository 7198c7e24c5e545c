/* SPDX-License-Identifier: MIT */
/* The cohort's file: what it promises, and what it refuses. */
#include "cohort_testing.h"

#include <omp.h>

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
    assert_ok(lb_h5_get_text(&text, file, "", "background", &err));
    assert_string_equal(text, "mri");
    lb_free(text);
    assert_ok(lb_h5_get_number(&number, file, "", "thickness", &err));
    assert_true(number == options.voxel);
    lb_h5_close(file);
    lb_free(path);
    lb_free(head);
}

/* For every subject: how far its deformation is from folding, and what was kept of it. */
static void
deformations_are_recorded(void **state)
{
    lb_error err;
    lb_array jacobian, kept;
    lb_h5 *file = NULL;
    lb_cohort_options options;
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 10; /* more than are made at a time */
    char *path = simulate(state, "a.h5", &options);
    assert_ok(lb_h5_open(&file, path, "slices", &err));
    assert_ok(lb_h5_read(&jacobian, file, "jacobian_minimum", LB_F32, &err));
    assert_ok(lb_h5_read(&kept, file, "deformation_kept", LB_F32, &err));
    assert_int_equal(jacobian.shape[0], 10);
    assert_int_equal(kept.shape[0], 10);
    for (size_t i = 0; i < 10; i++) {
        float least = ((float *)jacobian.data)[i];
        assert_true(least >= 0.2f && least < 0.9f);
        assert_true(((float *)kept.data)[i] == 1);
    }
    lb_array_release(&kept);
    lb_array_release(&jacobian);
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
    char *nowhere = write_template(state, "nowhere.nii", HEAD, 0);
    size_t size = 0;
    uint8_t *bytes = test_read_bytes(&size, nowhere);
    put16(bytes + 254, 0); /* sform_code */
    test_write_bytes(nowhere, bytes, size);
    options.template_path = nowhere;
    assert_refused(state, &options, NULL, LB_ERROR_FORMAT, "neither an sform nor a qform");
    lb_free(bytes);
    lb_free(nowhere);
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
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "volume_deviation: -1 is not within");
    small_options(&options, head);
    options.noise = INFINITY;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "noise: inf is not within");
    small_options(&options, head);
    options.background = 2;
    assert_refused(state, &options, NULL, LB_ERROR_ARGUMENT, "background");
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
    assert_ok(cohort_template_load(&head, &options, NULL, &err));
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

/* The ground of every slice is in one piece: the tubes are filled. */
static void
small_holes_are_filled(void **state)
{
    lb_error err = {0};
    lb_cohort_options options;
    enum { PIXELS = 65 * 78, SLICES = 12 };
    char *path = write_template(state, "tubes.nii", TUBES, 0);
    small_options(&options, path);
    options.fluid = 0;
    float *image = images_of(state, &options);
    uint8_t ground[PIXELS];
    int32_t label[PIXELS];
    for (size_t i = 0; i < SLICES; i++) {
        size_t pieces = 0;
        for (size_t k = 0; k < PIXELS; k++) {
            ground[k] = image[i * PIXELS + k] <= 0;
        }
        assert_ok(lb_connected_components(label, &pieces, ground, 65, 78, &err));
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
    options.fluid = 0; /* or the rods would be one brain */
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
    options.fluid = 0;
    assert_ok(cohort_template_load(&head, &options, NULL, &err));
    assert_close(head.volume, 1627906, 0, 0.03); /* 13,023,249 voxels of 0.125 mm^3 above 0 */
    assert_close(head.half_size[1], 90.25, 1, 0);
    double dry = head.volume;
    cohort_template_release(&head);
    lb_cohort_defaults(&options);
    assert_ok(cohort_template_load(&head, &options, NULL, &err));
    assert_close(head.volume - dry, 142000, 0,
                 0.1); /* SciPy's closing, ball of 8 mm, 1 mm voxels */
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
        cmocka_unit_test_setup_teardown(deformations_are_recorded, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_change_the_file, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(larger_cohort_begins_with_the_smaller, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(bad_templates_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(impossible_options_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(interruption_and_unwritable_path_leave_nothing, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(every_slice_is_checked, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(small_holes_are_filled, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(failed_slice_fails_the_cohort, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(debian_template_gives_slices, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("cohort", tests, NULL, NULL);
}
