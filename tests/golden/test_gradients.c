/* SPDX-License-Identifier: MIT */
/* Methods against attributions computed by other programs in float64 on the formula network. */
#include <math.h>
#include <string.h>

#include "expected_gradients.h"
#include "formula_network.h"

#include "lesionbench/method.h"
#include "lesionbench/training.h"

enum { SIDE = 64, VALUES = 3 * SIDE * SIDE, TARGET = 1 };

/* captum.attr.IntegratedGradients(model).attribute(x, 0, target=1, n_steps=8,
 * method="riemann_middle") of Captum 0.9 in float64, as the figures of expected_gradients.py. */
static const struct gradient_figure RIEMANN_MIDDLE = {"riemann_middle",
                                                      0.6144276242,
                                                      1.438060464,
                                                      {-0.3897385629, 0.03111491919, -0.1166908016,
                                                       0.07836310179, 0.1457789684, 0.006059546018,
                                                       0.04386692522, 0.08525239329}};

static const struct gradient_figure *
find_figure(const char *name)
{
    if (strcmp(RIEMANN_MIDDLE.name, name) == 0) {
        return &RIEMANN_MIDDLE;
    }
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

/* One method with the options given, at the image, against the figure of that name. */
static void
check_image(const char *figure, const char *name, const lb_explain_options *options,
            const float *image)
{
    const size_t item = 0;
    const int32_t target = TARGET;
    struct gradient_figure want = *find_figure(figure);
    const lb_method *method = NULL;
    lb_error err;
    lb_network *network = formula_network();
    assert_ok(lb_method_get(&method, name, &err));
    assert_ok(lb_explain(network, image, 3, SIDE, SIDE, 1, &item, &target, &method, 1, options,
                         compare, &want, NULL, &err));
    lb_network_free(network);
}

static void
check_shifted(const char *figure, const char *name, const lb_explain_options *options, double shift)
{
    static float image[VALUES];
    for (uint32_t v = 0; v < VALUES; v++) {
        image[v] = (float)((float)formula_value(v, 99) + shift);
    }
    check_image(figure, name, options, image);
}

static void
check(const char *figure, const char *name, const lb_explain_options *options)
{
    check_shifted(figure, name, options, 0);
}

static void
midpoint_rule_equals_captum(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.steps = 8;
    check("riemann_middle", "integrated_gradients_uniform", &options);
}

static void
deeplift_equals_captum(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    check("deeplift_captum", "deeplift_captum", &options);
}

static void
relevance_equals_zennit(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    check("epsilon_plus_flat", "lrp_epsilon_plus_flat", &options);
    check("epsilon_gamma_box", "lrp_epsilon_gamma_box", &options);
    check("alpha_2_beta_1", "lrp_alpha_beta", &options);
    options.lrp.alpha = 1.5;
    check_shifted("alpha_1p5_beta_0p5_mixed", "lrp_alpha_beta", &options, -0.5);
    options.lrp.first = LB_LRP_FIRST_SAME;
    check_shifted("gamma_everywhere_mixed", "lrp_epsilon_gamma_box", &options, -0.5);
}

static void
relevance_without_bias_equals_zennit(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.lrp.bias = LB_LRP_BIAS_IGNORED;
    check("epsilon_plus_flat_no_bias", "lrp_epsilon_plus_flat", &options);
    options.lrp.epsilon = 1e-2;
    check("epsilon_no_bias", "lrp", &options);
    options.lrp.epsilon = 1e-6;
    options.lrp.first = LB_LRP_FIRST_FLAT;
    check("alpha_2_beta_1_flat_no_bias", "lrp_alpha_beta", &options);
    options.lrp.first = LB_LRP_FIRST_OWN;
    options.lrp.epsilon = 1e-3;
    options.lrp.gamma = 0.5;
    options.lrp.stabilizer = 1e-3;
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        options.lrp.low[c] = -0.75;
        options.lrp.high[c] = 1.5;
    }
    check_shifted("epsilon_gamma_box_wide", "lrp_epsilon_gamma_box", &options, -0.5);
}

