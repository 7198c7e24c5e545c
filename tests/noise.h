/* SPDX-License-Identifier: MIT */
/* Data for tests of computations. */
#ifndef LB_TESTS_NOISE_H
#define LB_TESTS_NOISE_H

#include "testing.h"

#include "lesionbench/random.h"

/* Values in [-1, 1), other ones for each item; to be freed with lb_free(). */
static inline float *
noise(size_t count, uint64_t item)
{
    lb_error err;
    lb_random random;
    float *values = (float *)lb_alloc(count, sizeof *values, &err);
    assert_non_null(values);
    lb_random_init(&random, 5, LB_PURPOSE_TEST, item);
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(2 * lb_random_uniform(&random) - 1);
    }
    return values;
}

#endif
