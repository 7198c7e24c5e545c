/* SPDX-License-Identifier: MIT */
/* Training against PyTorch: SGD with momentum, StepLR, no dropout, three epochs of three batches,
 * all degrees, with each algorithm of convolution. Optional data. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/io_testing.h"

#include "expected_training.h"
#include "formula_network.h"

#include "lesionbench/npy.h"
#include "lesionbench/safetensors.h"
#include "lesionbench/training.h"

#define WEIGHTS LB_SHARED "/golden/attribution/vgg16.safetensors"
#define IMAGES LB_SHARED "/golden/training/images.npy"
#define LABELS LB_SHARED "/golden/training/labels.npy"

enum { COUNT = 24, SIDE = 64, VALUES = 3 * SIDE * SIDE, EPOCHS = 3, BATCHES = 3 };

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

/* PyTorch 1.13's losses of the nine batches. */
static const struct {
    const char *degree;
    double loss[EPOCHS * BATCHES];
} expected[] = {
    {"1",
     {0.7766338586807251, 1.1333518028259277, 0.8787350654602051, 0.6552739143371582,
      0.893498957157135, 0.6819479465484619, 0.6627475619316101, 0.6702035665512085,
      0.6520299315452576}},
    {"2",
     {0.7766338586807251, 1.19064199924469, 0.9053040146827698, 0.7276231646537781,
      0.7474867105484009, 0.6497313380241394, 0.6609752774238586, 0.7004237174987793,
      0.6201474666595459}},
    {"3",
     {0.7766338586807251, 1.2273221015930176, 0.8868298530578613, 0.7497594952583313,
      0.7242304682731628, 0.6688398718833923, 0.6579882502555847, 0.7072193622589111,
      0.6405941843986511}},
    {"4",
     {0.7766338586807251, 1.2163745164871216, 0.8272055983543396, 0.7485946416854858,
      0.6903924942016602, 0.6846095323562622, 0.6567015051841736, 0.6876724362373352,
      0.6562511324882507}},
    {"all",
     {0.7766338586807251, 1.2111999988555908, 0.8152464628219604, 0.7414395213127136,
      0.687428891658783, 0.6841644048690796, 0.6640496253967285, 0.6947052478790283,
      0.65736985206604}},
};

/* Relative L2 distance of the last epoch's weights, which the checkpoint has, from PyTorch's; what
 * is frozen, which it has not, must be in the network as it was, bit for bit. */
static double
weights_distance(lb_network *network, lb_network *before, const char *checkpoint,
                 const char *degree)
{
    lb_error err;
    lb_tensors *last = NULL;
    lb_network *theirs = NULL;
    char path[512], name[64];
    double distance = 0, length = 0;
    snprintf(path, sizeof path, LB_SHARED "/golden/training/after_degree_%s.safetensors", degree);
    assert_ok(lb_network_load(&theirs, path, &err));
    assert_ok(lb_tensors_open(&last, checkpoint, &err));
    for (size_t p = 0; p < lb_network_parameters(network); p++) {
        const lb_parameter *mine = lb_network_parameter(network, p);
        const float *golden = lb_network_parameter(theirs, p)->value, *values = mine->value;
        snprintf(name, sizeof name, "weights/%s", mine->name);
        const lb_tensor *tensor = lb_tensors_find(last, name);
        if (tensor == NULL) {
            size_t size = mine->count * sizeof *values;
            assert_memory_equal(values, lb_network_parameter(before, p)->value, size);
            assert_memory_equal(values, golden, size);
            continue;
        }
        for (size_t i = 0; i < mine->count; i++) {
            double difference = (double)((const float *)tensor->data)[i] - (double)golden[i];
            distance += difference * difference;
            length += (double)golden[i] * (double)golden[i];
        }
    }
    lb_tensors_close(last);
    lb_network_free(theirs);
    return sqrt(distance / length);
}

/* In order, without dropout or an early end, with a checkpoint of the last epoch. */
static lb_training_options
plain_options(const char *degree, size_t convolution, double *losses, const char *checkpoint)
{
    lb_error err;
    lb_training_options options;
    lb_training_defaults(&options);
    assert_ok(lb_degree_parse(&options.degree, degree, &err));
    options.dropout = 0;
    options.stop_change = 0;
    options.in_order = true;
    options.compute.convolution = convolution;
    options.batch_losses = losses;
    options.checkpoint = checkpoint;
    options.checkpoint_seconds = 0;
    return options;
}

