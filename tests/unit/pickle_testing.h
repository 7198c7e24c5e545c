/* SPDX-License-Identifier: MIT */
/* Pickles for tests: those that Python wrote (tests/data/pickle), and bytes written by hand. */
#ifndef LB_TESTS_PICKLE_TESTING_H
#define LB_TESTS_PICKLE_TESTING_H

#include "io_testing.h"

#include "lesionbench/pickle.h"

#define PICKLES "tests/data/pickle/"

static const char *const TEST_PICKLES[] = {
    "common_0",  "common_1",  "common_2",  "common_3", "common_4",  "common_5",
    "arrays_0",  "arrays_1",  "arrays_2",  "arrays_3", "arrays_4",  "arrays_5",
    "tensors_1", "tensors_2", "tensors_4", "round",    "irregular",
};
enum { TEST_PICKLE_COUNT = sizeof TEST_PICKLES / sizeof *TEST_PICKLES };

/* tests/data/pickle/NAME.pkl as it is; lb_free() it. */
static inline uint8_t *
test_pickle_bytes(size_t *size, const char *name)
{
    lb_error err = {0};
    char *path = lb_format(&err, PICKLES "%s.pkl", name);
    assert_non_null(path);
    uint8_t *bytes = test_read_bytes(size, path);
    lb_free(path);
    return bytes;
}

/* Asks for everything that a value has: reads beyond memory are seen under AddressSanitizer. */
static inline double
test_touch(const lb_value *value)
{
    double sum = 0;
    lb_error err = {0};
    lb_array array = {0};
    const unsigned char *bytes = lb_value_bytes(value);
    if (value->kind == LB_VALUE_TEXT) {
        sum += (double)strlen(lb_value_text(value));
    } else if (bytes != NULL) {
        for (size_t i = 0; i < lb_value_count(value); i++) {
            sum += bytes[i];
        }
    } else if (lb_value_array(value) != NULL) {
        if (lb_value_to_array(&array, value, &err) == LB_OK) {
            sum += (double)lb_array_count(&array);
        }
        lb_array_release(&array);
    } else if (!lb_value_number(&sum, value)) {
        for (size_t i = 0; i < lb_value_count(value); i++) {
            sum += test_touch(lb_value_at(value, i));
            sum += value->kind == LB_VALUE_DICT ? test_touch(lb_value_key(value, i)) : 0;
        }
    }
    return sum;
}

#endif
