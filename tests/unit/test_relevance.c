/* SPDX-License-Identifier: MIT */
/* What theory promises of composites of relevance propagation. */
#include <math.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/method.h"
#include "lesionbench/random.h"

enum { SIDE = 40, VALUES = 3 * SIDE * SIDE, IMAGES = 2 };

static const size_t items[IMAGES] = {3, 7};
static const int32_t targets[IMAGES] = {0, 1};

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * VALUES]; /* colour, on a background of 0 */
} fixture;

typedef struct relevance {
    float values[IMAGES * VALUES];
    double completeness[IMAGES];
} relevance;

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    relevance *out = data;
    (void)err;
    assert_int_equal(e->count, IMAGES);
    memcpy(out->values, e->attribution, sizeof out->values);
    for (size_t i = 0; i < IMAGES; i++) {
        out->completeness[i] = e->diagnostics[i].completeness_error;
    }
    return LB_OK;
}

static void
explain(relevance *out, const fixture *f, const char *name, const lb_explain_options *options)
{
    lb_error err;
    const lb_method *method = NULL;
    assert_ok(lb_method_get(&method, name, &err));
    assert_ok(lb_explain(f->network, f->images, 3, SIDE, SIDE, IMAGES, items, targets, &method, 1,
                         options, collect, out, NULL, &err));
}

static double
distance(const relevance *a, const relevance *b)
{
    double difference = 0, size = 0;
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        difference += pow((double)a->values[v] - (double)b->values[v], 2);
        size += pow((double)b->values[v], 2);
    }
    return sqrt(difference / size);
}

static int
set_up(void **state)
{
    lb_error err;
    static fixture f;
    lb_architecture architecture;
    lb_random random;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 8, 2, &err));
    assert_ok(lb_network_create(&f.network, &architecture, 11, &err));
    lb_random_init(&random, 2, LB_PURPOSE_TEST, 0);
    for (size_t p = 0; p < lb_network_parameters(f.network); p++) {
        lb_parameter *parameter = lb_network_parameter(f.network, p);
        for (size_t k = 0; k < parameter->count; k++) {
            if (parameter->rank == 1) {
                parameter->value[k] = (float)(0.02 * lb_random_normal(&random));
            } else if (parameter->rank == 2) {
                parameter->value[k] *= 10.0f;
            }
        }
    }
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        size_t y = i / SIDE % SIDE, x = i % SIDE;
        bool inside = y > 6 && y < 33 && x > 8 && x < 30;
        f.images[i] = inside ? (float)(0.2 + 0.7 * lb_random_uniform(&random)) : 0.0f;
    }
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;
    lb_network_free(f->network);
    return 0;
}

/* With biases ignored, these two composites hand on all relevance, but for the epsilon's share;
 * with biases in z they do not. */
static void
composites_conserve_relevance(void **state)
{
    const fixture *f = *state;
    const char *const names[] = {"lrp_epsilon_plus_flat", "lrp_epsilon_gamma_box"};
    const size_t firsts[] = {LB_LRP_FIRST_OWN, LB_LRP_FIRST_FLAT, LB_LRP_FIRST_BOX};
    lb_explain_options options;
    relevance r;
    lb_explain_defaults(&options);
    options.lrp.epsilon = options.lrp.stabilizer = 1e-9;
    for (size_t m = 0; m < 2; m++) {
        for (size_t first = 0; first < 3; first++) {
            options.lrp.bias = LB_LRP_BIAS_IGNORED;
            options.lrp.first = firsts[first];
            explain(&r, f, names[m], &options);
            assert_true(r.completeness[0] < 1e-4 && r.completeness[1] < 1e-4);
            options.lrp.bias = LB_LRP_BIAS_IN_Z;
            explain(&r, f, names[m], &options);
            assert_true(r.completeness[0] > 1e-2 && r.completeness[1] > 1e-2);
        }
    }
}

/* Gamma at 0 is the epsilon rule; a large gamma is z-plus; alpha 1 is z-plus too. */
static void
rules_meet_at_their_limits(void **state)
{
    const fixture *f = *state;
    lb_explain_options options;
    relevance gamma, other;
    lb_explain_defaults(&options);
    options.lrp.first = LB_LRP_FIRST_SAME;
    options.lrp.epsilon = options.lrp.stabilizer = 1e-9;
    options.lrp.gamma = 0;
    explain(&gamma, f, "lrp_epsilon_gamma_box", &options);
    explain(&other, f, "lrp", &options);
    assert_true(distance(&gamma, &other) < 1e-3);
    options.lrp.gamma = 1e4;
    explain(&gamma, f, "lrp_epsilon_gamma_box", &options);
    explain(&other, f, "lrp_epsilon_plus_flat", &options);
    assert_true(distance(&gamma, &other) < 1e-2);
    options.lrp.alpha = 1;
    explain(&gamma, f, "lrp_alpha_beta", &options);
    assert_true(distance(&gamma, &other) < 1e-5);
}

