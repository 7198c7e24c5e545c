/* SPDX-License-Identifier: MIT */
/* What theory promises of the methods, and what the table promises of their names. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "explain/session.h"
#include "lesionbench/method.h"
#include "lesionbench/random.h"
#include "lesionbench/training.h"

enum { SIDE = 48, PIXELS = SIDE * SIDE, VALUES = 3 * PIXELS, IMAGES = 5 };

enum { METHODS = 96 }; /* at most */

static const int32_t targets[IMAGES] = {0, 1, 1, 0, 1};
static const size_t items[IMAGES] = {4, 8, 15, 16, 23};

/* All maps, attributions and completeness errors of one call of lb_explain(). */
typedef struct collected {
    float attribution[METHODS][IMAGES * VALUES];
    float map[METHODS][IMAGES * PIXELS];
    lb_diagnostics diagnostics[METHODS][IMAGES];
    size_t images[METHODS];
} collected;

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * PIXELS]; /* grey: blobs on a background of 0 */
    collected all;
} fixture;

static size_t
index_of(const lb_method *method)
{
    size_t m = 0;
    while (lb_method_at(m) != method) {
        m++;
    }
    return m;
}

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    collected *all = data;
    (void)err;
    size_t m = index_of(e->method), at = all->images[m];
    for (size_t i = 0; i < e->count; i++) {
        assert_int_equal(e->items[i], items[at + i]);
    }
    if (e->attribution != NULL) {
        memcpy(all->attribution[m] + at * VALUES, e->attribution,
               e->count * VALUES * sizeof(float));
    }
    memcpy(all->map[m] + at * PIXELS, e->map, e->count * PIXELS * sizeof(float));
    for (size_t i = 0; i < e->count; i++) {
        all->diagnostics[m][at + i] = e->diagnostics[i];
    }
    all->images[m] += e->count;
    return LB_OK;
}

static lb_status
read_background(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const float *images = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * PIXELS, images + index[i] * PIXELS, PIXELS * sizeof *out);
    }
    return LB_OK;
}

static void
explain_with(collected *out, const fixture *f, const lb_explain_options *options, size_t method)
{
    lb_error err;
    const lb_method *one = lb_method_at(method);
    memset(out, 0, sizeof *out);
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, &one, 1,
                         options, collect, out, NULL, &err));
}

static void
explain_all(collected *out, const fixture *f, size_t batch, const size_t *methods, size_t count)
{
    lb_error err;
    lb_explain_options options;
    float images[IMAGES * PIXELS];
    memcpy(images, f->images, sizeof images);
    const lb_image_loader background = {.count = IMAGES,
                                        .channels = 1,
                                        .height = SIDE,
                                        .width = SIDE,
                                        .data = images,
                                        .read = read_background};
    lb_explain_defaults(&options);
    options.batch = batch;
    options.steps = 300;
    options.background = &background;
    options.backgrounds = 3;
    options.smooth_samples = 20;
    options.expected_samples = 20;
    options.seed = 5;
    options.blur_steps = 5;
    options.xrai_steps = 3;
    options.perturbation.occlusion_window = 16;
    options.perturbation.rise_masks = 20;
    options.perturbation.superpixels = 20;
    options.perturbation.shap_samples = 40;
    options.perturbation.lime_samples = 20;
    memset(out, 0, sizeof *out);
    const lb_method *all[METHODS];
    for (size_t m = 0; m < count; m++) {
        all[m] = lb_method_at(methods[m]);
    }
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, all, count,
                         &options, collect, out, NULL, &err));
}

static size_t
method_count(void)
{
    size_t count = 0;
    while (lb_method_at(count) != NULL) {
        count++;
    }
    assert_true(count <= METHODS);
    return count;
}