static void
assert_degree(const lb_image_loader *source, size_t d, size_t convolution, const char *checkpoint)
{
    lb_error err;
    lb_network *network = NULL, *before = NULL;
    lb_history history;
    double losses[EPOCHS * BATCHES] = {0}, worst = 0;
    lb_training_options options =
        plain_options(expected[d].degree, convolution, losses, checkpoint);
    options.batch = COUNT / BATCHES;
    options.epochs = EPOCHS;
    options.step_epochs = 2;
    assert_ok(lb_network_load(&network, WEIGHTS, &err));
    assert_ok(lb_network_load(&before, WEIGHTS, &err));
    assert_ok(lb_train(&history, network, &options, source, source, NULL, &err));
    assert_int_equal(history.count, EPOCHS);
    for (size_t i = 0; i < EPOCHS * BATCHES; i++) {
        worst = fmax(worst, fabs(losses[i] / expected[d].loss[i] - 1));
    }
    double distance = weights_distance(network, before, checkpoint, expected[d].degree);
    printf("degree %s, %s: losses off by at most %.1e, weights by %.1e\n", expected[d].degree,
           lb_convolution_names[convolution], worst, distance);
    double most =
        convolution == LB_CONVOLUTION_DIRECT ? 1e-5 : 1e-3; /* rounding may flip a pooling */
    assert_true(worst < most);
    assert_true(distance < most);
    assert_int_equal(remove(checkpoint), 0);
    lb_history_release(&history);
    lb_network_free(before);
    lb_network_free(network);
}

static void
losses_and_weights(void **state)
{
    skip_without(WEIGHTS);
    lb_error err;
    lb_array images, stored;
    int32_t labels[COUNT];
    char *checkpoint = test_path(state, "checkpoint");
    assert_ok(lb_npy_read(&images, IMAGES, &err));
    assert_ok(lb_npy_read(&stored, LABELS, &err));
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = ((const uint8_t *)stored.data)[i];
    }
    const lb_image_loader source = {.count = COUNT,
                                    .channels = 3,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .labels = labels,
                                    .data = images.data,
                                    .read = read_images};
    for (size_t d = 0; d < sizeof expected / sizeof *expected; d++) {
        for (size_t c = 0; lb_convolution_names[c] != NULL; c++) {
            assert_degree(&source, d, c, checkpoint);
        }
    }
    lb_free(checkpoint);
    lb_array_release(&images);
    lb_array_release(&stored);
}

/* The same property without those files. */
static lb_status
read_formula(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)data;
    (void)err;
    for (size_t i = 0; i < n * VALUES; i++) {
        out[i] = (float)formula_value((uint32_t)(index[i / VALUES] * VALUES + i % VALUES), 99);
    }
    return LB_OK;
}

static void
assert_formula(size_t d, size_t convolution, const char *checkpoint)
{
    lb_error err;
    lb_network *network = formula_network(), *before = formula_network();
    lb_tensors *last = NULL;
    lb_history history;
    char name[64];
    double losses[FORMULA_LOSSES] = {0};
    static const int32_t labels[FORMULA_COUNT] = {0, 1, 0, 1, 0, 1, 0, 1};
    const lb_image_loader source = {.count = FORMULA_COUNT,
                                    .channels = 3,
                                    .height = FORMULA_SIDE,
                                    .width = FORMULA_SIDE,
                                    .labels = labels,
                                    .read = read_formula};
    lb_training_options options =
        plain_options(FORMULA_FIGURES[d].degree, convolution, losses, checkpoint);
    options.batch = FORMULA_BATCH;
    options.epochs = FORMULA_EPOCHS;
    options.learning_rate = 0.005;
    options.step_epochs = 1;
    assert_ok(lb_train(&history, network, &options, &source, &source, NULL, &err));
    for (size_t i = 0; i < FORMULA_LOSSES; i++) {
        assert_close(losses[i], FORMULA_FIGURES[d].losses[i], 0, 1e-3);
    }
    assert_ok(lb_tensors_open(&last, checkpoint, &err));
    for (size_t p = 0; p < FORMULA_PARAMETERS; p++) {
        const lb_parameter *parameter = lb_network_parameter(before, p);
        snprintf(name, sizeof name, "weights/%s", parameter->name);
        const lb_tensor *tensor = lb_tensors_find(last, name);
        double moved = 0;
        for (size_t i = 0; tensor != NULL && i < parameter->count; i++) {
            moved += pow((double)((const float *)tensor->data)[i] - (double)parameter->value[i], 2);
        }
        assert_close(sqrt(moved), FORMULA_FIGURES[d].moved[p], 0, 1e-3);
    }
    lb_tensors_close(last);
    assert_int_equal(remove(checkpoint), 0);
    lb_history_release(&history);
    lb_network_free(network);
    lb_network_free(before);
}

static void
formula_network_is_trained_alike(void **state)
{
    char *checkpoint = test_path(state, "checkpoint");
    assert_int_equal(VALUES, 3 * FORMULA_SIDE * FORMULA_SIDE);
    for (size_t d = 0; d < sizeof FORMULA_FIGURES / sizeof *FORMULA_FIGURES; d++) {
        for (size_t c = 0; lb_convolution_names[c] != NULL; c++) {
            assert_formula(d, c, checkpoint);
        }
    }
    lb_free(checkpoint);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(formula_network_is_trained_alike, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(losses_and_weights, test_setup, test_teardown)};
    return cmocka_run_group_tests_name("training", tests, NULL, NULL);
}