/* Flat spreads evenly: what one place gives to its neighbours is alike in all three channels. */
static void
flat_tells_no_channels_apart(void **state)
{
    const fixture *f = *state;
    lb_explain_options options;
    relevance r;
    lb_explain_defaults(&options);
    explain(&r, f, "lrp_epsilon_plus_flat", &options);
    for (size_t p = 0; p < SIDE * SIDE; p++) {
        assert_close(r.values[p], r.values[SIDE * SIDE + p], 1e-9, 1e-6);
        assert_close(r.values[p], r.values[2 * SIDE * SIDE + p], 1e-9, 1e-6);
    }
}

static void
wider_bounds_change_the_box_rule(void **state)
{
    const fixture *f = *state;
    lb_explain_options options;
    relevance narrow, wide;
    lb_explain_defaults(&options);
    explain(&narrow, f, "lrp_epsilon_gamma_box", &options);
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        options.lrp.low[c] = -1;
        options.lrp.high[c] = 2;
    }
    explain(&wide, f, "lrp_epsilon_gamma_box", &options);
    assert_true(distance(&wide, &narrow) > 1e-2);
}

static void
refuse(const fixture *f, const char *name, const lb_explain_options *options, const char *words)
{
    lb_error err;
    relevance r;
    const lb_method *method = NULL;
    assert_ok(lb_method_get(&method, name, &err));
    assert_int_equal(lb_explain(f->network, f->images, 3, SIDE, SIDE, IMAGES, items, targets,
                                &method, 1, options, collect, &r, NULL, &err),
                     LB_ERROR_ARGUMENT);
    if (strstr(err.message, words) == NULL) {
        fail_msg("'%s' does not say '%s'", err.message, words);
    }
}

/* The box rule is told what inputs are possible; others are refused, by whichever composite. */
static void
images_beyond_the_bounds_are_refused(void **state)
{
    fixture *f = *state;
    lb_explain_options options;
    relevance r;
    float *green = f->images + VALUES + SIDE * SIDE + 20 * SIDE + 20, kept = *green;
    lb_explain_defaults(&options);
    *green = -0.25f;
    refuse(f, "lrp_epsilon_gamma_box", &options,
           "image 7, channel G has values from -0.25 to 0.89");
    refuse(f, "lrp_epsilon_gamma_box", &options, "the box rule of LRP is told 0 to 1 (--lrp-low");
    explain(&r, f, "lrp_epsilon_plus_flat", &options);
    options.lrp.low[1] = -0.25;
    explain(&r, f, "lrp_epsilon_gamma_box", &options);
    *green = 1.5f;
    options.lrp.first = LB_LRP_FIRST_BOX;
    refuse(f, "lrp_alpha_beta", &options,
           "from 0 to 1.5, but the box rule of LRP is told -0.25 to 1");
    options.lrp.first = LB_LRP_FIRST_SAME;
    explain(&r, f, "lrp_epsilon_gamma_box", &options);
    *green = kept;
    options.lrp.first = LB_LRP_FIRST_OWN;
    options.lrp.low[2] = 1;
    refuse(f, "lrp_epsilon_gamma_box", &options, "lrp_low, 1, is not below lrp_high, 1");
    lb_explain_defaults(&options);
    options.lrp.epsilon = 1e-30;
    refuse(f, "lrp", &options, "at least 1e-12");
}

/* 0 is each method's own epsilon. */
static void
settled_options_are_what_is_used(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *name;
        double epsilon;
    } own[] = {{"lrp", 1e-9}, {"lrp_epsilon_plus_flat", 1e-6}, {"lrp_alpha_beta", 1e-6}};
    lb_error err;
    for (size_t k = 0; k < sizeof own / sizeof *own; k++) {
        lb_explain_options options;
        relevance usual, said;
        const lb_method *method = NULL;
        assert_ok(lb_method_get(&method, own[k].name, &err));
        lb_explain_defaults(&options);
        explain(&usual, f, own[k].name, &options);
        lb_method_set_defaults(method, &options);
        assert_true(options.lrp.epsilon == own[k].epsilon);
        explain(&said, f, own[k].name, &options);
        assert_memory_equal(usual.values, said.values, sizeof usual.values);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composites_conserve_relevance),
        cmocka_unit_test(rules_meet_at_their_limits),
        cmocka_unit_test(flat_tells_no_channels_apart),
        cmocka_unit_test(wider_bounds_change_the_box_rule),
        cmocka_unit_test(images_beyond_the_bounds_are_refused),
        cmocka_unit_test(settled_options_are_what_is_used),
    };
    return cmocka_run_group_tests_name("relevance", tests, set_up, tear_down);
}