static int
set_up(void **state)
{
    lb_error err;
    fixture *f = lb_alloc(1, sizeof *f, &err);
    lb_architecture architecture;
    size_t methods[METHODS];
    assert_ok(lb_architecture_init(&architecture, "vgg13", 1.0 / 8, 2, &err));
    assert_ok(lb_network_create(&f->network, &architecture, 11, &err));
    lb_random random;
    lb_random_init(&random, 2, LB_PURPOSE_TEST, 0);
    /* Biases and larger dense weights, so that no term of any rule is 0. */
    for (size_t p = 0; p < lb_network_parameters(f->network); p++) {
        lb_parameter *parameter = lb_network_parameter(f->network, p);
        for (size_t k = 0; k < parameter->count; k++) {
            if (parameter->rank == 1) {
                parameter->value[k] = (float)(0.02 * lb_random_normal(&random));
            } else if (parameter->rank == 2) {
                parameter->value[k] *= 10.0f;
            }
        }
    }
    for (size_t i = 0; i < IMAGES * PIXELS; i++) {
        size_t y = i % PIXELS / SIDE, x = i % SIDE;
        bool inside = y > 8 && y < 40 && x > 10 && x < 38;
        f->images[i] = inside ? (float)(0.2 + 0.7 * lb_random_uniform(&random)) : 0.0f;
    }
    for (size_t m = 0; m < method_count(); m++) {
        methods[m] = m;
    }
    explain_all(&f->all, f, 2, methods, method_count());
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;
    lb_network_free(f->network);
    lb_free(f);
    return 0;
}

static size_t
method(const char *name)
{
    const lb_method *found = lb_method_find(name);
    assert_non_null(found);
    return index_of(found);
}

static double
distance(const float *a, const float *b, size_t n)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        difference += pow((double)a[i] - (double)b[i], 2);
        size += pow((double)b[i], 2);
    }
    return sqrt(difference / size);
}

static void
every_map_says_something(void **state)
{
    const fixture *f = *state;
    for (size_t m = 0; m < method_count(); m++) {
        assert_int_equal(f->all.images[m], IMAGES);
        for (size_t i = 0; i < IMAGES; i++) {
            const float *map = f->all.map[m] + i * PIXELS;
            float least = map[0], most = map[0];
            for (size_t p = 0; p < PIXELS; p++) {
                assert_true(isfinite(map[p]) && map[p] >= 0);
                least = fminf(least, map[p]);
                most = fmaxf(most, map[p]);
            }
            /* What is against the target alone, a rectified activation map does not show. */
            bool can_be_empty = strstr(lb_method_at(m)->name, "grad_cam") != NULL;
            assert_true(most > least || can_be_empty);
        }
    }
}

static void
deeplift_sums_to_the_logit_difference(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < IMAGES; i++) {
        assert_true(f->all.diagnostics[method("deeplift")][i].completeness_error < 1e-4);
    }
}

/* Captum's loses the rule through max pooling, and says so by its completeness error. */
static void
captums_deeplift_differs(void **state)
{
    const fixture *f = *state;
    const float *captum = f->all.attribution[method("deeplift_captum")];
    assert_true(distance(captum, f->all.attribution[method("deeplift")], IMAGES * VALUES) > 0.05);
    for (size_t i = 0; i < IMAGES; i++) {
        assert_true(f->all.diagnostics[method("deeplift_captum")][i].completeness_error > 1e-2);
    }
}

static void
integrated_gradients_are_nearly_complete(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < IMAGES; i++) {
        assert_true(f->all.diagnostics[method("integrated_gradients")][i].completeness_error < 0.1);
        assert_true(isnan(f->all.diagnostics[method("saliency")][i].completeness_error));
    }
}

/* Images that are good enough keep their steps, and those that are not are refined as if they were
 * alone. */
