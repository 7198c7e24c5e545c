/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <string.h>

#include "lesionbench/yaml_values.h"

static lb_status
read_text(lb_yaml_values *out, const char *text, lb_error *err)
{
    return lb_yaml_values_read(out, text, strlen(text), err);
}

static void
values_by_path(void **state)
{
    (void)state;
    lb_error err;
    lb_yaml_values values;
    assert_ok(read_text(&values,
                        "a: 1 # one\nb:\n  c: \"two words\"\n  d: [x, y]\nlist:\n  - {name: mri}\n"
                        "  - name: 'it''s'\nempty:\n",
                        &err));
    assert_string_equal(lb_yaml_value_of(&values, "a"), "1");
    assert_string_equal(lb_yaml_value_of(&values, "b.c"), "two words");
    assert_string_equal(lb_yaml_value_of(&values, "b.d[1]"), "y");
    assert_string_equal(lb_yaml_value_of(&values, "list[0].name"), "mri");
    assert_string_equal(lb_yaml_value_of(&values, "list[1].name"), "it's");
    assert_string_equal(lb_yaml_value_of(&values, "empty"), "");
    assert_null(lb_yaml_value_of(&values, "b"));
    assert_null(lb_yaml_value_of(&values, "c"));
    assert_int_equal(values.count, 7);
    lb_yaml_values_release(&values);
    assert_ok(read_text(&values, "", &err));
    assert_int_equal(values.count, 0);
    lb_yaml_values_release(&values);
}

/* Nothing is set, and nothing takes longer than it may. */
static void
hostile_texts(void **state)
{
    (void)state;
    lb_error err;
    lb_yaml_values values = {NULL, 0};
    assert_int_equal(read_text(&values, "a: [1\nb: 2\n", &err), LB_ERROR_FORMAT);
    assert_message(&err, "line ");
    assert_int_equal(read_text(&values, "a: &x [*x]\n", &err), LB_ERROR_FORMAT);
    assert_message(&err, "nested too deeply");
    assert_int_equal(read_text(&values,
                               "a: &a [[],[],[],[],[],[],[],[]]\n"
                               "b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"
                               "c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
                               "d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n"
                               "e: &e [*d,*d,*d,*d,*d,*d,*d,*d]\n"
                               "f: &f [*e,*e,*e,*e,*e,*e,*e,*e]\n"
                               "g: [*f,*f,*f,*f,*f,*f,*f,*f]\n",
                               &err),
                     LB_ERROR_FORMAT);
    assert_null(values.values);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_by_path),
        cmocka_unit_test(hostile_texts),
    };
    return cmocka_run_group_tests_name("yaml values", tests, NULL, NULL);
}
