/* SPDX-License-Identifier: MIT */
/* What every cmocka test includes. */
#ifndef LB_TESTS_TESTING_H
#define LB_TESTS_TESTING_H

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lesionbench/base.h"

/* Fails the test with the library's own message. */
#define assert_ok(expression)            \
    do {                                 \
        if ((expression) != LB_OK) {     \
            fail_msg("%s", err.message); \
        }                                \
    } while (0)

/* |actual - expected| <= absolute + relative x |expected| */
#define assert_close(actual, expected, absolute, relative)                            \
    do {                                                                              \
        double lb_a = (double)(actual), lb_e = (double)(expected);                    \
        double lb_bound = (absolute) + (relative) * (lb_e < 0 ? -lb_e : lb_e);        \
        double lb_difference = lb_a > lb_e ? lb_a - lb_e : lb_e - lb_a;               \
        if (!(lb_difference <= lb_bound)) {                                           \
            fail_msg("%s = %.17g, expected %.17g (off by %.3g)", #actual, lb_a, lb_e, \
                     lb_difference);                                                  \
        }                                                                             \
    } while (0)

/* Skips the test with a message where the optional file is not there. */
#define skip_without(path)                                      \
    do {                                                        \
        FILE *lb_file = fopen((path), "rb");                    \
        if (lb_file == NULL) {                                  \
            print_message("skipped: %s is not here\n", (path)); \
            skip();                                             \
        }                                                       \
        fclose(lb_file);                                        \
    } while (0)

/* CTest's SKIP_RETURN_CODE in tests/CMakeLists.txt. */
enum { LB_TEST_SKIPPED = 77 };

/* Runs the tests of a group whose names match the environment variable CMOCKA_FILTER (* and ? as in
 * file names), or all of them. A program without a match is skipped. */
static inline int
lb_run_group(const char *group, const struct CMUnitTest *tests, size_t count,
             CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    const char *filter = getenv("CMOCKA_FILTER");
    if (filter != NULL && *filter != '\0') {
        size_t matches = 0;
        for (size_t i = 0; i < count; i++) {
            matches += fnmatch(filter, tests[i].name, 0) == 0;
        }
        if (matches == 0) {
            print_message("%s: no test matches CMOCKA_FILTER='%s'\n", group, filter);
            return LB_TEST_SKIPPED;
        }
        cmocka_set_test_filter(filter);
    }
    return _cmocka_run_group_tests(group, tests, count, set_up, tear_down);
}

#undef cmocka_run_group_tests
#undef cmocka_run_group_tests_name
#define cmocka_run_group_tests(tests, set_up, tear_down) \
    lb_run_group(#tests, tests, sizeof(tests) / sizeof(tests)[0], set_up, tear_down)
#define cmocka_run_group_tests_name(name, tests, set_up, tear_down) \
    lb_run_group(name, tests, sizeof(tests) / sizeof(tests)[0], set_up, tear_down)

#endif