static void
steps_are_doubled_where_the_sum_is_off(void **state)
{
    const fixture *f = *state;
    lb_error err;
    size_t ig = method("integrated_gradients"), refined = 0;
    collected *coarse = lb_alloc(1, sizeof *coarse, &err);
    collected *fine = lb_alloc(1, sizeof *fine, &err);
    collected *other = lb_alloc(1, sizeof *other, &err);
    assert_non_null(coarse);
    assert_non_null(fine);
    assert_non_null(other);
    lb_explain_options options;
    lb_explain_defaults(&options);
    assert_true(options.tolerance == 0 && options.check_gradient == 0);
    options.steps = 10;
    explain_with(coarse, f, &options, ig);
    double errors[IMAGES];
    for (size_t i = 0; i < IMAGES; i++) {
        errors[i] = coarse->diagnostics[ig][i].completeness_error;
        options.tolerance += errors[i] / IMAGES;
    }
    options.maximum_steps = 75;
    explain_with(fine, f, &options, ig);
    for (size_t i = 0; i < IMAGES; i++) {
        const lb_diagnostics *diagnostic = &fine->diagnostics[ig][i];
        if (errors[i] <= options.tolerance) {
            assert_int_equal(diagnostic->steps, 10);
            assert_memory_equal(fine->map[ig] + i * PIXELS, coarse->map[ig] + i * PIXELS,
                                PIXELS * sizeof(float));
            continue;
        }
        refined++;
        assert_true(diagnostic->steps == 20 || diagnostic->steps == 40);
        assert_true(diagnostic->steps == 40 || diagnostic->completeness_error <= options.tolerance);
        lb_explain_options alone = options;
        alone.tolerance = 0;
        alone.steps = diagnostic->steps;
        explain_with(other, f, &alone, ig);
        assert_true(distance(fine->map[ig] + i * PIXELS, other->map[ig] + i * PIXELS, PIXELS) <
                    1e-5);
    }
    assert_in_range(refined, 1, IMAGES - 1);
    lb_free(coarse);
    lb_free(fine);
    lb_free(other);
}

/* The gradient is that of the network, to what float32 allows. */
static void
gradients_are_checked_by_differences(void **state)
{
    const fixture *f = *state;
    lb_error err;
    collected *checked = lb_alloc(1, sizeof *checked, &err);
    assert_non_null(checked);
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.check_gradient = 2;
    for (size_t m = 0; lb_method_at(m) != NULL; m++) {
        bool made_of_it = m == method("saliency") || m == method("gradient_x_sign");
        if (!made_of_it && m != method("guided_backprop")) {
            continue;
        }
        explain_with(checked, f, &options, m);
        for (size_t i = 0; i < IMAGES; i++) {
            double error = checked->diagnostics[m][i].gradient_error;
            if (made_of_it) {
                assert_true(error > 0 && error < 0.02);
            } else {
                assert_true(isnan(error));
            }
        }
    }
    lb_free(checked);
}

static lb_status
ignore(void *data, const lb_explanation *e, lb_error *err)
{
    (void)data;
    (void)e;
    (void)err;
    return LB_OK;
}

/* The least of the images' errors, or the largest. */
static double
gradient_error(lb_explainer *e, bool largest)
{
    lb_error err;
    lb_diagnostics diagnostics[IMAGES];
    double error = largest ? 0 : INFINITY;
    e->session.has_check = false;
    assert_ok(lb_session_check_gradient(diagnostics, &e->session, &e->batch, &err));
    for (size_t i = 0; i < IMAGES; i++) {
        double of_image = diagnostics[i].gradient_error;
        error = largest ? fmax(error, of_image) : fmin(error, of_image);
    }
    return error;
}

/* One that is 5 % too large, and one by another rule. */
static void
checks_find_wrong_gradients(void **state)
{
    const fixture *f = *state;
    lb_error err;
    lb_explainer *e = NULL;
    lb_explain_options options;
    const lb_method *saliency = lb_method_find("saliency");
    lb_explain_defaults(&options);
    options.check_gradient = 2;
    assert_ok(
        lb_explainer_create(&e, f->network, SIDE, SIDE, IMAGES, &saliency, 1, &options, &err));
    assert_ok(lb_explainer_run(e, f->images, 1, IMAGES, items, targets, ignore, NULL, NULL, &err));
    assert_int_equal(e->batch.count, IMAGES);
    assert_true(gradient_error(e, true) < 0.02);
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        e->session.gradient[v] *= 1.05f;
    }
    assert_true(gradient_error(e, false) > 0.03);
    assert_ok(lb_session_backward(e->session.gradient, &e->session, &e->batch, LB_RULE_GUIDED,
                                  false, &err));
    assert_true(gradient_error(e, false) > 0.1);
    lb_explainer_free(e);
}

