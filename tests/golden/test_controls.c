/* SPDX-License-Identifier: MIT */
/* The controls against SciPy (expected_controls.py), on noise within an ellipse. */
#include "testing.h"

#include "expected_controls.h"
#include "lesionbench/method.h"
#include "lesionbench/random.h"

enum { PIXELS = HEIGHT * WIDTH };

static lb_status
compare(void *data, const lb_explanation *e, lb_error *err)
{
    const struct control_figure *expected = data;
    double sum = 0, weighted = 0;
    (void)err;
    assert_null(e->attribution);
    for (size_t p = 0; p < PIXELS; p++) {
        sum += (double)e->map[p];
        weighted += (double)e->map[p] * (double)(p * 37 % 101);
    }
    /* Maps are float32. */
    assert_close(sum, expected->sum, 1e-6, 1e-6);
    assert_close(weighted, expected->weighted, 1e-4, 1e-6);
    for (size_t i = 0; i < SAMPLES; i++) {
        assert_close(e->map[(14 + 8 * i) * WIDTH + 17 + 4 * i], expected->samples[i], 1e-7, 1e-6);
    }
    return LB_OK;
}

static void
controls_equal_scipy(void **state)
{
    (void)state;
    lb_error err;
    static float image[PIXELS];
    const size_t item = 0;
    const int32_t target = 0;
    lb_explain_options options;
    lb_explain_defaults(&options);
    lb_numpy_random random;
    lb_numpy_seed(&random, 11);
    for (size_t p = 0; p < PIXELS; p++) {
        double y = ((double)(p / WIDTH) - 30) / 26, x = ((double)(p % WIDTH) - 25) / 20;
        double noise = lb_numpy_rand(&random);
        image[p] = y * y + x * x < 1 ? (float)(0.2 + 0.5 * noise) : 0;
    }
    for (size_t m = 0; m < sizeof FIGURES / sizeof *FIGURES; m++) {
        const lb_method *method = NULL;
        struct control_figure expected = FIGURES[m];
        assert_ok(lb_method_get(&method, expected.method, &err));
        assert_true(lb_method_is_control(method));
        assert_ok(lb_explain(NULL, image, 1, HEIGHT, WIDTH, 1, &item, &target, &method, 1, &options,
                             compare, &expected, NULL, &err));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(controls_equal_scipy)};
    return cmocka_run_group_tests_name("controls", tests, NULL, NULL);
}
