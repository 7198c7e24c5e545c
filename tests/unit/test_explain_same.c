/* SPDX-License-Identifier: MIT */
/* The same map, bit for bit, for any number of threads, any order or choice of methods and any
 * batch. tests/golden/same_maps.py asks the same of VGG-16 at 224. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "testing.h"

#include "base/cpu.h"
#include "lesionbench/method.h"
#include "lesionbench/random.h"
#include "lesionbench/training.h"

enum {
    SIDE = 40,
    PIXELS = SIDE * SIDE,
    VALUES = 3 * PIXELS,
    IMAGES = 4,
    METHODS = 8,
    MEMORY = 500
};

static const int32_t targets[IMAGES] = {0, 1, 1, 0};
static const size_t items[IMAGES] = {3, 1, 4, 15};

typedef struct maps {
    float attribution[METHODS][IMAGES * VALUES];
    const lb_method *methods[METHODS];
    size_t images[METHODS]; /* seen */
} maps;

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * PIXELS];
    const lb_method *methods[METHODS];
    maps standard; /* one thread, all methods, batch 4 */
    maps other;
} fixture;

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    maps *out = data;
    (void)err;
    size_t method = 0;
    while (out->methods[method] != e->method) {
        method++;
    }
    memcpy(out->attribution[method] + out->images[method] * VALUES, e->attribution,
           e->count * VALUES * sizeof(float));
    out->images[method] += e->count;
    return LB_OK;
}

/* Adds the maps of some methods to out. */
static void
explain(maps *out, const fixture *f, const lb_method *const *methods, size_t count, size_t batch,
        size_t memory)
{
    lb_error err;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.batch = batch;
    options.memory = memory;
    options.steps = 5;
    options.samples = 3;
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, methods,
                         count, &options, collect, out, NULL, &err));
}

static void
begin(maps *out, const fixture *f)
{
    memset(out, 0, sizeof *out);
    memcpy(out->methods, f->methods, sizeof out->methods);
}

/* The largest relative distance of a method's maps; 0 for the same bits alone. */
static double
furthest(const maps *a, const maps *b)
{
    double most = 0;
    for (size_t m = 0; m < METHODS; m++) {
        double difference = 0, size = 0;
        assert_int_equal(a->images[m], IMAGES);
        for (size_t v = 0; v < IMAGES * VALUES; v++) {
            double x = (double)a->attribution[m][v], y = (double)b->attribution[m][v];
            difference += (x - y) * (x - y);
            size += y * y;
        }
        assert_true(size > 0);
        double apart = sqrt(difference / size);
        if (memcmp(a->attribution[m], b->attribution[m], sizeof a->attribution[m]) != 0) {
            most = fmax(most, fmax(apart, 1e-300));
        }
    }
    return most;
}

