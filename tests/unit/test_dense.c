/* SPDX-License-Identifier: MIT */
/* Dense layers against plain sums in double, and the same bits in whatever company. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "noise.h"
#include "testing.h"

#include "nn/dense_internal.h"
#include "nn/winograd.h"

/* All is within a few roundings of sums of `terms` products of values below 1. */
static void
assert_sums(const float *got, const double *expected, size_t count, size_t terms)
{
    for (size_t i = 0; i < count; i++) {
        double limit = 1e-6 * sqrt((double)terms) + 1e-7;
        if (!(fabs((double)got[i] - expected[i]) <= limit)) {
            fail_msg("%zu: %.9g, expected %.9g", i, (double)got[i], expected[i]);
        }
    }
}

static double *
zeros(size_t count)
{
    lb_error err;
    double *values = (double *)lb_alloc(count, sizeof *values, &err);
    assert_non_null(values);
    return values;
}

static void
check(const lb_dense_kernels *kernels, size_t n, size_t units, size_t ins)
{
    float *in = noise(n * ins, 1), *out = noise(n * units, 2), *weight = noise(units * ins, 3);
    float *gradient = noise(n * units, 4), *in_gradient = noise(n * ins, 5);
    double *forward = zeros(n * units), *backward = zeros(n * ins);
    for (size_t i = 0; i < n; i++) {
        for (size_t u = 0; u < units; u++) {
            for (size_t k = 0; k < ins; k++) {
                double w = (double)weight[u * ins + k];
                forward[i * units + u] += (double)in[i * ins + k] * w;
                backward[i * ins + k] += (double)gradient[i * units + u] * w;
            }
        }
    }
    lb_dense_forward_by(kernels, out, in, weight, n, units, ins);
    lb_dense_backward_by(kernels, in_gradient, gradient, weight, n, units, ins);
    assert_sums(out, forward, n * units, ins);
    assert_sums(in_gradient, backward, n * ins, units);
    lb_free(in);
    lb_free(out);
    lb_free(weight);
    lb_free(gradient);
    lb_free(in_gradient);
    lb_free(forward);
    lb_free(backward);
}

static void
products_are_right(void **state)
{
    const size_t shapes[][3] = {{1, 1, 1},     {2, 3, 15},     {3, 2, 16},   {4, 7, 17},
                                {5, 9, 200},   {6, 4, 1040},   {7, 5, 2049}, {10, 37, 2200},
                                {25, 12, 300}, {26, 13, 1027}, {53, 6, 70}};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        check(&lb_dense_plain, shapes[i][0], shapes[i][1], shapes[i][2]);
#if defined(__x86_64__)
        if (lb_winograd_runs(8)) {
            check(&lb_dense_avx2, shapes[i][0], shapes[i][1], shapes[i][2]);
        }
        if (lb_winograd_runs(16)) {
            check(&lb_dense_avx512, shapes[i][0], shapes[i][1], shapes[i][2]);
        }
#endif
    }
}

/* Each row alone, and all by other numbers of threads. */
static void
rows_do_not_depend_on_others(void **state)
{
    enum { ROWS = 29, UNITS = 22, INS = 2100 };
    (void)state;
    float *in = noise(ROWS * INS, 1), *weight = noise(UNITS * INS, 2);
    float *gradient = noise(ROWS * UNITS, 3), *out = noise(ROWS * UNITS, 4);
    float *in_gradient = noise(ROWS * INS, 5), *one = noise(INS + UNITS, 6);
    int threads = omp_get_max_threads();
    lb_dense_forward(out, in, weight, ROWS, UNITS, INS);
    lb_dense_backward(in_gradient, gradient, weight, ROWS, UNITS, INS);
    omp_set_num_threads(threads == 1 ? 2 : 1);
    for (size_t i = 0; i < ROWS; i++) {
        lb_dense_forward(one, in + i * INS, weight, 1, UNITS, INS);
        assert_memory_equal(one, out + i * UNITS, UNITS * sizeof *one);
        lb_dense_backward(one, gradient + i * UNITS, weight, 1, UNITS, INS);
        assert_memory_equal(one, in_gradient + i * INS, INS * sizeof *one);
    }
    omp_set_num_threads(threads);
    lb_free(in);
    lb_free(weight);
    lb_free(gradient);
    lb_free(out);
    lb_free(in_gradient);
    lb_free(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(rows_do_not_depend_on_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
