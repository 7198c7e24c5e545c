/* SPDX-License-Identifier: MIT */
/* One file named twice counts once; one content under two subjects is an error that names both. */
#define _XOPEN_SOURCE 700 /* nftw() */

#include "import_testing.h"

#include "lesionbench/npy.h"

static void
put_link(void **state, const char *name, const char *target, bool hard)
{
    char *path = make_path(state, name), *from = test_path(state, target);
    assert_int_equal(hard ? link(from, path) : symlink(from, path), 0);
    lb_free(from);
    lb_free(path);
}

/* What the first path gives alone. */
static void
import_alone(void **state, const char *name, const char *out)
{
    fixture f;
    char *expected = test_path(state, out);
    start(&f, state, name, NULL);
    run_well(&f);
    assert_int_equal(f.report.repeated, 0);
    assert_int_equal(rename(f.out, expected), 0);
    lb_free(expected);
    finish(&f);
}

/* Both together give what the first alone does. */
static void
assert_counts_once(void **state, const char *first, const char *second, size_t repeated)
{
    fixture f;
    char *expected = test_path(state, "expected.h5");
    import_alone(state, first, "expected.h5");
    start(&f, state, first, second);
    run_well(&f);
    assert_int_equal(f.report.repeated, repeated);
    assert_same_bytes(expected, f.out);
    lb_free(expected);
    finish(&f);
}

/* The error names all three. */
static void
assert_error_names(void **state, const char *first, const char *second, const char *const names[3])
{
    fixture f;
    start(&f, state, first, second);
    unlink(f.out);
    run_badly(&f, LB_ERROR_ARGUMENT, names[0]);
    assert_message(&f.err, names[1]);
    assert_message(&f.err, names[2]);
    finish(&f);
}

static void
spellings_and_links(void **state)
{
    const head_file one = {.type = DT_INT16}, two = {.person = 2};
    put_head(state, "ds/sub-01/anat/sub-01_T1w.nii.gz", &one);
    put_head(state, "ds/sub-02/anat/sub-02_T1w.nii.gz", &two);
    put_text(state, "ds/participants.tsv", "participant_id\tsex\nsub-01\tF\nsub-02\tM\n");
    put_link(state, "link", "ds", false);
    assert_counts_once(state, "ds", "ds/", 2);
    assert_counts_once(state, "ds", "ds/../ds", 2);
    assert_counts_once(state, "ds", "link", 2);
    assert_counts_once(state, "ds", "ds/sub-01/anat/sub-01_T1w.nii.gz", 1);
    put_head(state, "scan.nii", &one);
    put_link(state, "soft.nii", "scan.nii", false);
    put_link(state, "hard.nii", "scan.nii", true);
    assert_counts_once(state, "scan.nii", "scan.nii", 1);
    assert_counts_once(state, "scan.nii", "./scan.nii", 1);
    assert_counts_once(state, "scan.nii", "soft.nii", 1);
    assert_counts_once(state, "scan.nii", "hard.nii", 1);
    /* The name that says whose it is stays. */
    put_link(state, "named.nii.gz", "ds/sub-01/anat/sub-01_T1w.nii.gz", false);
    fixture f;
    start(&f, state, "named.nii.gz", "ds");
    run_well(&f);
    assert_int_equal(lb_slices_subjects(f.slices), 2);
    check_slice(&f, 0, "sub-01", LB_FEMALE, (double)NAN);
    finish(&f);
}

static void
endings(void **state)
{
    const head_file one = {.type = DT_INT16}, other = {.type = DT_INT16, .person = 1};
    const head_file pair = {.type = DT_INT16, .pair = true, .person = 2};
    put_head(state, "a.nii", &one);
    put_head(state, "a.nii.gz", &one);
    assert_counts_once(state, "a.nii", "a.nii.gz", 1);
    assert_counts_once(state, "a.nii.gz", "a.nii", 1);
    put_head(state, "a.nii.gz", &other);
    assert_error_names(state, "a.nii", "a.nii.gz",
                       (const char *[]){"/a.nii and ", "/a.nii.gz differ in their content",
                                        "leave one of them out"});
    put_head(state, "b.hdr", &pair);
    assert_counts_once(state, "b.hdr", "b.img", 1);
    assert_counts_once(state, "b.img", "b.hdr", 1);
    put_head(state, "ds/sub-1/anat/sub-1_T1w.nii", &one);
    import_alone(state, "ds", "expected.h5");
    put_head(state, "ds/sub-1/anat/sub-1_T1w.nii.gz", &one);
    fixture f;
    char *expected = test_path(state, "expected.h5");
    start(&f, state, "ds", NULL);
    run_well(&f);
    assert_int_equal(f.report.repeated, 1);
    assert_same_bytes(expected, f.out);
    finish(&f);
    lb_free(expected);
    put_head(state, "ds/sub-1/anat/sub-1_T1w.nii.gz", &other);
    assert_error_names(state, "ds", NULL,
                       (const char *[]){"sub-1_T1w.nii and ", "sub-1_T1w.nii.gz differ in",
                                        "choose with --match .nii.gz"});
    /* A file that cannot be read says so itself. */
    put_text(state, "ds/sub-1/anat/sub-1_T1w.nii.gz", "x");
    start(&f, state, "ds", NULL);
    unlink(f.out);
    run_badly(&f, LB_ERROR_FORMAT, "sub-1_T1w.nii.gz: is not a NIfTI file");
    finish(&f);
}

