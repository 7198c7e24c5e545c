/* SPDX-License-Identifier: MIT */
/* Methods against figures computed by PyTorch in float64, autograd and its own ReLU hooks, on a
 * small VGG-11 whose weights and image come from a formula. */
#include <math.h>
#include <string.h>

#include "formula_network.h"

#include "lesionbench/executor.h"
#include "lesionbench/method.h"

enum { SIDE = 64, VALUES = 3 * SIDE * SIDE, TARGET = 1 };

/* Sum of absolute values, sum, and three values. */
static const struct {
    const char *method;
    double figures[5];
} expected[] = {
    {"integrated_gradients", {41.5950199, 1.45681634, -0.00345574666, 0.011148208, 0.00265236933}},
    {"gradient_shap", {42.6797287, 1.39142664, -0.00309202637, 0.013194183, 0.00175121002}},
    {"saliency", {109.426261, 109.426261, 0.0192916207, 0.0177341953, 0.0129001531}},
    {"input_x_gradient", {55.8243162, 1.55080994, -0.00882846192, 0.0168201101, 0.00279745487}},
    {"guided_backprop", {213.881036, 51.5039905, 0.0060247113, 0.0674986945, 0.0565744366}},
    {"deconvolution", {74.177406, -13.4633396, -0.0104235112, -0.00117060809, 0.00268557351}},
};

static lb_status
compare(void *data, const lb_explanation *e, lb_error *err)
{
    const double *want = data;
    const float *r = e->attribution;
    double absolute = 0, sum = 0;
    (void)err;
    for (size_t v = 0; v < VALUES; v++) {
        absolute += fabs((double)r[v]);
        sum += (double)r[v];
    }
    assert_close(absolute, want[0], 0, 1e-3);
    assert_close(sum, want[1], 1e-4 * absolute, 0);
    assert_close(r[1000], want[2], 1e-5, 5e-3);
    assert_close(r[5000], want[3], 1e-5, 5e-3);
    assert_close(r[9000], want[4], 1e-5, 5e-3);
    return LB_OK;
}

static void
methods_equal_pytorch(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = formula_network();
    static float image[VALUES];
    const double alphas[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    const size_t item = 0;
    const int32_t target = TARGET;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.alphas = alphas;
    for (uint32_t v = 0; v < VALUES; v++) {
        image[v] = (float)formula_value(v, 99);
    }
    for (size_t m = 0; m < sizeof expected / sizeof *expected; m++) {
        const lb_method *method = NULL;
        double figures[5];
        memcpy(figures, expected[m].figures, sizeof figures);
        assert_ok(lb_method_get(&method, expected[m].method, &err));
        assert_ok(lb_explain(network, image, 3, SIDE, SIDE, 1, &item, &target, &method, 1, &options,
                             compare, figures, NULL, &err));
    }
    lb_network_free(network);
}

static void
logits_equal_pytorch(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = formula_network();
    lb_executor *executor = NULL;
    const lb_executor_options options = {
        .batch = 2, .height = SIDE, .width = SIDE, .purpose = LB_EXECUTOR_PREDICT};
    float *input = NULL;
    const float *logits = NULL;
    assert_ok(lb_executor_create(&executor, network, &options, &err));
    assert_ok(lb_executor_input(&input, executor, &err));
    for (uint32_t v = 0; v < VALUES; v++) {
        input[v] = (float)formula_value(v, 99);
        input[VALUES + v] = 0;
    }
    assert_ok(lb_executor_forward(executor, &err));
    assert_ok(lb_executor_logits(&logits, executor, &err));
    const double want[] = {-3.92437228, 1.45354467, -0.163457624, 0.00333780995};
    for (size_t i = 0; i < 4; i++) {
        assert_close(logits[i], want[i], 1e-5, 1e-5);
    }
    lb_executor_free(executor);
    lb_network_free(network);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(logits_equal_pytorch),
                                       cmocka_unit_test(methods_equal_pytorch)};
    return cmocka_run_group_tests_name("methods", tests, NULL, NULL);
}
