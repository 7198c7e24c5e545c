/* SPDX-License-Identifier: MIT */
/* Methods that hide parts of an image against figures in float64 (expected_perturbation.py), on the
 * formula network. */
#include <math.h>
#include <string.h>

#include "formula_network.h"

#include "expected_perturbation.h"

enum { SIDE = 64, PIXELS = SIDE * SIDE, VALUES = 3 * PIXELS };

static lb_status
compare(void *data, const lb_explanation *e, lb_error *err)
{
    const struct perturbation_figure *expected = data;
    bool channels = strcmp(expected->method, "blur_ig") == 0;
    bool positive = strcmp(expected->method, "xrai") == 0;
    double absolute = 0, sum = 0, weighted = 0;
    (void)err;
    for (size_t p = 0; p < PIXELS; p++) {
        double value = (double)e->attribution[p];
        absolute += fabs(value);
        sum += value;
        weighted += value * (double)(p * 37 % 101);
        if (!channels) {
            assert_true(e->attribution[PIXELS + p] == e->attribution[p]);
            assert_true(e->attribution[2 * PIXELS + p] == e->attribution[p]);
            assert_true(e->map[p] == (float)(positive ? fmax(value, 0) : fabs(value)));
        }
    }
    /* Logits of a few units by Winograd in float32, differences of a hundredth. */
    double mean = expected->absolute / PIXELS;
    print_message("%s: sum off by %.1e\n", expected->method,
                  fabs(absolute - expected->absolute) / expected->absolute);
    /* Regions of nearly equal gain may come in another order, and hand on pixels. */
    double limit = positive ? 1e-3 : 1e-4;
    assert_close(absolute, expected->absolute, 0, limit);
    assert_close(sum, expected->sum, limit * expected->absolute, 0);
    assert_close(weighted, expected->weighted, limit * 50 * expected->absolute, 0);
    for (size_t i = 0; i < PICKS; i++) {
        assert_close(e->attribution[PICKED[i]], expected->picks[i], 1e-3 * mean, 1e-3);
    }
    return LB_OK;
}

/* As cells() of expected_perturbation.py: squares with a little noise, one or two of them black. */
static void
make_cells(float *image, uint32_t purpose, uint32_t per_side, bool some_black)
{
    for (uint32_t v = 0; v < VALUES; v++) {
        uint32_t channel = v / PIXELS, y = v % PIXELS / SIDE, x = v % SIDE;
        uint32_t side = SIDE / per_side, cells = per_side * per_side;
        uint32_t cell = y / side * per_side + x / side;
        bool black = (cell == 1 && per_side > 2) || cell == cells - 1;
        double value =
            formula_value(channel * cells + cell, purpose) + 0.05 * formula_value(v, purpose + 1);
        image[v] = black && some_black ? 0 : (float)value;
    }
}

static void
methods_equal_figures(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = formula_network();
    static float image[VALUES];
    const size_t item = ITEM;
    const int32_t target = TARGET;
    for (size_t m = 0; m < sizeof FIGURES / sizeof *FIGURES; m++) {
        const lb_method *method = NULL;
        struct perturbation_figure expected = FIGURES[m];
        lb_explain_options options;
        lb_explain_defaults(&options);
        options.perturbation = expected.options;
        options.xrai_steps = STEPS;
        options.blur_steps = BLUR_STEPS;
        options.xrai_dilation = DILATION;
        for (uint32_t v = 0; v < VALUES && expected.cells == 0; v++) {
            image[v] = (float)formula_value(v, 99);
        }
        if (expected.cells != 0) {
            make_cells(image, expected.cells, options.perturbation.superpixels == 4 ? 2 : 4,
                       strcmp(expected.method, "xrai") != 0);
        }
        options.seed = SEED;
        assert_ok(lb_method_get(&method, expected.method, &err));
        assert_ok(lb_explain(network, image, 3, SIDE, SIDE, 1, &item, &target, &method, 1, &options,
                             compare, &expected, NULL, &err));
    }
    lb_network_free(network);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(methods_equal_figures)};
    return cmocka_run_group_tests_name("perturbation", tests, NULL, NULL);
}
