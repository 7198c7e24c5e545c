/* SPDX-License-Identifier: MIT */
/* Each fault is found by the check that is meant for it, and a dataset without faults passes. */
#include <omp.h>

#include "lesionbench/audit.h"

#include "audit_testing.h"

static const audit_fault SOUND = {.images = {300, 150, 150}, .subjects = 60};

static lb_audit
audit_of(void **state, const audit_fault *fault)
{
    lb_error err;
    lb_audit audit = {.count = 0};
    lb_audit_options options;
    lb_audit_defaults(&options);
    char *path = audit_write(state, "d.h5", fault);
    assert_ok(lb_audit_data(&audit, path, &options, NULL, &err));
    lb_free(path);
    return audit;
}

/* Fails unless exactly the checks of "a name, c name, ..." have failed. */
static void
assert_failed(const lb_audit *audit, const char *expected)
{
    char found[1024] = "";
    for (size_t i = 0, used = 0; i < audit->count; i++) {
        if (audit->checks[i].verdict == LB_VERDICT_FAIL) {
            used +=
                (size_t)snprintf(found + used, sizeof found - used, "%s%c %s", used > 0 ? ", " : "",
                                 audit->checks[i].part, audit->checks[i].name);
        }
    }
    assert_string_equal(found, expected);
}

static void
sound_data_pass(void **state)
{
    lb_audit audit = audit_of(state, &SOUND);
    assert_failed(&audit, "");
    assert_int_equal(lb_audit_tally(&audit, LB_VERDICT_SKIPPED), 0);
    assert_int_equal(audit.images[LB_TRAIN], 300);
    assert_int_equal(audit.subjects, 60);
    assert_string_equal(audit.protocol, "");
    size_t parts[6] = {0};
    for (size_t i = 0; i < audit.count; i++) {
        const lb_check *check = audit.checks + i;
        assert_in_range(check->part, 'a', 'f');
        parts[check->part - 'a']++;
        assert_true(isfinite(check->value));
        assert_true(isnan(check->p) || (check->p >= 0 && check->p <= 1));
        assert_true(isnan(check->low) ||
                    (check->low <= check->value && check->value <= check->high));
    }
    const size_t expected[6] = {10, 1, 16, 4, 3, 5};
    assert_memory_equal(parts, expected, sizeof parts);
    /* Two discs of radius 3.5 are 77 pixels. */
    assert_non_null(strstr(audit_row(&audit, 'c', "lesion area")->note, "means 38."));
    lb_audit_release(&audit);
}

/* Indices and subjects differ, pixels do not; or hardly. */
static void
one_brain_under_two_names_fails(void **state)
{
    for (int rounded = 0; rounded < 2; rounded++) {
        audit_fault fault = SOUND;
        fault.twins = 7;
        fault.twin_split = LB_HOLDOUT;
        fault.rounded = rounded == 1;
        lb_audit audit = audit_of(state, &fault);
        assert_failed(&audit, "d brains in two splits, d brains of two subjects");
        const lb_check *check = audit_row(&audit, 'd', "brains in two splits");
        assert_close(check->value, 14, 0, 0);
        assert_non_null(
            strstr(check->note, "; image 0 of train shows the brain of image 0 of holdout"));
        assert_close(audit_row(&audit, 'd', "brains of two subjects")->value, 14, 0, 0);
        lb_audit_release(&audit);
    }
    audit_fault fault = SOUND;
    fault.twins = 3;
    fault.twin_split = LB_TRAIN;
    lb_audit audit = audit_of(state, &fault);
    assert_failed(&audit, "d brains of two subjects");
    const lb_check *check = audit_row(&audit, 'd', "brains of two subjects");
    assert_close(check->value, 6, 0, 0);
    assert_non_null(strstr(check->note, "; image 0 of train shows the brain of image 1 of train"));
    lb_audit_release(&audit);
}

