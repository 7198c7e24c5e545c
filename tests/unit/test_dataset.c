/* SPDX-License-Identifier: MIT */
/* Slices, their split by subject, and what lb_compose() makes of them. */
#include "compose_testing.h"

#include <math.h>
#include <omp.h>

#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"
#include "lesionbench/h5.h"

static void
slices_are_read(void **state)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 45);
    float image[HEIGHT * WIDTH];
    assert_int_equal(lb_slices_count(slices), SLICES);
    assert_int_equal(lb_slices_height(slices), HEIGHT);
    assert_int_equal(lb_slices_width(slices), WIDTH);
    assert_int_equal(lb_slices_subjects(slices), SUBJECTS);
    assert_string_equal(lb_slices_subject_name(slices, 11), "sub-11");
    const lb_slice_info *info = lb_slices_at(slices, 7);
    assert_int_equal(info->subject, 2);
    assert_int_equal(info->sex, LB_FEMALE);
    assert_true(isnan(info->age));
    assert_int_equal(info->position, 101);
    assert_ok(lb_slices_read(image, slices, 7, &err));
    assert_true(image[0] == 0);
    assert_true(image[50 * WIDTH + 60] ==
                (float)(50 + 7 + (60 * 14 + 50 * 3 + 60 * 50 * 7 / 50) % 11));
    assert_int_not_equal(lb_slices_read(image, slices, SLICES, &err), LB_OK);
    lb_slices_close(slices);
}

static void
split_is_balanced_and_depends_on_the_seed(void **state)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 45);
    const double share[LB_SPLITS] = {0.5, 0.2, 0.3};
    uint8_t split[SUBJECTS], again[SUBJECTS];
    bool differs = false;
    for (uint64_t seed = 0; seed < 20; seed++) {
        int subjects[LB_SPLITS] = {0}, men[LB_SPLITS] = {0};
        assert_ok(lb_split_subjects(split, slices, share, seed, &err));
        assert_ok(lb_split_subjects(again, slices, share, seed, &err));
        assert_memory_equal(split, again, sizeof split);
        for (int i = 0; i < SUBJECTS; i++) {
            assert_in_range(split[i], 0, LB_SPLITS - 1);
            subjects[split[i]]++;
            men[split[i]] += i % 2;
        }
        assert_in_range(subjects[LB_TRAIN], 5, 7);
        assert_in_range(subjects[LB_VALIDATION], 2, 3);
        assert_in_range(subjects[LB_HOLDOUT], 3, 4);
        for (int s = 0; s < LB_SPLITS; s++) {
            assert_in_range(2 * men[s] - subjects[s] + 1, 0, 2);
        }
        assert_ok(lb_split_subjects(again, slices, share, seed + 1, &err));
        differs = differs || memcmp(split, again, sizeof split) != 0;
    }
    assert_true(differs);
    lb_slices_close(slices);
}

static void
split_edge_cases(void **state)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 45);
    uint8_t split[SUBJECTS];
    int subjects[LB_SPLITS] = {0};
    assert_ok(lb_split_subjects(split, slices, (const double[]){0.98, 0.01, 0.01}, 3, &err));
    for (int i = 0; i < SUBJECTS; i++) {
        subjects[split[i]]++;
    }
    assert_int_equal(subjects[LB_VALIDATION], 1);
    assert_int_equal(subjects[LB_HOLDOUT], 1);
    assert_ok(lb_split_subjects(split, slices, (const double[]){1, 0, 1}, 3, &err));
    for (int i = 0; i < SUBJECTS; i++) {
        assert_int_not_equal(split[i], LB_VALIDATION);
    }
    assert_int_equal(lb_split_subjects(split, slices, (const double[]){0, 0, 0}, 3, &err),
                     LB_ERROR_ARGUMENT);
    assert_int_equal(lb_split_subjects(split, slices, (const double[]){1, NAN, 0}, 3, &err),
                     LB_ERROR_ARGUMENT);
    lb_slices_close(slices);
}

/* Every image is in range, its truth is on lesions, and its slice is of its split. */
static void
check_split(lb_dataset *dataset, lb_split split, const lb_slices *slices, const uint8_t *split_of)
{
    lb_error err = {0};
    static float image[SIZE * SIZE], truth[SIZE * SIZE];
    size_t count = lb_dataset_count(dataset, split), irregular = 0;
    for (size_t i = 0; i < count; i++) {
        assert_ok(lb_dataset_read(image, truth, dataset, split, i, 1, &err));
        size_t pixels = 0;
        for (size_t p = 0; p < SIZE * SIZE; p++) {
            assert_true(image[p] >= 0 && image[p] <= 1);
            assert_true(truth[p] == 0 || truth[p] > 0.3f);
            assert_true(truth[p] == 0 || image[p] > 0.4f);
            pixels += truth[p] > 0;
        }
        size_t lesions = lb_dataset_lesion_counts(dataset, split)[i];
        assert_in_range(lesions, 3, 4);
        /* A lesion of 6 x 6 or 4 x 12 pixels is 7 to 10 pixels large after resizing. */
        assert_in_range(pixels, 4 * lesions, 14 * lesions);
        size_t slice = (size_t)lb_dataset_slices(dataset, split)[i];
        assert_in_range(slice, 0, SLICES - 1);
        assert_int_equal(split_of[lb_slices_at(slices, slice)->subject], split);
        assert_int_equal(lb_dataset_subjects(dataset, split)[i],
                         lb_slices_at(slices, slice)->subject);
        irregular += (size_t)lb_dataset_labels(dataset, split)[i];
    }
    assert_in_range(irregular, count / 4, count - count / 4);
}

