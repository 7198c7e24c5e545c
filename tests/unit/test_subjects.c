/* SPDX-License-Identifier: MIT */
/* Subjects of datasets, and the record of those that a model was trained on. */
#include "compose_testing.h"

#include "lesionbench/subjects.h"

static const lb_fingerprint FILE_A = {"00000000000000aa"}, FILE_B = {"00000000000000bb"};
static lb_fingerprint people[3] = {
    {"1111111111111111"}, {"2222222222222222"}, {"3333333333333333"}};
/* 0 trains, 1 validates, 2 is in the holdout; all of file A. */
static uint8_t splits[3] = {1 << LB_TRAIN, 1 << LB_VALIDATION, 1 << LB_HOLDOUT};
static const lb_subject_splits DATASET = {
    .slices = {"00000000000000aa"}, .count = 3, .subjects = people, .splits = splits};

static char *
add(const char *seen, const lb_fingerprint *slices, bool first, bool second, bool third)
{
    lb_error err = {0};
    char *out = NULL;
    const bool taken[3] = {first, second, third};
    assert_ok(lb_seen_add(&out, seen, slices, people, taken, 3, &err));
    return out;
}

static void
assert_leak(const char *seen, size_t of_file, size_t alike, bool unknown)
{
    lb_leak leak;
    lb_seen_leak(&leak, seen, &DATASET);
    assert_int_equal(leak.holdout, 1);
    assert_int_equal(leak.seen, of_file);
    assert_int_equal(leak.alike, alike);
    assert_int_equal(leak.unknown, unknown);
}

static void
a_record_tells_who_was_seen(void **state)
{
    (void)state;
    char *none = add("", &FILE_A, false, false, false);
    assert_string_equal(none, "");
    assert_leak(none, 0, 0, false);
    char *two = add("", &FILE_A, true, true, false);
    assert_string_equal(two, "00000000000000aa:1111111111111111,2222222222222222");
    assert_leak(two, 0, 0, false);
    char *other = add(two, &FILE_B, false, false, true);
    assert_leak(other, 0, 1, false); /* the name alone: in another file */
    char *all = add(other, &FILE_A, true, true, true);
    assert_leak(all, 1, 0, false);
    char *again = add(all, &FILE_A, true, true, true);
    assert_string_equal(again, all);
    lb_free(again);
    lb_free(all);
    lb_free(other);
    lb_free(two);
    lb_free(none);
}

static void
what_is_not_known_is_not_taken_for_nobody(void **state)
{
    lb_error err = {0};
    char *gap = NULL, *wider = NULL;
    (void)state;
    assert_leak(NULL, 0, 0, true);
    char *given = add(NULL, &FILE_A, false, false, true);
    assert_leak(given, 1, 0, true);
    assert_ok(lb_seen_add_unknown(&gap, "", &err));
    assert_leak(gap, 0, 0, true);
    assert_ok(lb_seen_add_unknown(&wider, given, &err));
    assert_string_equal(wider, given);
    lb_free(wider);
    lb_free(gap);
    lb_free(given);
}

/* The split of a dataset made with this seed, as training on other settings has it. */
static void
compose(void **state, char **path, lb_slices **slices, uint64_t seed, size_t every_slice,
        const char *quirks)
{
    lb_error err = {0};
    lb_compose_options options;
    lb_lesion_library library;
    *path = test_path(state, "dataset.h5");
    *slices = make_slices(state, 48);
    make_library(&library);
    small_options(&options);
    options.seed = seed;
    options.every_slice = every_slice;
    options.quirks = quirks;
    assert_ok(lb_compose(&options, *slices, &library, *path, NULL, &err));
    lb_lesions_release(&library);
}

static void
a_datasets_split_is_kept(void **state)
{
    static const double SHARE[LB_SPLITS] = {2500, 2500, 2500};
    size_t wrong_without = 0;
    for (uint64_t seed = 1; seed < 4; seed++) {
        lb_error err = {0};
        lb_dataset *dataset = NULL;
        lb_slices *slices = NULL;
        char *path = NULL;
        uint8_t kept[SUBJECTS], own[SUBJECTS];
        compose(state, &path, &slices, seed, 0, NULL);
        assert_ok(lb_split_as_dataset(kept, slices, SHARE, 0, path, &err));
        assert_ok(lb_split_subjects(own, slices, SHARE, 0, &err));
        assert_ok(lb_dataset_open(&dataset, path, &err));
        for (int split = 0; split < LB_SPLITS; split++) {
            const int32_t *subjects = lb_dataset_subjects(dataset, (lb_split)split);
            for (size_t i = 0; i < lb_dataset_count(dataset, (lb_split)split); i++) {
                assert_int_equal(kept[subjects[i]], split);
                wrong_without += split == LB_HOLDOUT && own[subjects[i]] != LB_HOLDOUT;
            }
        }
        lb_dataset_close(dataset);
        lb_slices_close(slices);
        lb_free(path);
    }
    assert_true(wrong_without > 0); /* or the test shows nothing */
}

static void
refused(void **state, size_t every_slice, const char *quirks)
{
    static const double SHARE[LB_SPLITS] = {1, 1, 1};
    lb_error err = {0};
    lb_slices *slices = NULL;
    char *path = NULL;
    uint8_t split[SUBJECTS];
    compose(state, &path, &slices, 1, every_slice, quirks);
    assert_int_equal(lb_split_as_dataset(split, slices, SHARE, 0, path, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "none is left to train on");
    lb_slices_close(slices);
    lb_free(path);
}

static void
where_all_are_in_the_holdout_none_is_trained_on(void **state)
{
    refused(state, 1 + LB_HOLDOUT, NULL);
}

/* Of two files with the same people, one has other images. */
static void
files_are_told_apart_by_their_images(void **state)
{
    lb_error err = {0};
    lb_fingerprint one, other, again;
    lb_slices *slices = make_slices(state, 48);
    assert_ok(lb_slices_fingerprint(&one, slices, &err));
    lb_slices_close(slices);
    slices = make_slices(state, 47);
    assert_ok(lb_slices_fingerprint(&other, slices, &err));
    lb_slices_close(slices);
    slices = make_slices(state, 48);
    assert_ok(lb_slices_fingerprint(&again, slices, &err));
    lb_slices_close(slices);
    assert_string_not_equal(one.text, other.text);
    assert_string_equal(one.text, again.text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_tells_who_was_seen),
        cmocka_unit_test(what_is_not_known_is_not_taken_for_nobody),
        cmocka_unit_test_setup_teardown(a_datasets_split_is_kept, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(where_all_are_in_the_holdout_none_is_trained_on, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(files_are_told_apart_by_their_images, test_setup,
                                        test_teardown),
    };
    return cmocka_run_group_tests_name("subjects", tests, NULL, NULL);
}
