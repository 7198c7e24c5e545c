/* SPDX-License-Identifier: MIT */
/* The weighted loss against PyTorch and rotations against SciPy (expected_augment.py); which images
 * a training sees. */
#include "testing.h"

#include <omp.h>
#include <string.h>

#include "expected_augment.h"
#include "nn/augment.h"
#include "nn/loss.h"

static void
loss_is_pytorchs(void **state)
{
    (void)state;
    float gradient[LOSS_COUNT * LOSS_CLASSES];
    lb_loss loss = lb_cross_entropy(gradient, LOSS_LOGITS, LOSS_LABELS, LOSS_WEIGHTS, LOSS_COUNT,
                                    LOSS_CLASSES);
    assert_close(loss.sum / loss.weight, LOSS, 0, 1e-6);
    for (size_t i = 0; i < LOSS_COUNT * LOSS_CLASSES; i++) {
        assert_close(gradient[i], LOSS_GRADIENT[i], 1e-7, 1e-6);
    }
}

static void
weights_of_classes(void **state)
{
    (void)state;
    lb_error err = {0};
    double weights[3] = {0};
    const int32_t labels[] = {0, 0, 0, 1, 0, 0};
    assert_ok(lb_class_weights(weights, "balanced", labels, 6, 3, &err));
    assert_close(weights[0], 6.0 / (3 * 5), 1e-15, 0);
    assert_close(weights[1], 6.0 / (3 * 1), 1e-15, 0);
    assert_close(weights[2], 1, 0, 0);
    assert_ok(lb_class_weights(weights, "1, 2.5,3e-1", NULL, 0, 3, &err));
    assert_close(weights[1], 2.5, 0, 0);
    assert_close(weights[2], 0.3, 1e-15, 0);
    const char *const wrong[] = {"",      "1,2",     "1,2,3,4", "1,2,x",
                                 "1,2,0", "1,2,nan", "1 2,3",   "1,,3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(lb_class_weights(weights, wrong[i], NULL, 0, 3, &err), LB_ERROR_ARGUMENT);
    }
}

static void
rotations_are_scipys(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof ROTATIONS / sizeof *ROTATIONS; r++) {
        size_t height = ROTATIONS[r].height, width = ROTATIONS[r].width;
        float image[400], out[400];
        double sum = 0, weighted = 0;
        for (size_t i = 0; i < height * width; i++) {
            size_t y = i / width, x = i % width;
            image[i] = (float)((y * 13 + x * 7 + y * x) % 101 + 1) / 101.0F;
        }
        lb_rotate(out, image, height, width, ROTATIONS[r].degrees);
        for (size_t i = 0; i < height * width; i++) {
            sum += (double)out[i];
            weighted += (double)out[i] * (double)(i * 37 % 101);
        }
        assert_close(sum, ROTATIONS[r].sum, 1e-5, 1e-6);
        assert_close(weighted, ROTATIONS[r].weighted, 1e-3, 1e-6);
        assert_close(out[5 * width + 6], ROTATIONS[r].element, 1e-6, 0);
    }
}

enum { COUNT = 64, SIDE = 8, CHANNELS = 3, SIZE = CHANNELS * SIDE * SIDE };

/* Ramps, told apart by their first value. */
static lb_status
read_ramps(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)data;
    (void)err;
    for (size_t i = 0; i < n * SIZE; i++) {
        out[i] = (float)(index[i / SIZE] + 1 + i % SIZE);
    }
    return LB_OK;
}

static const int32_t labels[COUNT] = {0};
static const lb_image_loader ramps = {.count = COUNT,
                                      .channels = CHANNELS,
                                      .height = SIDE,
                                      .width = SIDE,
                                      .labels = labels,
                                      .read = read_ramps};

/* All images of an epoch, read in pieces by so many threads. */
static void
read_epoch(float *out, const lb_training_options *options, size_t epoch, size_t piece, int threads)
{
    lb_error err;
    lb_augment augment;
    lb_image_loader images;
    size_t index[COUNT];
    omp_set_num_threads(threads);
    assert_ok(lb_augment_init(&augment, &images, &ramps, options, &err));
    assert_ok(images.begin_epoch(images.data, epoch, &err));
    for (size_t start = COUNT; start > 0; start -= piece) { /* in another order than their own */
        for (size_t i = 0; i < piece; i++) {
            index[i] = start - piece + i;
        }
        assert_ok(images.read(images.data, out + (start - piece) * SIZE, index, piece, &err));
    }
    lb_augment_release(&augment);
}

/* What an image becomes hangs on seed, epoch and image alone. */
static void
images_have_their_own_streams(void **state)
{
    (void)state;
    static float first[COUNT * SIZE], second[COUNT * SIZE];
    lb_training_options options;
    lb_training_defaults(&options);
    assert_false(lb_augment_is_on(&options));
    options.flip = true;
    options.rotation = 10;
    assert_true(lb_augment_is_on(&options));
    read_epoch(first, &options, 3, COUNT, 1);
    read_epoch(second, &options, 3, 4, 2);
    assert_memory_equal(first, second, sizeof first);
    read_epoch(second, &options, 4, COUNT, 1);
    assert_memory_not_equal(first, second, sizeof first);
    options.seed = 9;
    read_epoch(second, &options, 3, COUNT, 1);
    assert_memory_not_equal(first, second, sizeof first);
}

/* About half of them are mirrored, all channels of an image alike, and nothing else happens. */
static void
half_of_the_images_are_mirrored(void **state)
{
    (void)state;
    static float out[COUNT * SIZE];
    size_t mirrored = 0;
    lb_training_options options;
    lb_training_defaults(&options);
    options.flip = true;
    read_epoch(out, &options, 0, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++) {
        bool flipped = out[i * SIZE] != (float)(i + 1);
        mirrored += flipped;
        for (size_t k = 0; k < SIZE; k++) {
            size_t from = flipped ? k / SIDE * SIDE + SIDE - 1 - k % SIDE : k;
            assert_close(out[i * SIZE + k], (double)(i + 1 + from), 0, 0);
        }
    }
    assert_in_range(mirrored, COUNT / 4, 3 * COUNT / 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_is_pytorchs),
        cmocka_unit_test(weights_of_classes),
        cmocka_unit_test(rotations_are_scipys),
        cmocka_unit_test(images_have_their_own_streams),
        cmocka_unit_test(half_of_the_images_are_mirrored),
    };
    return cmocka_run_group_tests_name("augmentation", tests, NULL, NULL);
}