static void
composed_images_keep_their_promises(void **state)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 45);
    lb_lesion_library library;
    lb_compose_options options;
    lb_dataset *dataset = NULL;
    uint8_t split_of[SUBJECTS];
    char *path = test_path(state, "dataset.h5");
    make_library(&library);
    small_options(&options);
    assert_ok(lb_compose(&options, slices, &library, path, NULL, &err));
    assert_ok(lb_compose_split(split_of, &options, slices, &err));
    assert_ok(lb_dataset_open(&dataset, path, &err));
    assert_int_equal(lb_dataset_height(dataset), SIZE);
    assert_int_equal(lb_dataset_width(dataset), SIZE);
    for (int split = 0; split < LB_SPLITS; split++) {
        assert_int_equal(lb_dataset_count(dataset, (lb_split)split), options.images[split]);
        check_split(dataset, (lb_split)split, slices, split_of);
    }
    lb_dataset_close(dataset);
    lb_free(path);
    lb_lesions_release(&library);
    lb_slices_close(slices);
}

static void
the_same_file_for_any_number_of_threads(void **state)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 45);
    lb_lesion_library library;
    lb_compose_options options;
    uint8_t *bytes[3];
    size_t length[3];
    char *path = test_path(state, "dataset.h5");
    make_library(&library);
    small_options(&options);
    options.images[LB_HOLDOUT] = 0;
    int threads = omp_get_max_threads();
    for (int i = 0; i < 3; i++) {
        omp_set_num_threads(i == 0 ? 1 : 2);
        options.seed = i == 2;
        assert_ok(lb_compose(&options, slices, &library, path, NULL, &err));
        bytes[i] = test_read_bytes(&length[i], path);
    }
    omp_set_num_threads(threads);
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(bytes[0], bytes[1], length[0]);
    assert_true(length[0] != length[2] || memcmp(bytes[0], bytes[2], length[0]) != 0);
    for (int i = 0; i < 3; i++) {
        lb_free(bytes[i]);
    }
    lb_free(path);
    lb_lesions_release(&library);
    lb_slices_close(slices);
}

static void
refusals(void **state)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 12); /* too small for three lesions */
    lb_lesion_library library;
    lb_compose_options options;
    lb_dataset *dataset = NULL;
    char *path = test_path(state, "dataset.h5");
    make_library(&library);
    small_options(&options);
    assert_int_equal(lb_compose(&options, slices, &library, path, NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "slice ");
    assert_message(&err, "subject sub-");
    assert_message(&err, "no room for");
    FILE *stream = fopen(path, "rb");
    assert_null(stream);
    options.first_seed[LB_VALIDATION] = 69;
    assert_int_equal(lb_compose(&options, slices, &library, path, NULL, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "share seeds");
    small_options(&options);
    options.maximum_lesions = 5;
    assert_int_equal(lb_compose(&options, slices, &library, path, NULL, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "4 round");
    assert_int_not_equal(lb_dataset_open(&dataset, "no-such-file.h5", &err), LB_OK);
    assert_message(&err, "no-such-file.h5");
    assert_null(dataset);
    lb_free(path);
    lb_lesions_release(&library);
    lb_slices_close(slices);
}

static void
a_dataset_without_holdout_is_named(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    lb_dataset *dataset = NULL;
    char *path = test_path(state, "dataset.h5");
    const size_t shape[3] = {1, 2, 2};
    const float pixels[4] = {0};
    const uint8_t label[1] = {0};
    const int32_t slice[1] = {0};
    const char *const groups[] = {"train", "validation"};
    assert_ok(lb_h5_create(&file, path, "dataset", 1, NULL, &err));
    for (int i = 0; i < 2; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/image", groups[i]);
        assert_ok(lb_h5_write(file, name, LB_F32, 3, shape, pixels, &err));
        snprintf(name, sizeof name, "%s/truth", groups[i]);
        assert_ok(lb_h5_write(file, name, LB_F32, 3, shape, pixels, &err));
        snprintf(name, sizeof name, "%s/label", groups[i]);
        assert_ok(lb_h5_write(file, name, LB_U8, 1, shape, label, &err));
        snprintf(name, sizeof name, "%s/lesion_count", groups[i]);
        assert_ok(lb_h5_write(file, name, LB_U8, 1, shape, label, &err));
        snprintf(name, sizeof name, "%s/slice", groups[i]);
        assert_ok(lb_h5_write(file, name, LB_I32, 1, shape, slice, &err));
    }
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    assert_int_equal(lb_dataset_open(&dataset, path, &err), LB_ERROR_FORMAT);
    assert_message(&err, "no group \"holdout\" (run 'lesionbench compose')");
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slices_are_read, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(split_is_balanced_and_depends_on_the_seed, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(split_edge_cases, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(composed_images_keep_their_promises, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(the_same_file_for_any_number_of_threads, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(refusals, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(a_dataset_without_holdout_is_named, test_setup,
                                        test_teardown),
    };
    return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
