/* SPDX-License-Identifier: MIT */
/* Methods that hide parts of an image: what theory promises of them, the same bits for any batch,
 * threads and company, images in which there is nothing to find, and errors. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/method.h"
#include "lesionbench/random.h"

enum { SIDE = 48, PIXELS = SIDE * SIDE, VALUES = 3 * PIXELS, IMAGES = 3 };

static const int32_t targets[IMAGES] = {1, 0, 1};
static const size_t items[IMAGES] = {4, 8, 15};
static const char *const NAMES[] = {"occlusion", "rise", "kernel_shap", "lime", "blur_ig", "xrai"};

enum { METHODS = sizeof NAMES / sizeof *NAMES, FORWARD_ONLY = 4 };

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * PIXELS]; /* grey: blobs on a background of 0 */
} fixture;

typedef struct collected {
    float attribution[METHODS][IMAGES * VALUES];
    float map[METHODS][IMAGES * PIXELS];
    lb_diagnostics diagnostics[METHODS][IMAGES];
} collected;

static const lb_method *
method(const char *name)
{
    lb_error err;
    const lb_method *found = NULL;
    assert_ok(lb_method_get(&found, name, &err));
    return found;
}

static size_t
position(const char *name)
{
    size_t m = 0;
    while (strcmp(NAMES[m], name) != 0) {
        m++;
    }
    return m;
}

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    collected *all = data;
    (void)err;
    size_t m = position(e->method->name);
    for (size_t k = 0; k < e->count; k++) {
        size_t i = 0;
        while (items[i] != e->items[k]) {
            i++;
        }
        memcpy(all->attribution[m] + i * VALUES, e->attribution + k * VALUES,
               VALUES * sizeof(float));
        memcpy(all->map[m] + i * PIXELS, e->map + k * PIXELS, PIXELS * sizeof(float));
        all->diagnostics[m][i] = e->diagnostics[k];
    }
    return LB_OK;
}

static lb_explain_options
small_options(void)
{
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.batch = 2;
    options.seed = 3;
    options.perturbation.occlusion_window = 16;
    options.perturbation.rise_masks = 40;
    options.xrai_steps = 5;
    options.blur_steps = 16;
    options.xrai_dilation = 1;
    options.perturbation.superpixels = 20;
    options.perturbation.shap_samples = 60;
    options.perturbation.lime_samples = 40;
    return options;
}

static void
explain(collected *out, const fixture *f, size_t first, size_t count, const char *const *names,
        size_t name_count, const lb_explain_options *options)
{
    lb_error err;
    const lb_method *methods[METHODS];
    for (size_t m = 0; m < name_count; m++) {
        methods[m] = method(names[m]);
    }
    assert_ok(lb_explain(f->network, f->images + first * PIXELS, 1, SIDE, SIDE, count,
                         items + first, targets + first, methods, name_count, options, collect, out,
                         NULL, &err));
}

static collected *
new_collected(void)
{
    lb_error err;
    collected *out = lb_alloc(1, sizeof *out, &err);
    assert_non_null(out);
    return out;
}

static int
set_up(void **state)
{
    lb_error err;
    fixture *f = lb_alloc(1, sizeof *f, &err);
    lb_architecture architecture;
    lb_random random;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 8, 2, &err));
    assert_ok(lb_network_create(&f->network, &architecture, 11, &err));
    lb_random_init(&random, 2, LB_PURPOSE_TEST, 0);
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

static void
assert_near(const float *a, const float *b, size_t n)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        difference += fabs((double)a[i] - (double)b[i]);
        size += fabs((double)b[i]);
    }
    assert_true(difference <= 1e-4 * size);
}

/* Methods that go backward compute as many points at a time as --batch says, and matrix products of
 * other shapes sum in another order; those that go forward alone do not hang on it. */
static void
same_bits_whatever_the_batch_threads_and_company(void **state)
{
    const fixture *f = *state;
    collected *first = new_collected(), *other = new_collected();
    lb_explain_options options = small_options();
    explain(first, f, 0, IMAGES, NAMES, METHODS, &options);
    for (size_t batch = 1; batch <= 5; batch += 2) {
        options.batch = batch;
        memset(other, 0, sizeof *other);
        explain(other, f, 0, IMAGES, NAMES, METHODS, &options);
        for (size_t m = 0; m < FORWARD_ONLY; m++) {
            assert_memory_equal(other->map[m], first->map[m], sizeof first->map[m]);
        }
        for (size_t m = FORWARD_ONLY; m < METHODS; m++) {
            assert_near(other->map[m], first->map[m], IMAGES * PIXELS);
        }
    }
    options.batch = small_options().batch;
    int threads = omp_get_max_threads();
    omp_set_num_threads(threads > 1 ? 1 : 2);
    memset(other, 0, sizeof *other);
    explain(other, f, 0, IMAGES, NAMES, METHODS, &options);
    omp_set_num_threads(threads);
    for (size_t m = 0; m < METHODS; m++) {
        assert_memory_equal(other->map[m], first->map[m], sizeof first->map[m]);
        for (size_t i = 0; i < IMAGES; i++) { /* each image and method by itself */
            explain(other, f, i, 1, &NAMES[m], 1, &options);
        }
        assert_memory_equal(other->map[m], first->map[m], sizeof first->map[m]);
    }
    lb_free(other);
    lb_free(first);
}