static int
set_up(void **state)
{
    lb_error err;
    fixture *f = lb_alloc(1, sizeof *f, &err);
    lb_architecture architecture;
    lb_random random;
    assert_non_null(f);
    assert_ok(lb_architecture_init(&architecture, "vgg13", 1.0 / 8, 2, &err));
    assert_ok(lb_network_create(&f->network, &architecture, 5, &err));
    lb_random_init(&random, 9, LB_PURPOSE_TEST, 0);
    for (size_t p = 0; p < lb_network_parameters(f->network); p++) {
        lb_parameter *parameter = lb_network_parameter(f->network, p);
        for (size_t k = 0; k < parameter->count; k++) {
            parameter->value[k] *= parameter->rank == 2 ? 10.0f : 1.0f;
            parameter->value[k] +=
                parameter->rank == 1 ? (float)(0.05 * lb_random_normal(&random)) : 0.0f;
        }
    }
    for (size_t i = 0; i < IMAGES * PIXELS; i++) {
        size_t y = i % PIXELS / SIDE, x = i % SIDE;
        bool inside = y > 6 && y < 34 && x > 8 && x < 31;
        bool flat = i / PIXELS >= 2 && y > 10 && y < 30 && x > 12 && x < 28; /* of two images */
        f->images[i] = inside ? (float)(0.2 + 0.7 * lb_random_uniform(&random)) : 0.0f;
        f->images[i] = flat ? 0.6f : f->images[i];
    }
    assert_int_equal(lb_method_study_set(f->methods), METHODS);
    begin(&f->standard, f);
    omp_set_num_threads(1);
    explain(&f->standard, f, f->methods, METHODS, 4, MEMORY);
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
threads_do_not_matter(void **state)
{
    fixture *f = *state;
    for (int threads = 2; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        begin(&f->other, f);
        explain(&f->other, f, f->methods, METHODS, 4, MEMORY);
        assert_true(furthest(&f->other, &f->standard) == 0);
    }
}

static void
order_and_choice_of_methods_do_not_matter(void **state)
{
    fixture *f = *state;
    const lb_method *reverse[METHODS];
    for (size_t m = 0; m < METHODS; m++) {
        reverse[m] = f->methods[METHODS - 1 - m];
    }
    omp_set_num_threads(2);
    begin(&f->other, f);
    explain(&f->other, f, reverse, METHODS, 4, MEMORY);
    assert_true(furthest(&f->other, &f->standard) == 0);
    begin(&f->other, f);
    for (size_t m = 0; m < METHODS; m++) {
        explain(&f->other, f, &f->methods[m], 1, 4, MEMORY);
    }
    assert_true(furthest(&f->other, &f->standard) == 0);
}

/* oneDNN computes the first layer, and without AVX2 all: it may take other kernels for other
 * batches, of which those with AVX-512 have been seen to give the same bits. */
static double
most_apart(void)
{
    return lb_cpu_get() == LB_CPU_AVX512 ? 0 : 0.01;
}

static void
batches_do_not_matter(void **state)
{
    fixture *f = *state;
    const size_t batches[] = {1, 3, 16};
    omp_set_num_threads(2);
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        begin(&f->other, f);
        explain(&f->other, f, f->methods, METHODS, batches[b], MEMORY);
        double apart = furthest(&f->other, &f->standard);
        print_message("batch %zu: %.1e\n", batches[b], apart);
        assert_true(apart <= most_apart());
    }
}

/* One image and one point at a time, where memory allows no more. */
static void
memory_does_not_matter(void **state)
{
    fixture *f = *state;
    begin(&f->other, f);
    explain(&f->other, f, f->methods, METHODS, 4, 1);
    assert_true(furthest(&f->other, &f->standard) <= most_apart());
    begin(&f->other, f);
    explain(&f->other, f, f->methods, METHODS, 1, MEMORY);
    maps *single = lb_alloc(1, sizeof *single, &(lb_error){.code = LB_OK});
    assert_non_null(single);
    begin(single, f);
    explain(single, f, f->methods, METHODS, 4, 1);
    assert_true(furthest(single, &f->other) == 0); /* the same batches, so the same bits */
    lb_free(single);
}

static void
no_images_are_no_work(void **state)
{
    fixture *f = *state;
    lb_error err;
    lb_explain_options options;
    lb_explain_defaults(&options);
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, 0, items, targets, f->methods,
                         METHODS, &options, collect, &f->other, NULL, &err));
}

typedef struct promises {
    const lb_method *method; /* whose */
    double expected_sum[IMAGES];
    size_t count;
} promises;

static lb_status
collect_promises(void *data, const lb_explanation *e, lb_error *err)
{
    promises *out = data;
    (void)err;
    for (size_t i = 0; e->method == out->method && i < e->count; i++) {
        out->expected_sum[out->count++] = e->diagnostics[i].expected_sum;
    }
    return LB_OK;
}

