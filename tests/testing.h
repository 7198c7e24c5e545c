/* SPDX-License-Identifier: MIT */
/* What every cmocka test includes. */
#ifndef LB_TESTING_H
#define LB_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

#endif
