/* SPDX-License-Identifier: MIT */
/* What theory promises of sampled gradients, of comparisons with background images and of class
 * activation maps. */
#include <math.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/method.h"
#include "lesionbench/patterns.h"
#include "lesionbench/random.h"
#include "lesionbench/training.h"

enum { SIDE = 40, PIXELS = SIDE * SIDE, VALUES = 3 * PIXELS, IMAGES = 3 };

static const size_t items[IMAGES] = {3, 7, 12};
static const int32_t targets[IMAGES] = {0, 1, 0};

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * VALUES];      /* colour, on a background of 0 */
    float backgrounds[IMAGES * VALUES]; /* others */
} fixture;

typedef struct explained {
    float values[IMAGES * VALUES];
    double completeness[IMAGES];
    size_t images;
} explained;

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    explained *out = data;
    (void)err;
    memcpy(out->values + out->images * VALUES, e->attribution, e->count * VALUES * sizeof(float));
    for (size_t i = 0; i < e->count; i++) {
        out->completeness[out->images++] = e->diagnostics[i].completeness_error;
    }
    return LB_OK;
}

/* Keeps the last method's alone. */
static lb_status
collect_last(void *data, const lb_explanation *e, lb_error *err)
{
    explained *out = data;
    out->images = 0;
    return collect(data, e, err);
}

static lb_status
try_to_explain(explained *out, const fixture *f, const char *name,
               const lb_explain_options *options, lb_error *err)
{
    const lb_method *method = NULL;
    assert_int_equal(lb_method_get(&method, name, err), LB_OK);
    out->images = 0;
    return lb_explain(f->network, f->images, 3, SIDE, SIDE, IMAGES, items, targets, &method, 1,
                      options, collect, out, NULL, err);
}

static void
explain(explained *out, const fixture *f, const char *name, const lb_explain_options *options)
{
    lb_error err;
    assert_ok(try_to_explain(out, f, name, options, &err));
    assert_int_equal(out->images, IMAGES);
}

static double
norm_of_difference(const explained *a, const explained *b)
{
    double difference = 0;
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        difference += pow((double)a->values[v] - (double)b->values[v], 2);
    }
    return sqrt(difference);
}

static double
distance(const explained *a, const explained *b)
{
    double size = 0;
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        size += pow((double)b->values[v], 2);
    }
    return norm_of_difference(a, b) / sqrt(size);
}

static lb_status
read_background(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const float *images = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * VALUES, images + index[i] * VALUES, VALUES * sizeof *out);
    }
    return LB_OK;
}

static lb_image_loader
background_source(float *images, size_t count)
{
    return (lb_image_loader){.count = count,
                             .channels = 3,
                             .height = SIDE,
                             .width = SIDE,
                             .data = images,
                             .read = read_background};
}

static void
draw_images(float *images, lb_random *random)
{
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        size_t y = i / SIDE % SIDE, x = i % SIDE;
        bool inside = y > 6 && y < 33 && x > 8 && x < 30;
        images[i] = inside ? (float)(0.2 + 0.7 * lb_random_uniform(random)) : 0.0f;
    }
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
    draw_images(f.images, &random);
    draw_images(f.backgrounds, &random);
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

/* Without noise all samples are the gradient; with it the samples spread, and more samples come
 * nearer to each other. */
static void
noise_smoothes(void **state)
{
    const fixture *f = *state;
    lb_explain_options options;
    explained smooth, other, spread;
    lb_explain_defaults(&options);
    options.smooth_samples = 3;
    options.noise = 0;
    options.compute.convolution =
        LB_CONVOLUTION_DIRECT; /* which keeps ties that noise would undo */
    options.sign_threshold = -1;
    explain(&smooth, f, "smoothgrad", &options);
    explain(&other, f, "gradient_x_sign", &options);
    explain(&spread, f, "vargrad", &options);
    assert_true(distance(&smooth, &other) < 1e-2);
    double noiseless = 0, noisy = 0;
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        noiseless += (double)spread.values[v];
    }
    options.noise = 0.2;
    explain(&spread, f, "vargrad", &options);
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        assert_true(spread.values[v] >= 0);
        noisy += (double)spread.values[v];
    }
    assert_true(noiseless < 1e-3 * noisy);
    double apart[2];
    for (size_t more = 0; more < 2; more++) {
        options.smooth_samples = more ? 40 : 4;
        options.seed = 1;
        explain(&smooth, f, "smoothgrad", &options);
        options.seed = 2;
        explain(&other, f, "smoothgrad", &options);
        apart[more] = norm_of_difference(&smooth, &other);
    }
    assert_true(apart[1] < 0.6 * apart[0]);
}

