/* SPDX-License-Identifier: MIT */
/* Training against PyTorch: SGD with momentum, StepLR, no dropout, three epochs of three batches,
 * all degrees. Optional data. */
#include <stdio.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/npy.h"
#include "lesionbench/training.h"

#define WEIGHTS LB_SHARED "/golden/attribution/vgg16.safetensors"
#define IMAGES LB_SHARED "/golden/training/images.npy"
#define LABELS LB_SHARED "/golden/training/labels.npy"

enum { COUNT = 24, SIDE = 64, VALUES = 3 * SIDE * SIDE, EPOCHS = 3 };

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

/* Mean losses of the three epochs, from PyTorch 1.13's nine batch losses. */
static const struct {
    const char *degree;
    double loss[EPOCHS];
} expected[] = {
    {"1",
     {(0.7766338586807251 + 1.1333518028259277 + 0.8787350654602051) / 3,
      (0.6552739143371582 + 0.893498957157135 + 0.6819479465484619) / 3,
      (0.6627475619316101 + 0.6702035665512085 + 0.6520299315452576) / 3}},
    {"2",
     {(0.7766338586807251 + 1.19064199924469 + 0.9053040146827698) / 3,
      (0.7276231646537781 + 0.7474867105484009 + 0.6497313380241394) / 3,
      (0.6609752774238586 + 0.7004237174987793 + 0.6201474666595459) / 3}},
    {"3",
     {(0.7766338586807251 + 1.2273221015930176 + 0.8868298530578613) / 3,
      (0.7497594952583313 + 0.7242304682731628 + 0.6688398718833923) / 3,
      (0.6579882502555847 + 0.7072193622589111 + 0.6405941843986511) / 3}},
    {"4",
     {(0.7766338586807251 + 1.2163745164871216 + 0.8272055983543396) / 3,
      (0.7485946416854858 + 0.6903924942016602 + 0.6846095323562622) / 3,
      (0.6567015051841736 + 0.6876724362373352 + 0.6562511324882507) / 3}},
    {"all",
     {(0.7766338586807251 + 1.2111999988555908 + 0.8152464628219604) / 3,
      (0.7414395213127136 + 0.687428891658783 + 0.6841644048690796) / 3,
      (0.6640496253967285 + 0.6947052478790283 + 0.65736985206604) / 3}},
};

static void
losses(void **state)
{
    (void)state;
    skip_without(WEIGHTS);
    lb_error err;
    lb_array images, stored;
    uint8_t labels[COUNT];
    assert_ok(lb_npy_read(&images, IMAGES, &err));
    assert_ok(lb_npy_read(&stored, LABELS, &err));
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = ((const uint8_t *)stored.data)[i];
    }
    const lb_image_source source = {.count = COUNT,
                                    .channels = 3,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .labels = labels,
                                    .data = images.data,
                                    .read = read_images};
    for (size_t d = 0; d < sizeof expected / sizeof *expected; d++) {
        lb_network *network = NULL;
        lb_history history;
        lb_training_options options;
        lb_training_defaults(&options);
        assert_ok(lb_degree_parse(&options.degree, expected[d].degree, &err));
        options.batch = 8;
        options.epochs = EPOCHS;
        options.step_epochs = 2;
        options.dropout = 0;
        options.stop_change = 0;
        options.in_order = true;
        assert_ok(lb_network_load(&network, WEIGHTS, &err));
        assert_ok(lb_train(&history, network, &options, &source, &source, NULL, &err));
        assert_int_equal(history.count, EPOCHS);
        for (size_t e = 0; e < EPOCHS; e++) {
            assert_close(history.epochs[e].train_loss, expected[d].loss[e], 0, 1e-3);
        }
        lb_history_release(&history);
        lb_network_free(network);
    }
    lb_array_release(&images);
    lb_array_release(&stored);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(losses)};
    return cmocka_run_group_tests_name("training", tests, NULL, NULL);
}
