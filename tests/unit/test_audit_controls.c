/* SPDX-License-Identifier: MIT */
/* What the controls find, what it means under which protocol, and the report. */
#include <omp.h>

#include "lesionbench/audit_report.h"

#include "audit_testing.h"

static lb_audit
audit_of(void **state, const char *protocol, size_t images)
{
    lb_error err;
    lb_audit audit = {.count = 0};
    lb_audit_options options;
    lb_audit_defaults(&options);
    options.control_images = images;
    const audit_fault fault = {.images = {4, 0, 30}, .subjects = 6, .protocol = protocol};
    char *path = audit_write(state, "d.h5", &fault);
    assert_ok(lb_audit_data(&audit, path, &options, NULL, &err));
    assert_ok(lb_audit_controls(&audit, path, &options, NULL, &err));
    lb_free(path);
    return audit;
}

static void
controls_are_judged_by_the_protocol(void **state)
{
    lb_audit audit = audit_of(state, "corrected", 20);
    const lb_check *raw = audit_row(&audit, 'g', "raw_input");
    /* Lesions are the lightest pixels, and cover 77 of 4096. */
    assert_true(raw->value > 0.95 && raw->low <= raw->value && raw->value <= raw->high);
    assert_close(raw->chance, 77.0 / 4096, 0.001, 0);
    assert_int_equal(raw->verdict, LB_VERDICT_WARNING);
    assert_true(audit_row(&audit, 'g', "difference_of_gaussians")->value > 0.8);
    assert_close(audit_row(&audit, 'g', "inverted_input")->value, 0, 0, 0);
    assert_int_equal(audit_row(&audit, 'g', "inverted_input")->verdict, LB_VERDICT_PASS);
    size_t controls = 0;
    for (size_t i = 0; i < audit.count; i++) {
        controls += audit.checks[i].part == 'g';
    }
    assert_int_equal(controls, 7);
    lb_audit_release(&audit);
    audit = audit_of(state, "fair", 20);
    assert_int_equal(audit_row(&audit, 'g', "raw_input")->verdict, LB_VERDICT_FAIL);
    assert_int_equal(audit_row(&audit, 'g', "inverted_input")->verdict, LB_VERDICT_PASS);
    lb_audit_release(&audit);
}

static void
the_same_for_any_number_of_threads(void **state)
{
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    lb_audit one = audit_of(state, "fair", 200);
    omp_set_num_threads(3);
    lb_audit three = audit_of(state, "fair", 200);
    omp_set_num_threads(threads);
    assert_int_equal(one.count, three.count);
    assert_memory_equal(one.checks, three.checks, one.count * sizeof *one.checks);
    lb_audit_release(&one);
    lb_audit_release(&three);
}

/* Images that cannot be scored are left out; a split without images gives no verdict. */
static void
what_cannot_be_scored(void **state)
{
    lb_error err;
    lb_audit audit = {.count = 0};
    lb_audit_options options;
    lb_audit_defaults(&options);
    const audit_fault fault = {.images = {8, 0, 4}, .subjects = 6, .broken = 1};
    char *path = audit_write(state, "d.h5", &fault);
    options.control_split = LB_TRAIN;
    assert_ok(lb_audit_controls(&audit, path, &options, NULL, &err));
    assert_true(audit_row(&audit, 'g', "raw_input")->value > 0.9);
    lb_audit_release(&audit);
    options.control_split = LB_VALIDATION;
    assert_ok(lb_audit_controls(&audit, path, &options, NULL, &err));
    assert_int_equal(lb_audit_tally(&audit, LB_VERDICT_SKIPPED), 7);
    lb_audit_release(&audit);
    lb_free(path);
}

static void
assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in %s", part, text);
    }
}

static void
report_is_json(void **state)
{
    lb_error err;
    char *text = NULL;
    lb_audit audit = audit_of(state, "fair", 20);
    assert_ok(lb_audit_json(&text, &audit, "a \"b\".h5", &err));
    assert_holds(text, "\"file\":\t\"a \\\"b\\\".h5\"");
    assert_holds(text, "\"protocol\":\t\"fair\"");
    assert_holds(text, "\"verdict\":\t\"fail\"");
    assert_holds(text, "\"holdout\":\t30");
    assert_holds(text, "\"name\":\t\"raw_input\"");
    assert_holds(text, "\"p\":\tnull");
    assert_null(strstr(text, "nan"));
    char *path = test_path(state, "audit.json");
    assert_ok(lb_audit_write(&audit, "a \"b\".h5", path, &err));
    size_t size = 0;
    uint8_t *written = test_read_bytes(&size, path);
    assert_int_equal(size, strlen(text) + 1);
    assert_memory_equal(written, text, size - 1);
    lb_free(written);
    lb_free(path);
    lb_free(text);
    lb_audit_release(&audit);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(controls_are_judged_by_the_protocol, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(the_same_for_any_number_of_threads, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_scored, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(report_is_json, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("audit_controls", tests, NULL, NULL);
}
