/* SPDX-License-Identifier: MIT */
/* Methods against attributions computed by other programs in float64 on the formula network. */
#include <math.h>
#include <string.h>

#include "figures_gradients.h"
#include "formula_network.h"

#include "lesionbench/explain.h"

enum { SIDE = 64, VALUES = 3 * SIDE * SIDE, TARGET = 1 };

static const struct gradient_figure *
find_figure(const char *name)
{
    for (size_t i = 0; i < sizeof FIGURES / sizeof *FIGURES; i++) {
        if (strcmp(FIGURES[i].name, name) == 0) {
            return &FIGURES[i];
        }
    }
    fail_msg("no figure %s", name);
    return NULL;
}

/* The relative L2 distance, estimated from products with vectors of uniform numbers of mean 0 and
 * variance 1/12; float32 on this network is within 1e-3, a single ReLU or winner that flips within
 * 4e-3. */
static lb_status
compare(void *data, const lb_explanation *e, lb_error *err)
{
    const struct gradient_figure *want = data;
    double square = 0, norm = 0, sum = 0;
    (void)err;
    for (size_t v = 0; v < VALUES; v++) {
        norm += (double)e->attribution[v] * (double)e->attribution[v];
        sum += (double)e->attribution[v];
    }
    for (uint32_t j = 0; j < PROJECTIONS; j++) {
        double product = -want->projections[j];
        for (uint32_t v = 0; v < VALUES; v++) {
            product += (double)e->attribution[v] * (formula_value(v, 200 + j) - 0.5);
        }
        square += 12 * product * product / PROJECTIONS;
    }
    print_message("%s: relative distance about %.1e\n", want->name, sqrt(square) / want->norm);
    assert_close(sqrt(norm), want->norm, 0, 2e-3);
    assert_close(sum, want->sum, 2e-3 * want->norm, 2e-3);
    assert_true(sqrt(square) <= 2e-3 * want->norm);
    return LB_OK;
}

/* One method with the options given, against the figure of that name. */
static void
check(const char *figure, const char *name, const lb_explain_options *options)
{
    static float image[VALUES];
    const size_t item = 0;
    const uint8_t target = TARGET;
    struct gradient_figure want = *find_figure(figure);
    size_t method = 0;
    lb_error err;
    lb_network *network = formula_network();
    for (uint32_t v = 0; v < VALUES; v++) {
        image[v] = (float)formula_value(v, 99);
    }
    assert_ok(lb_method_find(&method, name, &err));
    assert_ok(lb_explain(network, image, 3, SIDE, SIDE, 1, &item, &target, &method, 1, options,
                         compare, &want, NULL, &err));
    lb_network_free(network);
}

static void
deeplift_equals_captum(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    check("deeplift_captum", "deeplift_captum", &options);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(deeplift_equals_captum)};
    return cmocka_run_group_tests_name("gradients", tests, NULL, NULL);
}