static void
sign_turns_what_is_dark(void **state)
{
    const fixture *f = *state;
    lb_explain_options options;
    explained plain, turned;
    lb_explain_defaults(&options);
    options.sign_threshold = -1;
    explain(&plain, f, "gradient_x_sign", &options);
    options.sign_threshold = 0.5;
    explain(&turned, f, "gradient_x_sign", &options);
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        float want = f->images[v] < 0.5f ? -plain.values[v] : plain.values[v];
        assert_true(turned.values[v] == want);
    }
}

/* With black alone as background DeepSHAP is DeepLIFT; with any it is complete. Expected Gradients
 * comes nearer to its promise the more points it has. */
static void
comparisons_are_complete(void **state)
{
    fixture *f = *state;
    lb_explain_options options;
    explained shap, deeplift, few, many;
    static float black[VALUES];
    lb_explain_defaults(&options);
    const lb_image_loader none = background_source(black, 1);
    const lb_image_loader others = background_source(f->backgrounds, IMAGES);
    options.background = &none;
    explain(&shap, f, "deep_shap", &options);
    explain(&deeplift, f, "deeplift", &options);
    assert_true(distance(&shap, &deeplift) < 1e-5);
    options.background = &others;
    explain(&shap, f, "deep_shap", &options);
    assert_true(distance(&shap, &deeplift) > 0.1);
    options.expected_samples = 10;
    explain(&few, f, "expected_gradients", &options);
    options.expected_samples = 1000;
    explain(&many, f, "expected_gradients", &options);
    double errors[2] = {0, 0};
    for (size_t i = 0; i < IMAGES; i++) {
        assert_true(shap.completeness[i] < 1e-4);
        errors[0] += few.completeness[i];
        errors[1] += many.completeness[i];
    }
    assert_true(errors[1] < 0.5 * errors[0]);
}

static void
background_is_needed_and_checked(void **state)
{
    fixture *f = *state;
    lb_error err;
    lb_explain_options options;
    explained out;
    lb_explain_defaults(&options);
    assert_int_equal(try_to_explain(&out, f, "deep_shap", &options, &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "deep_shap needs background images"));
    lb_image_loader source = background_source(f->backgrounds, IMAGES);
    options.background = &source;
    source.height = SIDE / 2;
    assert_int_equal(try_to_explain(&out, f, "expected_gradients", &options, &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "3 x 20 x 40"));
    source.height = SIDE;
    float kept = f->backgrounds[VALUES];
    f->backgrounds[VALUES] = NAN;
    assert_int_equal(try_to_explain(&out, f, "deep_shap", &options, &err), LB_ERROR_NUMERIC);
    assert_non_null(strstr(err.message, "background image 1"));
    f->backgrounds[VALUES] = kept;
}

/* At every block: what an activation map says it says of all channels alike, and never less than 0;
 * the guided one is 0 where it is. */
static void
activation_maps_are_rectified(void **state)
{
    const fixture *f = *state;
    lb_explain_options options;
    explained cam, layer, guided;
    lb_explain_defaults(&options);
    for (size_t block = 1; block <= LB_BLOCKS; block++) {
        double sum = 0;
        options.cam_block = block;
        explain(&cam, f, "grad_cam", &options);
        explain(&layer, f, "layer_cam", &options);
        explain(&guided, f, "guided_grad_cam", &options);
        for (size_t v = 0; v < IMAGES * VALUES; v++) {
            size_t first = v / VALUES * VALUES + v % PIXELS;
            assert_true(cam.values[v] >= 0 && layer.values[v] >= 0);
            assert_true(cam.values[v] == cam.values[first]);
            assert_true(layer.values[v] == layer.values[first]);
            assert_true(cam.values[v] > 0 || guided.values[v] == 0);
            sum += (double)layer.values[v];
        }
        assert_true(sum > 0);
    }
}