static void
lrp_equals_input_x_gradient(void **state)
{
    const fixture *f = *state;
    assert_true(distance(f->all.attribution[method("lrp")],
                         f->all.attribution[method("input_x_gradient")], IMAGES * VALUES) < 1e-3);
}

static void
saliency_times_input_is_input_x_gradient(void **state)
{
    const fixture *f = *state;
    const float *saliency = f->all.attribution[method("saliency")];
    const float *product = f->all.attribution[method("input_x_gradient")];
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        float x = f->images[i / VALUES * PIXELS + i % PIXELS];
        assert_close(fabs((double)product[i]), (double)saliency[i] * (double)x, 1e-9, 1e-5);
    }
}

/* Guided Backpropagation zeroes more than the gradient does; the three rules differ, and not only
 * by the sign, which saliency drops. */
static void
relu_rules_differ(void **state)
{
    const fixture *f = *state;
    float guided[IMAGES * VALUES], deconvolution[IMAGES * VALUES];
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        guided[i] = fabsf(f->all.attribution[method("guided_backprop")][i]);
        deconvolution[i] = fabsf(f->all.attribution[method("deconvolution")][i]);
    }
    const float *saliency = f->all.attribution[method("saliency")];
    assert_true(distance(guided, deconvolution, IMAGES * VALUES) > 0.1);
    assert_true(distance(guided, saliency, IMAGES * VALUES) > 0.1);
    assert_true(distance(deconvolution, saliency, IMAGES * VALUES) > 0.1);
}

static void
map_is_the_luminance_of_the_absolute_attribution(void **state)
{
    const fixture *f = *state;
    const float *r = f->all.attribution[method("lrp")];
    const float *map = f->all.map[method("lrp")];
    for (size_t p = 0; p < PIXELS; p++) {
        double want = 0.2989 * fabs((double)r[p]) + 0.5870 * fabs((double)r[PIXELS + p]) +
                      0.1140 * fabs((double)r[2 * PIXELS + p]);
        assert_close(map[p], want, 1e-12, 1e-5);
    }
}

/* The same maps for any batch size, and for a method alone or among others. With AVX-512 the bits
 * are the same for any batch size; with AVX2 oneDNN's matrix products sum in another order. */
static void
batches_and_company_do_not_matter(void **state)
{
    const fixture *f = *state;
    lb_error err;
    collected *other = lb_alloc(1, sizeof *other, &err);
    assert_non_null(other);
    size_t methods[METHODS], count = 0;
    const lb_method *study[METHODS];
    for (; count < lb_method_study_set(study); count++) {
        methods[count] = index_of(study[count]);
    }
    const char *const more[] = {"deeplift_captum",
                                "lrp_epsilon_plus_flat",
                                "lrp_epsilon_gamma_box",
                                "lrp_alpha_beta",
                                "smoothgrad",
                                "vargrad",
                                "gradient_x_sign",
                                "grad_cam",
                                "guided_grad_cam",
                                "layer_cam",
                                "expected_gradients",
                                "deep_shap",
                                "pattern_net",
                                "pattern_attribution"};
    for (size_t m = 0; m < sizeof more / sizeof *more; m++) {
        methods[count++] = method(more[m]);
    }
    explain_all(other, f, 5, methods, count);
    for (size_t m = 0; m < count; m++) {
        double apart = distance(other->map[methods[m]], f->all.map[methods[m]], IMAGES * PIXELS);
        assert_true(apart < 1e-5);
    }
    for (size_t m = 0; m < count; m++) {
        explain_all(other, f, 2, &methods[m], 1);
        double apart = distance(other->map[methods[m]], f->all.map[methods[m]], IMAGES * PIXELS);
        assert_true(apart < 1e-5);
    }
    lb_free(other);
}

