/* SPDX-License-Identifier: MIT */
/* Attributions against maps computed in float64 by an independent program (tie-stable pooling), and
 * against the published network's logits. Optional data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/executor.h"
#include "lesionbench/method.h"
#include "lesionbench/npy.h"
#include "lesionbench/training.h"

#define FOLDER LB_SHARED "/golden/attribution/"

enum { IMAGES = 2, SIDE = 64, VALUES = 3 * SIDE * SIDE };

typedef struct expected {
    const char *method;
    unsigned target;
    size_t convolution;
    double limit;
    size_t images;
} expected;

static double
relative_distance(const float *a, const float *b, size_t n)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return sqrt(difference / size);
}

/* The grey image of an attribution (3, H, W). */
static void
reduce(float *map, const float *attribution)
{
    enum { PIXELS = SIDE * SIDE };
    for (size_t p = 0; p < PIXELS; p++) {
        map[p] = 0.2989f * fabsf(attribution[p]) + 0.5870f * fabsf(attribution[PIXELS + p]) +
                 0.1140f * fabsf(attribution[2 * PIXELS + p]);
    }
}

static int
descending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

/* The share of the p brightest pixels that two maps have in common. */
static double
overlap(const float *map, const float *golden, size_t p)
{
    enum { PIXELS = SIDE * SIDE };
    float sorted[2][PIXELS];
    size_t both = 0;
    memcpy(sorted[0], map, sizeof sorted[0]);
    memcpy(sorted[1], golden, sizeof sorted[1]);
    qsort(sorted[0], PIXELS, sizeof(float), descending);
    qsort(sorted[1], PIXELS, sizeof(float), descending);
    for (size_t i = 0; i < PIXELS; i++) {
        both += map[i] >= sorted[0][p - 1] && golden[i] >= sorted[1][p - 1];
    }
    return (double)both / (double)p;
}

static lb_status
compare(void *data, const lb_explanation *explanation, lb_error *err)
{
    enum { PIXELS = SIDE * SIDE, P = PIXELS / 28 };
    expected *want = data;
    char path[512];
    lb_array golden;
    float map[PIXELS];
    snprintf(path, sizeof path, FOLDER "%s_target%u.npy", want->method, want->target);
    if (lb_npy_read(&golden, path, err) != LB_OK) {
        return err->code;
    }
    assert_int_equal(lb_array_count(&golden), IMAGES * VALUES);
    assert_int_equal(golden.type, LB_F32);
    for (size_t i = 0; i < explanation->count; i++) {
        const float *truth = (const float *)golden.data + explanation->items[i] * VALUES;
        double distance = relative_distance(explanation->attribution + i * VALUES, truth, VALUES);
        reduce(map, truth);
        double shared = overlap(explanation->map + i * PIXELS, map, P);
        print_message("%s, %s, target %u, image %zu: distance %.2e, overlap %.3f\n", want->method,
                      lb_convolution_names[want->convolution], want->target, i, distance, shared);
        if (!(distance <= want->limit) || !(shared >= 0.99)) {
            fail_msg("%s: distance %g, overlap %g", want->method, distance, shared);
        }
        double error = explanation->diagnostics[i].completeness_error;
        if (strcmp(want->method, "deeplift") == 0 && !(error <= 1e-4)) {
            fail_msg("%s: the sum is off by %g", want->method, error);
        }
        want->images++;
    }
    lb_array_release(&golden);
    return LB_OK;
}

/* Points of a path are computed in float32, where an algorithm's rounding turns a decision here and
 * there; all else is decided in double. */
static double
limit_of(const char *method, size_t convolution)
{
    bool path = strcmp(method, "integrated_gradients") == 0;
    return path && convolution == LB_CONVOLUTION_FASTEST ? 5e-3 : 1e-5;
}

static void
eight_methods_and_captums_deeplift(void **state)
{
    (void)state;
    skip_without(FOLDER "vgg16.safetensors");
    lb_error err;
    lb_network *network = NULL;
    lb_array input;
    const size_t items[IMAGES] = {0, 1};
    const lb_method *methods[16];
    size_t count = lb_method_study_set(methods);
    const double alphas[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.alphas = alphas;
    options.batch = 4;
    assert_int_equal(count, 8);
    assert_ok(lb_method_get(&methods[count++], "deeplift_captum", &err));
    assert_ok(lb_network_load(&network, FOLDER "vgg16.safetensors", &err));
    assert_ok(lb_npy_read(&input, FOLDER "input.npy", &err));
    assert_int_equal(lb_array_count(&input), IMAGES * VALUES);
    for (size_t m = 0; m < 2 * 2 * count; m++) {
        unsigned target = (unsigned)(m % 2);
        const int32_t targets[IMAGES] = {(int32_t)target, (int32_t)target};
        const lb_method *method = methods[m / 4];
        options.compute.convolution = m / 2 % 2;
        expected want = {.method = method->name,
                         .target = target,
                         .convolution = options.compute.convolution,
                         .limit = limit_of(method->name, options.compute.convolution)};
        assert_ok(lb_explain(network, input.data, 3, SIDE, SIDE, IMAGES, items, targets, &method, 1,
                             &options, compare, &want, NULL, &err));
        assert_int_equal(want.images, IMAGES);
    }
    lb_array_release(&input);
    lb_network_free(network);
}

static lb_status
read_images(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const float *images = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * VALUES, images + index[i] * VALUES, VALUES * sizeof *out);
    }
    return LB_OK;
}

static void
logits(void **state)
{
    (void)state;
    skip_without(FOLDER "logits.npy");
    lb_error err;
    lb_network *network = NULL;
    lb_array input, golden;
    float out[IMAGES * 2];
    const int32_t labels[IMAGES] = {0};
    assert_ok(lb_network_load(&network, FOLDER "vgg16.safetensors", &err));
    assert_ok(lb_npy_read(&input, FOLDER "input.npy", &err));
    assert_ok(lb_npy_read(&golden, FOLDER "logits.npy", &err));
    const lb_image_loader source = {.count = IMAGES,
                                    .channels = 3,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .labels = labels,
                                    .data = input.data,
                                    .read = read_images};
    assert_ok(lb_predict(out, network, &source, NULL, NULL, &err));
    assert_int_equal(lb_array_count(&golden), IMAGES * 2);
    for (size_t i = 0; i < IMAGES * 2; i++) {
        double want = golden.type == LB_F64 ? ((const double *)golden.data)[i]
                                            : (double)((const float *)golden.data)[i];
        assert_close(out[i], want, 1e-4, 0);
    }
    lb_array_release(&input);
    lb_array_release(&golden);
    lb_network_free(network);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(logits),
                                       cmocka_unit_test(eight_methods_and_captums_deeplift)};
    return cmocka_run_group_tests_name("attribution", tests, NULL, NULL);
}