/* Blur-IG looks at whole images with what Integrated Gradients leave out of theirs. */
static void
a_path_leaves_nothing_behind(void **state)
{
    const fixture *f = *state;
    lb_error err;
    lb_explain_options options;
    const lb_method *methods[2];
    promises after = {0}, alone = {0};
    lb_explain_defaults(&options);
    options.steps = 5;
    options.batch = 4;
    assert_ok(lb_method_get(&methods[0], "integrated_gradients", &err));
    assert_ok(lb_method_get(&methods[1], "blur_ig", &err));
    after.method = alone.method = methods[1];
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, methods, 2,
                         &options, collect_promises, &after, NULL, &err));
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, methods + 1,
                         1, &options, collect_promises, &alone, NULL, &err));
    assert_int_equal(after.count, IMAGES);
    assert_int_equal(alone.count, IMAGES);
    for (size_t i = 0; i < IMAGES; i++) {
        assert_true(alone.expected_sum[i] != 0 && after.expected_sum[i] == alone.expected_sum[i]);
    }
}

enum { BACKGROUNDS = 41 }; /* more than fitting adds together, and no multiple of a batch */

/* Background image i is made of the images to explain. */
static lb_status
read_background(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const fixture *f = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        const float *a = f->images + index[i] % IMAGES * PIXELS;
        const float *b = f->images + index[i] * 7 % IMAGES * PIXELS;
        for (size_t p = 0; p < PIXELS; p++) {
            out[i * PIXELS + p] = a[p] * (1 - b[(p * index[i]) % PIXELS] / 2);
        }
    }
    return LB_OK;
}

typedef struct pattern_maps {
    float values[2][IMAGES * VALUES];
    const lb_method *first;
    size_t images[2];
} pattern_maps;

static lb_status
collect_patterns(void *data, const lb_explanation *e, lb_error *err)
{
    pattern_maps *out = data;
    size_t which = e->method == out->first ? 0 : 1;
    (void)err;
    memcpy(out->values[which] + out->images[which] * VALUES, e->attribution,
           e->count * VALUES * sizeof(float));
    out->images[which] += e->count;
    return LB_OK;
}

static void
explain_by_patterns(pattern_maps *out, fixture *f, int threads, size_t batch)
{
    lb_error err;
    lb_explain_options options;
    const lb_image_loader source = {.count = BACKGROUNDS,
                                    .channels = 1,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .data = f,
                                    .read = read_background};
    const lb_method *methods[2];
    lb_explain_defaults(&options);
    options.background = &source;
    options.batch = batch;
    memset(out, 0, sizeof *out);
    assert_ok(lb_method_get(&methods[0], "pattern_net", &err));
    assert_ok(lb_method_get(&methods[1], "pattern_attribution", &err));
    out->first = methods[0];
    omp_set_num_threads(threads);
    assert_ok(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, methods, 2,
                         &options, collect_patterns, out, NULL, &err));
}

/* Fitted on the same images, patterns are the same whoever sums and however images are batched. */
static void
patterns_are_the_same(void **state)
{
    fixture *f = *state;
    static const struct {
        int threads;
        size_t batch;
    } ways[] = {{2, 4}, {3, 4}, {1, 1}, {2, 3}};
    lb_error err;
    pattern_maps *standard = lb_alloc(1, sizeof *standard, &err);
    pattern_maps *other = lb_alloc(1, sizeof *other, &err);
    assert_true(standard != NULL && other != NULL);
    explain_by_patterns(standard, f, 1, 4);
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        assert_true(isfinite(standard->values[0][v]) && isfinite(standard->values[1][v]));
    }
    assert_true(standard->values[0][PIXELS / 2 + SIDE / 2] != 0);
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        explain_by_patterns(other, f, ways[w].threads, ways[w].batch);
        if (ways[w].batch == 4 || most_apart() == 0) {
            assert_memory_equal(other->values, standard->values, sizeof other->values);
        }
    }
    lb_free(other);
    lb_free(standard);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(a_path_leaves_nothing_behind),
        cmocka_unit_test(order_and_choice_of_methods_do_not_matter),
        cmocka_unit_test(batches_do_not_matter),
        cmocka_unit_test(memory_does_not_matter),
        cmocka_unit_test(patterns_are_the_same),
        cmocka_unit_test(no_images_are_no_work),
    };
    return cmocka_run_group_tests_name("explain_same", tests, set_up, tear_down);
}