static void
controls_are_what_they_say(void **state)
{
    const fixture *f = *state;
    assert_memory_equal(f->all.map[method("raw_input")], f->images, sizeof f->images);
    const float *noise = f->all.map[method("random")];
    assert_true(distance(noise, noise + PIXELS, PIXELS) > 0.5);
    /* The background is darkest; an image and its negative sum to a constant. */
    const float *inverted = f->all.map[method("inverted_input")];
    for (size_t p = 0; p < PIXELS; p++) {
        assert_close((double)inverted[p] + (double)f->images[p], inverted[0], 1e-6, 0);
        assert_true(inverted[p] <= inverted[0]);
    }
    /* As many brain pixels lie above the median as below it; nothing is said outside the brain. */
    const float *distance_map = f->all.map[method("median_distance")];
    int balance = 0;
    double median = 0;
    for (size_t p = 0; p < PIXELS; p++) {
        if (f->images[p] > 0 && (median == 0 || distance_map[p] < 1e-7f)) {
            median = (double)f->images[p];
        }
    }
    for (size_t p = 0; p < PIXELS; p++) {
        if (f->images[p] > 0) {
            balance += ((double)f->images[p] > median) - ((double)f->images[p] < median);
        } else {
            assert_true(distance_map[p] == 0.0f);
            assert_true(f->all.map[method("difference_of_gaussians")][p] == 0.0f);
        }
    }
    assert_in_range(balance + 1, 0, 2);
    /* A step edge: both filters are 0 where the image is constant. */
    assert_true(f->all.map[method("sobel")][0] == 0.0f);
    assert_true(f->all.map[method("laplace")][0] == 0.0f);
}

/* The study's Sobel results are its Laplace results, and those have a sign. */
static void
sobel_is_laplace(void **state)
{
    const fixture *f = *state;
    lb_error err;
    collected *quirk = lb_alloc(1, sizeof *quirk, &err);
    assert_non_null(quirk);
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.sobel_is_laplace = true;
    size_t sobel = method("sobel"), laplace = method("laplace"), negative = 0;
    explain_with(quirk, f, &options, laplace);
    for (size_t i = 0; i < IMAGES * PIXELS; i++) {
        assert_close(fabs((double)quirk->map[laplace][i]), f->all.map[laplace][i], 0, 0);
        negative += quirk->map[laplace][i] < 0;
    }
    assert_in_range(negative, PIXELS / 2, (IMAGES - 1) * PIXELS); /* within the brains */
    collected *other = lb_alloc(1, sizeof *other, &err);
    assert_non_null(other);
    explain_with(other, f, &options, sobel);
    assert_memory_equal(other->map[sobel], quirk->map[laplace], sizeof other->map[sobel]);
    lb_free(other);
    lb_free(quirk);
}

static void
assert_certified(const lb_diagnostics *diagnostic, const float *map, const float *attribution)
{
    double sum = 0, expected_sum = diagnostic->expected_sum;
    size_t zeros = 0;
    for (size_t p = 0; p < PIXELS; p++) {
        zeros += map[p] == 0 ? 1 : 0;
    }
    assert_close(diagnostic->zero_share, (double)zeros / PIXELS, 1e-12, 0);
    assert_true(diagnostic->nan_share == 0);
    if (attribution == NULL) {
        assert_true(isnan(diagnostic->sum) && isnan(expected_sum));
        return;
    }
    for (size_t v = 0; v < VALUES; v++) {
        sum += (double)attribution[v];
    }
    assert_close(diagnostic->sum, sum, 1e-12, 1e-9);
    if (!isnan(expected_sum)) {
        assert_close(diagnostic->completeness_error, fabs(sum / expected_sum - 1), 1e-9, 1e-6);
    }
}

static void
certificates_say_what_the_maps_are(void **state)
{
    const fixture *f = *state;
    for (size_t m = 0; lb_method_at(m) != NULL; m++) {
        for (size_t i = 0; i < IMAGES; i++) {
            const float *attribution =
                lb_method_is_control(lb_method_at(m)) ? NULL : f->all.attribution[m] + i * VALUES;
            assert_certified(&f->all.diagnostics[m][i], f->all.map[m] + i * PIXELS, attribution);
        }
    }
    assert_int_equal(f->all.diagnostics[method("integrated_gradients")][0].steps, 300);
    assert_int_equal(f->all.diagnostics[method("gradient_shap")][0].steps, 5);
    assert_int_equal(f->all.diagnostics[method("lrp")][0].steps, 0);
    /* What one is not may hide behind what another is. */
    const float map[] = {0, NAN, INFINITY, 1, -0.0f, 2, -1, 0};
    lb_diagnostics diagnostic = lb_no_diagnostics;
    lb_diagnose_map(&diagnostic, map, 8);
    assert_close(diagnostic.nan_share, 0.25, 0, 0);
    assert_close(diagnostic.zero_share, 0.375, 0, 0);
    diagnostic.expected_sum = 0;
    lb_diagnose_sum(&diagnostic, map, 1);
    assert_true(diagnostic.completeness_error == 0);
}

