/* SPDX-License-Identifier: MIT */
/* Attributions against maps computed in float64 by an independent program (tie-stable pooling), and
 * against the published network's logits. Optional data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/explain.h"
#include "lesionbench/npy.h"
#include "lesionbench/pass.h"
#include "lesionbench/training.h"

#define FOLDER LB_SHARED "/golden/attribution/"

enum { IMAGES = 2, SIDE = 64, VALUES = 3 * SIDE * SIDE };

typedef struct expected {
    const char *method;
    unsigned target;
    size_t calls;
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

static lb_status
compare(void *data, const lb_explanation *explanation, lb_error *err)
{
    expected *want = data;
    char path[512];
    lb_array golden;
    snprintf(path, sizeof path, FOLDER "%s_target%u.npy", want->method, want->target);
    if (lb_npy_read(&golden, path, err) != LB_OK) {
        return err->code;
    }
    assert_int_equal(lb_array_count(&golden), IMAGES * VALUES);
    assert_int_equal(golden.type, LB_F32);
    /* Deconvolution ignores the forward masks, so that rounding in the background, where whole
     * fields of activations are equal, weighs most: Captum itself is at 1.2e-2. */
    double limit = strcmp(want->method, "deconvolution") == 0 ? 1.5e-2 : 5e-3;
    double distance = relative_distance(explanation->attribution, golden.data, IMAGES * VALUES);
    print_message("%s, target %u: relative distance %.2e, completeness error %.2e\n", want->method,
                  want->target, distance, explanation->certificates[0].completeness_error);
    if (!(distance <= limit)) {
        fail_msg("%s: distance %g", want->method, distance);
    }
    lb_array_release(&golden);
    want->calls++;
    return LB_OK;
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
    size_t methods[16], count = lb_method_study_set(methods);
    const double alphas[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.alphas = alphas;
    options.batch = 4;
    assert_int_equal(count, 8);
    assert_ok(lb_method_find(&methods[count++], "deeplift_captum", &err));
    assert_ok(lb_network_load(&network, FOLDER "vgg16.safetensors", &err));
    assert_ok(lb_npy_read(&input, FOLDER "input.npy", &err));
    assert_int_equal(lb_array_count(&input), IMAGES * VALUES);
    for (unsigned target = 0; target < 2; target++) {
        const uint8_t targets[IMAGES] = {(uint8_t)target, (uint8_t)target};
        for (size_t m = 0; m < count; m++) {
            expected want = {.method = lb_method_name(methods[m]), .target = target};
            assert_ok(lb_explain(network, input.data, 3, SIDE, SIDE, IMAGES, items, targets,
                                 &methods[m], 1, &options, compare, &want, NULL, &err));
            assert_int_equal(want.calls, 1);
        }
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
    const uint8_t labels[IMAGES] = {0};
    assert_ok(lb_network_load(&network, FOLDER "vgg16.safetensors", &err));
    assert_ok(lb_npy_read(&input, FOLDER "input.npy", &err));
    assert_ok(lb_npy_read(&golden, FOLDER "logits.npy", &err));
    const lb_image_source source = {.count = IMAGES,
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