/* Epsilon is of the epsilon rule alone, the stabilizer of the other rules and average pooling. */
static void
large_epsilons_equal_zennit(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.lrp.epsilon = 0.25;
    check("epsilon_0p25", "lrp", &options);
    check("epsilon_0p25_plus_flat", "lrp_epsilon_plus_flat", &options);
    options.lrp.stabilizer = 0.1;
    check("epsilon_0p25_gamma_box_stabilizer_0p1", "lrp_epsilon_gamma_box", &options);
    check("epsilon_0p25_alpha_2_beta_1_stabilizer_0p1", "lrp_alpha_beta", &options);
    options.lrp.epsilon = 0;
    check("epsilon_plus_flat_stabilizer_0p1", "lrp_epsilon_plus_flat", &options);
}

/* Images as torchvision's weights want them lie between other bounds in each channel. */
static void
bounds_of_channels_equal_zennit(void **state)
{
    (void)state;
    static const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
    static float image[VALUES];
    lb_explain_options options;
    lb_explain_defaults(&options);
    for (uint32_t v = 0; v < VALUES; v++) {
        size_t c = v / (SIDE * SIDE);
        double value = (double)(float)formula_value(v, 99);
        image[v] = (float)((value - mean[c]) / deviation[c]);
        options.lrp.low[c] = -mean[c] / deviation[c];
        options.lrp.high[c] = (1 - mean[c]) / deviation[c];
    }
    check_image("epsilon_gamma_box_normalised", "lrp_epsilon_gamma_box", &options, image);
}

static void
sampled_gradients_equal_pytorch(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.batch = 3;
    options.smooth_samples = SAMPLES;
    check("smoothgrad", "smoothgrad", &options);
    check("vargrad", "vargrad", &options);
    check("gradient_x_sign", "gradient_x_sign", &options);
}

/* Background image i is array 300 + i of the formula. */
static lb_status
read_background(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t v = 0; v < VALUES; v++) {
            out[i * VALUES + v] = (float)formula_value(v, (uint32_t)(300 + index[i]));
        }
    }
    return LB_OK;
}

static void
comparisons_with_background_equal_pytorch(void **state)
{
    (void)state;
    const lb_image_loader source = {.count = BACKGROUNDS,
                                    .channels = 3,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .read = read_background};
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.background = &source;
    options.backgrounds = DRAWN;
    options.expected_samples = SAMPLES;
    check("expected_gradients", "expected_gradients", &options);
    check("deep_shap", "deep_shap", &options);
    options.batch = 2;
    options.pattern_images = FITTED;
    check("pattern_net", "pattern_net", &options);
    check("pattern_attribution", "pattern_attribution", &options);
}

static void
activation_maps_equal_captum(void **state)
{
    (void)state;
    lb_explain_options options;
    lb_explain_defaults(&options);
    check("grad_cam", "grad_cam", &options);
    options.cam_block = 3;
    check("grad_cam_block_3", "grad_cam", &options);
    options.cam_block = 4;
    check("guided_grad_cam", "guided_grad_cam", &options);
    check("layer_cam", "layer_cam", &options);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(midpoint_rule_equals_captum),
                                       cmocka_unit_test(deeplift_equals_captum),
                                       cmocka_unit_test(relevance_equals_zennit),
                                       cmocka_unit_test(relevance_without_bias_equals_zennit),
                                       cmocka_unit_test(large_epsilons_equal_zennit),
                                       cmocka_unit_test(bounds_of_channels_equal_zennit),
                                       cmocka_unit_test(sampled_gradients_equal_pytorch),
                                       cmocka_unit_test(comparisons_with_background_equal_pytorch),
                                       cmocka_unit_test(activation_maps_equal_captum)};
    return cmocka_run_group_tests_name("gradients", tests, NULL, NULL);
}
