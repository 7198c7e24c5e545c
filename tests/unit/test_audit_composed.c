/* SPDX-License-Identifier: MIT */
/* What the audit says of images that lb_compose() makes of lesions that lb_lesions_generate()
 * finds.
 */
#include "compose_testing.h"

#include "lesionbench/audit.h"

/* Lesions whose blobs have these areas before blurring, by class. */
static void
find_lesions(lb_lesion_library *out, size_t round_area, size_t irregular_area)
{
    lb_error err = {0};
    lb_lesion_options options;
    lb_lesion_library other = {.last_seed = 0};
    lb_lesion_defaults(&options);
    options.count = 15;
    options.distractors = 30;
    options.scale = 1;
    options.area = round_area;
    assert_ok(lb_lesions_generate(out, &options, NULL, &err));
    options.area = irregular_area;
    assert_ok(lb_lesions_generate(&other, &options, NULL, &err));
    lb_lesion *irregular = other.lesions[LB_IRREGULAR];
    other.lesions[LB_IRREGULAR] = out->lesions[LB_IRREGULAR];
    out->lesions[LB_IRREGULAR] = irregular;
    lb_lesions_release(&other);
}

static lb_audit
audit_of(void **state, const lb_lesion_library *library, lb_protocol protocol, const char *quirks)
{
    lb_error err = {0};
    lb_audit audit = {.count = 0};
    lb_audit_options todo;
    lb_compose_options options;
    lb_slices *slices = make_slices(state, 45);
    char *path = test_path(state, "dataset.h5");
    lb_compose_defaults(&options);
    options.size = 100;
    options.images[LB_TRAIN] = 300;
    options.images[LB_VALIDATION] = options.images[LB_HOLDOUT] = 60;
    options.protocol = protocol;
    options.quirks = quirks;
    assert_ok(lb_compose(&options, slices, library, path, NULL, &err));
    lb_audit_defaults(&todo);
    assert_ok(lb_audit_data(&audit, path, &todo, NULL, &err));
    lb_slices_close(slices);
    lb_free(path);
    return audit;
}

static const lb_check *
row(const lb_audit *audit, char part, const char *name)
{
    for (size_t i = 0; i < audit->count; i++) {
        if (audit->checks[i].part == part && strcmp(audit->checks[i].name, name) == 0) {
            return audit->checks + i;
        }
    }
    fail_msg("no check %c %s", part, name);
    return NULL;
}

static void
fair_images_pass(void **state)
{
    lb_lesion_library library;
    find_lesions(&library, 30, 30);
    lb_audit audit = audit_of(state, &library, LB_PROTOCOL_FAIR, NULL);
    for (size_t i = 0; i < audit.count; i++) {
        if (audit.checks[i].verdict != LB_VERDICT_PASS) {
            fail_msg("%c %s: %s, %g", audit.checks[i].part, audit.checks[i].name,
                     lb_verdict_name(audit.checks[i].verdict), audit.checks[i].value);
        }
    }
    assert_string_equal(audit.protocol, "fair");
    lb_audit_release(&audit);
    lb_lesions_release(&library);
}

static void
the_box_artefact_fails(void **state)
{
    lb_lesion_library library;
    find_lesions(&library, 30, 30);
    lb_audit audit = audit_of(state, &library, LB_PROTOCOL_CORRECTED, NULL);
    assert_int_equal(row(&audit, 'b', "edges around lesions")->verdict, LB_VERDICT_PASS);
    lb_audit_release(&audit);
    audit = audit_of(state, &library, LB_PROTOCOL_CORRECTED, "box_artefact");
    assert_int_equal(row(&audit, 'b', "edges around lesions")->verdict, LB_VERDICT_FAIL);
    lb_audit_release(&audit);
    lb_lesions_release(&library);
}

static void
unequal_areas_fail(void **state)
{
    lb_lesion_library library;
    find_lesions(&library, 30, 36);
    lb_audit audit = audit_of(state, &library, LB_PROTOCOL_CORRECTED, NULL);
    assert_int_equal(row(&audit, 'a', "lesion area")->verdict, LB_VERDICT_FAIL);
    assert_int_equal(row(&audit, 'c', "lesion area")->verdict, LB_VERDICT_FAIL);
    assert_true(row(&audit, 'c', "lesion area")->value > 0.9);
    lb_audit_release(&audit);
    lb_lesions_release(&library);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fair_images_pass, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(the_box_artefact_fails, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(unequal_areas_fail, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("audit_composed", tests, NULL, NULL);
}