static void
maps_say_something_finite(void **state)
{
    const fixture *f = *state;
    collected *all = new_collected();
    const lb_explain_options options = small_options();
    explain(all, f, 0, IMAGES, NAMES, METHODS, &options);
    for (size_t m = 0; m < METHODS; m++) {
        for (size_t i = 0; i < IMAGES; i++) {
            const float *map = all->map[m] + i * PIXELS;
            float least = map[0], most = map[0];
            for (size_t p = 0; p < PIXELS; p++) {
                assert_true(isfinite(map[p]) && map[p] >= 0);
                least = fminf(least, map[p]);
                most = fmaxf(most, map[p]);
            }
            assert_true(most > least);
        }
    }
    lb_free(all);
}

/* Where there is nothing to hide, nothing is said. */
static void
black_images(void **state)
{
    fixture f = *(const fixture *)*state;
    collected *all = new_collected();
    const lb_explain_options options = small_options();
    memset(f.images, 0, sizeof f.images);
    explain(all, &f, 0, IMAGES, NAMES, METHODS, &options);
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        assert_true(all->attribution[position("occlusion")][v] == 0.0f);
        assert_true(all->attribution[position("kernel_shap")][v] == 0.0f);
        assert_true(fabsf(all->attribution[position("lime")][v]) < 1e-6f);
        assert_true(all->attribution[position("blur_ig")][v] == 0.0f);
        assert_true(all->attribution[position("xrai")][v] == 0.0f);
        assert_true(isfinite(all->attribution[position("rise")][v]));
    }
    lb_free(all);
}

/* One window over the whole image: every pixel has the difference of two logits. */
static void
one_window_is_the_logit_difference(void **state)
{
    const fixture *f = *state;
    collected *all = new_collected();
    lb_explain_options options = small_options();
    options.perturbation.occlusion_window = SIDE + 5;
    explain(all, f, 0, 1, NAMES, 1, &options);
    const float *r = all->attribution[position("occlusion")];
    for (size_t v = 1; v < VALUES; v++) {
        assert_true(r[v] == r[0]);
    }
    assert_true(fabsf(r[0]) > 1e-4f);
    lb_free(all);
}

/* One super-pixel: its Shapley value is the difference of the logits, its weight in LIME's model is
 * the same at every pixel. */
static void
one_superpixel(void **state)
{
    const fixture *f = *state;
    collected *all = new_collected();
    lb_explain_options options = small_options();
    options.perturbation.superpixels = 1;
    options.perturbation.occlusion_window = SIDE;
    explain(all, f, 0, 1, NAMES, METHODS, &options);
    const float *occlusion = all->attribution[position("occlusion")];
    for (size_t v = 0; v < VALUES; v++) {
        assert_close(all->attribution[position("kernel_shap")][v], occlusion[v], 1e-6, 1e-6);
        assert_true(all->map[position("lime")][v % PIXELS] == all->map[position("lime")][0]);
    }
    lb_free(all);
}

/* What is black already is no player, and has no value; the values of the others do not hang on
 * it. */
static void
black_superpixels_have_no_shapley_value(void **state)
{
    const fixture *f = *state;
    collected *all = new_collected();
    const lb_explain_options options = small_options();
    explain(all, f, 0, 1, NAMES, METHODS, &options);
    const float *r = all->attribution[position("kernel_shap")];
    assert_true(r[0] == 0.0f && r[SIDE * SIDE - 1] == 0.0f);
    assert_true(r[24 * SIDE + 24] != 0.0f);
    lb_free(all);
}

/* Blur-IG sums to what the blur takes away, the more exactly the more steps. */
static void
blur_ig_is_nearly_complete(void **state)
{
    const fixture *f = *state;
    const char *const name = "blur_ig";
    collected *all = new_collected();
    lb_explain_options options = small_options();
    options.blur_steps = 600;
    explain(all, f, 0, 1, &name, 1, &options);
    const lb_diagnostics *diagnostic = &all->diagnostics[position(name)][0];
    print_message("blur_ig: %g, promised %g\n", diagnostic->sum, diagnostic->expected_sum);
    assert_true(diagnostic->completeness_error < 0.03);
    assert_int_equal(diagnostic->steps, 600);
    lb_free(all);
}

/* XRAI's map is the positive part of what it says, in steps: few values, each at a whole region. */
static void
xrai_ranks_regions(void **state)
{
    const fixture *f = *state;
    const char *const name = "xrai";
    collected *all = new_collected();
    const lb_explain_options options = small_options();
    explain(all, f, 0, 1, &name, 1, &options);
    const float *r = all->attribution[position(name)], *map = all->map[position(name)];
    size_t changes = 0;
    for (size_t p = 0; p < PIXELS; p++) {
        assert_true(map[p] == fmaxf(r[p], 0));
        changes += p > 0 && r[p] != r[p - 1];
    }
    assert_in_range(changes, 10, PIXELS / 2);
    lb_free(all);
}