static void
larger_lesions_of_one_class_fail(void **state)
{
    audit_fault fault = SOUND;
    fault.larger = 0.15;
    lb_audit audit = audit_of(state, &fault);
    assert_int_equal(audit_row(&audit, 'a', "lesion area")->verdict, LB_VERDICT_FAIL);
    assert_int_equal(audit_row(&audit, 'c', "lesion area")->verdict, LB_VERDICT_FAIL);
    assert_true(audit_row(&audit, 'c', "lesion area")->value > 0.9);
    assert_true(audit_row(&audit, 'a', "lesion area")->uses_truth);
    assert_int_equal(audit_row(&audit, 'a', "histogram")->verdict, LB_VERDICT_FAIL);
    assert_int_equal(audit_row(&audit, 'b', "edges around lesions")->verdict, LB_VERDICT_PASS);
    lb_audit_release(&audit);
}

static void
faint_boxes_fail(void **state)
{
    audit_fault fault = SOUND;
    fault.box = true;
    lb_audit audit = audit_of(state, &fault);
    const lb_check *check = audit_row(&audit, 'b', "edges around lesions");
    assert_int_equal(check->verdict, LB_VERDICT_FAIL);
    /* 0.1 (1 - 0.41) */
    assert_close(check->value, 0.059, 0.01, 0);
    assert_true(check->low > check->limit);
    assert_non_null(strstr(check->note, "lighter inside by 0.0"));
    lb_audit_release(&audit);
}

static void
soft_lesions_have_no_edges(void **state)
{
    audit_fault fault = SOUND;
    fault.soft = true;
    lb_audit audit = audit_of(state, &fault);
    const lb_check *check = audit_row(&audit, 'b', "edges around lesions");
    assert_int_equal(check->verdict, LB_VERDICT_PASS);
    assert_true(check->high < check->limit);
    lb_audit_release(&audit);
}

static void
brighter_images_of_one_class_fail(void **state)
{
    audit_fault fault = SOUND;
    fault.shine = 0.02;
    lb_audit audit = audit_of(state, &fault);
    const char *const classifiers[] = {"brightness", "histogram", "these three together",
                                       "nearest mean at 16 x 16"};
    for (size_t i = 0; i < sizeof classifiers / sizeof *classifiers; i++) {
        assert_int_equal(audit_row(&audit, 'a', classifiers[i])->verdict, LB_VERDICT_FAIL);
    }
    assert_int_equal(audit_row(&audit, 'c', "brain mean")->verdict, LB_VERDICT_FAIL);
    assert_int_equal(audit_row(&audit, 'a', "brain area")->verdict, LB_VERDICT_PASS);
    assert_int_equal(audit_row(&audit, 'a', "lesion position")->verdict, LB_VERDICT_PASS);
    lb_audit_release(&audit);
}

static void
places_that_tell_the_class_fail(void **state)
{
    audit_fault fault = SOUND;
    fault.aside = 3;
    lb_audit audit = audit_of(state, &fault);
    assert_failed(&audit, "a nearest mean at 16 x 16, a lesion position, a all but intensity, "
                          "c lesion row");
    lb_audit_release(&audit);
    fault.by_side = true; /* then they are the label */
    audit = audit_of(state, &fault);
    assert_failed(&audit, "");
    assert_non_null(strstr(audit_row(&audit, 'c', "lesion row")->note, "the label is a side"));
    lb_audit_release(&audit);
}

static void
leaks_and_imbalance_fail(void **state)
{
    audit_fault fault = SOUND;
    fault.shared = true;
    lb_audit audit = audit_of(state, &fault);
    assert_failed(&audit, "d subjects in two splits, d slices in two splits");
    assert_close(audit_row(&audit, 'd', "subjects in two splits")->value, 20, 0, 0);
    assert_close(audit_row(&audit, 'd', "slices in two splits")->value, 40, 0, 0);
    lb_audit_release(&audit);
    fault = SOUND;
    fault.one_class = true;
    audit = audit_of(state, &fault);
    assert_failed(&audit, "e train");
    assert_close(audit_row(&audit, 'e', "train")->value, 1, 0, 0);
    lb_audit_release(&audit);
}