static void
one_content_of_two_subjects(void **state)
{
    const head_file one = {.type = DT_INT16}, other = {.person = 5};
    const head_file turned = {.reordered = true, .order = {1, 0, 2}, .turned = {true}};
    put_head(state, "ds/sub-01/anat/sub-01_T1w.nii.gz", &one);
    put_head(state, "ds/sub-02/anat/sub-02_T1w.nii.gz", &other);
    put_head(state, "ds/sub-03/anat/sub-03_T1w.nii.gz", &turned);
    static const char *const NAMES[3] = {"sub-01_T1w.nii.gz and ", "sub-03_T1w.nii.gz",
                                         "'sub-01' and 'sub-03'"};
    assert_error_names(state, "ds", NULL, NAMES);
    char *path = test_path(state, "ds/sub-03/anat/sub-03_T1w.nii.gz");
    assert_int_equal(unlink(path), 0);
    put_link(state, "ds/sub-03/anat/sub-03_T1w.nii.gz", "ds/sub-01/anat/sub-01_T1w.nii.gz", false);
    assert_error_names(state, "ds", NULL, NAMES);
    assert_int_equal(unlink(path), 0);
    put_link(state, "ds/sub-03/anat/sub-03_T1w.nii.gz", "ds/sub-01/anat/sub-01_T1w.nii.gz", true);
    assert_error_names(state, "ds", NULL, NAMES);
    lb_free(path);
    /* Copies in two folders, and under two names. */
    put_head(state, "x/head.nii", &one);
    put_head(state, "y/head.nii", &one);
    assert_error_names(state, "x/head.nii", "y/head.nii",
                       (const char *[]){"x/head.nii and ", "y/head.nii have the same content",
                                        "leave one of them out"});
    /* Other slices of them do not hide it. */
    put_head(state, "p/sub-1/anat/sub-1_T1w.nii", &one);
    put_head(state, "p/sub-2/anat/sub-2_run-1_T1w.nii", &one);
    put_head(state, "p/sub-2/anat/sub-2_run-2_T1w.nii", &other);
    assert_error_names(state, "p", NULL,
                       (const char *[]){"sub-1_T1w.nii and ", "sub-2_run-1_T1w.nii have the same",
                                        "'sub-1' and 'sub-2'"});
}

/* count slices of 20 x 18, the first of value `from`, each the next one's value lower by 1; `twin`
 * is the same as the first. */
static void
put_array(void **state, const char *name, size_t count, size_t from, size_t twin)
{
    enum { H = 20, W = 18, MAX_SLICES = 6 };
    static float values[MAX_SLICES * H * W];
    lb_error err = {0};
    const size_t shape[3] = {count, H, W};
    for (size_t i = 0; i < count * H * W; i++) {
        size_t y = i / W % H, x = i % W, slice = i / (H * W);
        bool inside = y > 0 && y < 15 && x > 3 && x < 14;
        values[i] = inside ? (float)(from + (slice == twin ? 0 : slice) + 3 * x + y) : 0;
    }
    char *path = make_path(state, name);
    assert_ok(lb_npy_write(path, LB_F32, 3, shape, values, &err));
    lb_free(path);
}

static void
arrays(void **state)
{
    put_array(state, "a.npy", 3, 1, 0);
    put_link(state, "b.npy", "a.npy", false);
    assert_counts_once(state, "a.npy", "a.npy", 1);
    assert_counts_once(state, "a.npy", "b.npy", 1);
    put_array(state, "c.npy", 2, 3, 0); /* its first slice is the last of a.npy */
    assert_error_names(state, "a.npy", "c.npy",
                       (const char *[]){"a.npy, slice 2, and ", "c.npy, slice 0, have the same",
                                        "'a-0003' and 'c-0001'"});
    put_array(state, "d.npy", 4, 100, 3);
    assert_error_names(state, "d.npy", NULL,
                       (const char *[]){"d.npy, slice 0, and ", "d.npy, slice 3, have the same",
                                        "'d-0001' and 'd-0004'"});
    /* Of one subject they are no leak. */
    fixture f;
    start(&f, state, "d.npy", NULL);
    f.options.array_slices_per_subject = 4;
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), 4);
    finish(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, import_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {TEST(spellings_and_links), TEST(endings),
                                       TEST(one_content_of_two_subjects), TEST(arrays)};
    return cmocka_run_group_tests_name("import_identity", tests, NULL, NULL);
}