/* More masks keep the first ones: the maps of n and 2n masks share half of their sum. */
static void
rise_masks_do_not_hang_on_their_number(void **state)
{
    const fixture *f = *state;
    const char *const name = "rise";
    collected *few = new_collected(), *more = new_collected(), *seeded = new_collected();
    lb_explain_options options = small_options();
    size_t m = position(name);
    explain(few, f, 0, 1, &name, 1, &options);
    options.perturbation.rise_masks++;
    explain(more, f, 0, 1, &name, 1, &options);
    options.seed++;
    explain(seeded, f, 0, 1, &name, 1, &options);
    double apart = 0, reseeded = 0;
    for (size_t p = 0; p < PIXELS; p++) {
        /* The sum over masks has grown by one mask, that is, by at most the probability 1. */
        double grown = 0.5 * (41 * (double)more->map[m][p] - 40 * (double)few->map[m][p]);
        assert_true(grown > -1e-4 && grown < 1 + 1e-4);
        apart += fabs((double)more->map[m][p] - (double)few->map[m][p]);
        reseeded += fabs((double)seeded->map[m][p] - (double)more->map[m][p]);
    }
    assert_true(reseeded > 2 * apart);
    lb_free(seeded);
    lb_free(more);
    lb_free(few);
}

/* What stands for a default is what the documents say: a fourteenth of the image's shorter side and
 * half the window, both rounded down and at least 1. */
static void
default_windows_round_down(void **state)
{
    const fixture *f = *state;
    const char *const name = "occlusion";
    static const size_t pairs[][4] = {
        {13, 0, 13, 6}, {7, 0, 7, 3}, {0, 0, SIDE / 14, SIDE / 14 / 2}, {1, 0, 1, 1}};
    collected *all = new_collected(), *said = new_collected();
    size_t m = position(name);
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        lb_explain_options options = small_options();
        options.perturbation.occlusion_window = pairs[k][0];
        options.perturbation.occlusion_stride = pairs[k][1];
        explain(all, f, 0, 1, &name, 1, &options);
        options.perturbation.occlusion_window = pairs[k][2];
        options.perturbation.occlusion_stride = pairs[k][3];
        explain(said, f, 0, 1, &name, 1, &options);
        assert_memory_equal(all->map[m], said->map[m], PIXELS * sizeof(float));
    }
    lb_free(said);
    lb_free(all);
}

static void
assert_refused(const fixture *f, const char *name, const lb_explain_options *options,
               const char *words)
{
    lb_error err;
    const lb_method *one = method(name);
    assert_int_equal(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, &one,
                                1, options, collect, NULL, NULL, &err),
                     LB_ERROR_ARGUMENT);
    if (strstr(err.message, words) == NULL) {
        fail_msg("'%s' does not say '%s'", err.message, words);
    }
}

static void
errors(void **state)
{
    fixture f = *(const fixture *)*state;
    lb_error err;
    lb_explain_options options = small_options();
    options.perturbation.occlusion_window = 4;
    options.perturbation.occlusion_stride = 5;
    assert_refused(&f, "occlusion", &options, "a stride of 5");
    options = small_options();
    options.perturbation.rise_grid = 1;
    assert_refused(&f, "rise", &options, "grid of 2");
    options = small_options();
    options.perturbation.shap_samples = 5;
    assert_refused(&f, "kernel_shap", &options, "5 samples for");
    options = small_options();
    options.perturbation.superpixels = 0;
    assert_refused(&f, "kernel_shap", &options, "segments");
    options = small_options();
    options.perturbation.lime_ridge = 0;
    assert_refused(&f, "lime", &options, "ridge penalty above 0");
    options = small_options();
    options.blur_steps = 0;
    assert_refused(&f, "blur_ig", &options, "at least one step");
    options = small_options();
    options.xrai_steps = 0;
    assert_refused(&f, "xrai", &options, "at least one step");
    /* A network whose answers are not finite. */
    options = small_options();
    size_t last = lb_network_parameters(f.network) - 1;
    const lb_method *occlusion = method("occlusion");
    float *bias = lb_network_parameter(f.network, last)->value, kept = bias[1];
    bias[1] = INFINITY;
    assert_int_equal(lb_explain(f.network, f.images, 1, SIDE, SIDE, IMAGES, items, targets,
                                &occlusion, 1, &options, collect, NULL, NULL, &err),
                     LB_ERROR_NUMERIC);
    assert_non_null(strstr(err.message, "image 4: the network's output is not finite"));
    bias[1] = kept;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_whatever_the_batch_threads_and_company),
        cmocka_unit_test(maps_say_something_finite),
        cmocka_unit_test(black_images),
        cmocka_unit_test(one_window_is_the_logit_difference),
        cmocka_unit_test(one_superpixel),
        cmocka_unit_test(black_superpixels_have_no_shapley_value),
        cmocka_unit_test(blur_ig_is_nearly_complete),
        cmocka_unit_test(xrai_ranks_regions),
        cmocka_unit_test(rise_masks_do_not_hang_on_their_number),
        cmocka_unit_test(default_windows_round_down),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests_name("perturbation", tests, set_up, tear_down);
}