static void
values_that_cannot_be_fail(void **state)
{
    audit_fault fault = SOUND;
    fault.broken = 1;
    lb_audit audit = audit_of(state, &fault);
    assert_failed(&audit, "f values that are not finite, f images beyond 0 to 1, f truth below 0, "
                          "f no truth, f truth off the brain");
    const char *const names[] = {"values that are not finite", "images beyond 0 to 1",
                                 "truth below 0", "no truth", "truth off the brain"};
    for (size_t i = 0; i < 5; i++) {
        char note[40];
        snprintf(note, sizeof note, "the first is image %zu of train", i + 1);
        assert_close(audit_row(&audit, 'f', names[i])->value, 1, 0, 0);
        assert_string_equal(audit_row(&audit, 'f', names[i])->note, note);
    }
    lb_audit_release(&audit);
}

static void
little_data_are_not_judged(void **state)
{
    const audit_fault few = {.images = {5, 4, 0}, .subjects = 6, .larger = 1};
    lb_audit audit = audit_of(state, &few);
    assert_failed(&audit, "");
    assert_int_equal(lb_audit_tally(&audit, LB_VERDICT_SKIPPED), 10 + 1 + 16);
    lb_audit_release(&audit);
    audit_fault nameless = SOUND;
    nameless.anonymous = true;
    audit = audit_of(state, &nameless);
    assert_failed(&audit, "");
    assert_int_equal(audit_row(&audit, 'd', "subjects in two splits")->verdict, LB_VERDICT_SKIPPED);
    assert_int_equal(audit.subjects, 0);
    lb_audit_release(&audit);
}

static void
the_same_for_any_number_of_threads(void **state)
{
    int threads = omp_get_max_threads();
    audit_fault fault = SOUND;
    fault.larger = 0.1;
    omp_set_num_threads(1);
    lb_audit one = audit_of(state, &fault);
    omp_set_num_threads(3);
    lb_audit three = audit_of(state, &fault);
    omp_set_num_threads(threads);
    assert_int_equal(one.count, three.count);
    assert_memory_equal(one.checks, three.checks, one.count * sizeof *one.checks);
    lb_audit_release(&one);
    lb_audit_release(&three);
}

static void
splits_are_chosen(void **state)
{
    lb_error err;
    lb_audit audit = {.count = 0};
    lb_audit_options options;
    lb_audit_defaults(&options);
    const audit_fault fault = {.images = {60, 0, 60}, .subjects = 30, .shared = true};
    char *path = audit_write(state, "d.h5", &fault);
    options.splits[LB_TRAIN] = false;
    assert_ok(lb_audit_data(&audit, path, &options, NULL, &err));
    assert_int_equal(audit.images[LB_TRAIN], 0);
    assert_int_equal(audit.images[LB_HOLDOUT], 60);
    assert_close(audit_row(&audit, 'd', "subjects in two splits")->value, 0, 0, 0);
    lb_audit_release(&audit);
    options.splits[LB_HOLDOUT] = false;
    assert_int_equal(lb_audit_data(&audit, path, &options, NULL, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "d.h5: no images in the splits asked for");
    lb_free(path);
}

static void
truth_is_cut_by_piece(void **state)
{
    (void)state;
    lb_error err;
    float truth[] = {0.2f, 1.0f, 0.5f, 0,    0.1f, /* a piece with peak 1 */
                     0,    0.4f, 0,    0.2f, 0.1f /* and one of peak 0.2 */};
    const float expected[] = {0, 1.0f, 0.5f, 0, 0.1f, 0, 0, 0, 0.2f, 0.1f};
    uint8_t mask[10];
    int32_t labels[10];
    float peaks[10];
    assert_ok(lb_truth_cut(truth, 2, 5, 0, mask, labels, peaks, &err));
    assert_true(truth[0] > 0);
    assert_ok(lb_truth_cut(truth, 2, 5, 0.5, mask, labels, peaks, &err));
    assert_memory_equal(truth, expected, sizeof truth);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sound_data_pass, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(one_brain_under_two_names_fails, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(larger_lesions_of_one_class_fail, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(faint_boxes_fail, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(soft_lesions_have_no_edges, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(brighter_images_of_one_class_fail, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(places_that_tell_the_class_fail, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(leaks_and_imbalance_fail, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(values_that_cannot_be_fail, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(little_data_are_not_judged, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(the_same_for_any_number_of_threads, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(splits_are_chosen, test_setup, test_teardown),
        cmocka_unit_test(truth_is_cut_by_piece),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