/* w . a is 1, or the pattern is 0; most neurons have one. */
static void
patterns_are_normalised(void **state)
{
    fixture *f = *state;
    lb_error err;
    lb_executor *executor = NULL;
    lb_patterns *patterns = NULL;
    const lb_executor_options options = {
        .batch = 2, .height = SIDE, .width = SIDE, .purpose = LB_EXECUTOR_EXPLAIN};
    float *input = NULL;
    assert_ok(lb_executor_create(&executor, f->network, &options, &err));
    assert_ok(lb_executor_input(&input, executor, &err));
    assert_ok(lb_patterns_create(&patterns, executor, &err));
    for (int round = 0; round < 2; round++) {
        for (size_t start = 0; start < IMAGES; start += 2) {
            size_t n = IMAGES - start < 2 ? IMAGES - start : 2;
            memcpy(input, f->images + start * VALUES, n * VALUES * sizeof(float));
            assert_ok(lb_executor_forward(executor, &err));
            assert_ok(lb_patterns_take(patterns, executor, n, &err));
        }
        assert_ok(lb_patterns_end_round(patterns, executor, &err));
    }
    size_t all = 0, live = 0;
    for (size_t p = 0; p < lb_network_parameters(f->network); p += 2) {
        const lb_parameter *weight = lb_network_parameter(f->network, p);
        const float *pattern = NULL;
        assert_ok(lb_patterns_of(&pattern, patterns, p, &err));
        size_t inputs = weight->count / weight->shape[0];
        const float *none = NULL;
        assert_int_equal(lb_patterns_of(&none, patterns, p + 1, &err), LB_ERROR_ARGUMENT);
        for (size_t u = 0; u < weight->shape[0]; u++) {
            double product = 0;
            for (size_t v = u * inputs; v < (u + 1) * inputs; v++) {
                product += (double)weight->value[v] * (double)pattern[v];
            }
            all++;
            if (product != 0) {
                assert_close(product, 1, 1e-4, 0);
                live++;
            }
        }
    }
    assert_true(live > all / 4 && live < all);
    lb_patterns_free(patterns);
    lb_executor_free(executor);
}

/* Fitting uses the pass that holds the images; the methods after it must not see that. */
static void
fitting_leaves_no_trace(void **state)
{
    fixture *f = *state;
    lb_error err;
    lb_explain_options options;
    const lb_method *methods[2];
    explained alone, after = {.images = 0};
    lb_explain_defaults(&options);
    const lb_image_loader source = background_source(f->backgrounds, IMAGES);
    options.background = &source;
    options.batch = 4;
    assert_ok(lb_method_get(&methods[0], "pattern_net", &err));
    assert_ok(lb_method_get(&methods[1], "guided_backprop", &err));
    assert_ok(lb_explain(f->network, f->images, 3, SIDE, SIDE, IMAGES, items, targets, methods, 2,
                         &options, collect_last, &after, NULL, &err));
    explain(&alone, f, "guided_backprop", &options);
    assert_memory_equal(alone.values, after.values, sizeof alone.values);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_smoothes),
        cmocka_unit_test(sign_turns_what_is_dark),
        cmocka_unit_test(comparisons_are_complete),
        cmocka_unit_test(background_is_needed_and_checked),
        cmocka_unit_test(activation_maps_are_rectified),
        cmocka_unit_test(patterns_are_normalised),
        cmocka_unit_test(fitting_leaves_no_trace),
    };
    return cmocka_run_group_tests_name("gradient_family", tests, set_up, tear_down);
}
