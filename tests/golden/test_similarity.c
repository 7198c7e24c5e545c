/* SPDX-License-Identifier: MIT */
/* Similarities of maps against SciPy and scikit-image. */
#include <math.h>
#include <string.h>

#include "expected_similarity.h"
#include "testing.h"

#include "lesionbench/similarity.h"

enum { PIXELS = HEIGHT * WIDTH };

static float
map_value(int kind, int i)
{
    int y = i / WIDTH, x = i % WIDTH;
    switch (kind) {
    case 0:
        return (float)((double)(i * 7919 % 1009) / 1009);
    case 1:
        return (float)((double)(i * 7919 % 17) / 17);
    case 2:
        return (float)((double)(y * x + i * 7919 % 1009) / 2048);
    default:
        return (float)((y - 20.0) * (x - 11.0) / 512);
    }
}

static void
similarities_equal_scipy(void **state)
{
    (void)state;
    lb_error err;
    static float a[PIXELS], b[PIXELS];
    for (size_t f = 0; f < sizeof FIGURES / sizeof *FIGURES; f++) {
        lb_similarity alike;
        for (int i = 0; i < PIXELS; i++) {
            a[i] = map_value(FIGURES[f].a, i);
            b[i] = map_value(FIGURES[f].b, i);
        }
        assert_ok(lb_compare_maps(&alike, a, b, HEIGHT, WIDTH, &err));
        assert_close(alike.rank_correlation, FIGURES[f].rank_correlation, 1e-12, 0);
        /* The maps are divided by their greatest value in float there, in double here. */
        assert_close(alike.ssim, FIGURES[f].ssim, 1e-6, 0);
        assert_close(alike.top_overlap, FIGURES[f].top_overlap, 1e-12, 0);
    }
}

static void
what_cannot_be_compared(void **state)
{
    (void)state;
    lb_error err;
    static float a[PIXELS], b[PIXELS];
    lb_similarity alike = {.ssim = 5};
    b[17] = 1;
    assert_ok(lb_compare_maps(&alike, a, b, HEIGHT, WIDTH, &err));
    assert_true(isnan(alike.rank_correlation)); /* one is constant */
    assert_int_equal(lb_compare_maps(&alike, a, b, 6, WIDTH, &err), LB_ERROR_ARGUMENT);
    b[17] = NAN;
    assert_int_equal(lb_compare_maps(&alike, a, b, HEIGHT, WIDTH, &err), LB_ERROR_NUMERIC);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(similarities_equal_scipy),
                                       cmocka_unit_test(what_cannot_be_compared)};
    return cmocka_run_group_tests_name("similarity", tests, NULL, NULL);
}