static void
table_and_names(void **state)
{
    (void)state;
    lb_error err;
    const lb_method *unknown = NULL;
    assert_int_equal(lb_method_study_set(NULL), 8);
    assert_null(lb_method_at(method_count()));
    assert_int_equal(lb_method_get(&unknown, "salienzy", &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "did you mean 'saliency'"));
    assert_true(lb_method_is_control(lb_method_find("sobel")));
    assert_false(lb_method_is_control(lb_method_find("lrp")));
}

static lb_status
refuse(void *data, const lb_explanation *e, lb_error *err)
{
    (void)data;
    (void)e;
    return lb_fail(err, LB_ERROR_IO, "no room");
}

static void
errors(void **state)
{
    const fixture *f = *state;
    lb_error err;
    lb_explain_options options;
    lb_explain_defaults(&options);
    const int32_t wrong[IMAGES] = {0, 1, 2, 0, 0}, negative[IMAGES] = {0, 0, 0, -1, 0};
    const lb_method *lrp = lb_method_find("lrp");
    assert_int_equal(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, wrong, &lrp, 1,
                                &options, collect, NULL, NULL, &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "image 2: target 2"));
    assert_int_equal(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, negative, &lrp,
                                1, &options, collect, NULL, NULL, &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "image 3: target -1, the network has 2 classes"));
    options.struct_size--;
    assert_int_equal(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, negative, &lrp,
                                1, &options, collect, NULL, NULL, &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "struct_size"));
    options.struct_size++;
    assert_int_equal(lb_explain(f->network, f->images, 1, 16, 16, 1, items, targets, &lrp, 1,
                                &options, collect, NULL, NULL, &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "16 x 16"));
    float *holed = lb_alloc(IMAGES * PIXELS, sizeof *holed, &err);
    assert_non_null(holed);
    memcpy(holed, f->images, sizeof f->images);
    holed[PIXELS + 7] = NAN;
    assert_int_equal(lb_explain(f->network, holed, 1, SIDE, SIDE, IMAGES, items, targets, &lrp, 1,
                                &options, collect, NULL, NULL, &err),
                     LB_ERROR_NUMERIC);
    assert_non_null(strstr(err.message, "image 8 has a value that is not finite"));
    lb_free(holed);
    assert_int_equal(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, &lrp,
                                1, &options, refuse, NULL, NULL, &err),
                     LB_ERROR_IO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_map_says_something),
        cmocka_unit_test(deeplift_sums_to_the_logit_difference),
        cmocka_unit_test(captums_deeplift_differs),
        cmocka_unit_test(integrated_gradients_are_nearly_complete),
        cmocka_unit_test(steps_are_doubled_where_the_sum_is_off),
        cmocka_unit_test(gradients_are_checked_by_differences),
        cmocka_unit_test(checks_find_wrong_gradients),
        cmocka_unit_test(lrp_equals_input_x_gradient),
        cmocka_unit_test(saliency_times_input_is_input_x_gradient),
        cmocka_unit_test(relu_rules_differ),
        cmocka_unit_test(map_is_the_luminance_of_the_absolute_attribution),
        cmocka_unit_test(batches_and_company_do_not_matter),
        cmocka_unit_test(controls_are_what_they_say),
        cmocka_unit_test(sobel_is_laplace),
        cmocka_unit_test(certificates_say_what_the_maps_are),
        cmocka_unit_test(table_and_names),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests_name("explain", tests, set_up, tear_down);
}
