/* SPDX-License-Identifier: MIT */
/* Training on permuted labels. */
#include <string.h>

#include "testing.h"

#include "lesionbench/random.h"
#include "nn/label_permutation.h"

enum { SIDE = 32, PIXELS = SIDE * SIDE, COUNT = 60 };

static lb_status
read_images(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)data;
    (void)err;
    for (size_t i = 0; i < n * PIXELS; i++) {
        out[i] = (float)((index[i / PIXELS] * 37 + i % PIXELS) % 101) / 101;
    }
    return LB_OK;
}

static size_t epochs_begun;

/* Labels of the next epoch: each image's number and the epoch's, modulo 3. */
static lb_status
begin_epoch(void *data, size_t epoch, lb_error *err)
{
    (void)err;
    int32_t *labels = data;
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (int32_t)((i + epoch) % 3);
    }
    epochs_begun++;
    return LB_OK;
}

static lb_image_loader
source_of(const int32_t *labels)
{
    return (lb_image_loader){.count = COUNT,
                             .channels = 1,
                             .height = SIDE,
                             .width = SIDE,
                             .labels = labels,
                             .read = read_images};
}

/* 10 of class 0, 50 of class 1, in this order. */
static void
fill(int32_t *labels)
{
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = i >= 10;
    }
}

static size_t
moved(const int32_t *a, const int32_t *b)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        count += a[i] != b[i];
    }
    return count;
}

static void
counts_stay(void **state)
{
    (void)state;
    lb_error err;
    int32_t labels[COUNT], kept[COUNT];
    size_t classes[2] = {0};
    lb_label_permutation permute, again, other;
    lb_image_loader images, images_again, images_other;
    fill(labels);
    fill(kept);
    const lb_image_loader from = source_of(labels);
    assert_ok(lb_label_permutation_init(&permute, &images, &from, 4, &err));
    assert_ok(lb_label_permutation_init(&again, &images_again, &from, 4, &err));
    assert_ok(lb_label_permutation_init(&other, &images_other, &from, 5, &err));
    for (size_t i = 0; i < COUNT; i++) {
        assert_in_range(images.labels[i], 0, 1);
        classes[images.labels[i]]++;
    }
    assert_int_equal(classes[0], 10);
    assert_int_equal(classes[1], 50);
    assert_int_equal(moved(labels, kept), 0);
    assert_true(moved(images.labels, labels) > 4);
    assert_int_equal(moved(images.labels, images_again.labels), 0);
    assert_true(moved(images.labels, images_other.labels) > 0);
    assert_null(images.begin_epoch);
    lb_label_permutation_release(&other);
    lb_label_permutation_release(&again);
    lb_label_permutation_release(&permute);
}

static void
labels_of_an_epoch_are_permuted_alike(void **state)
{
    (void)state;
    lb_error err;
    int32_t labels[COUNT];
    lb_label_permutation permute;
    lb_image_loader images, from = source_of(labels);
    from.data = labels;
    from.begin_epoch = begin_epoch;
    assert_ok(begin_epoch(labels, 0, &err));
    assert_ok(lb_label_permutation_init(&permute, &images, &from, 4, &err));
    epochs_begun = 0;
    assert_ok(images.begin_epoch(images.data, 2, &err));
    assert_int_equal(epochs_begun, 1);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(images.labels[i], labels[permute.place[i]]);
    }
    lb_label_permutation_release(&permute);
}

static lb_history
train(bool permute, const lb_image_loader *images, const lb_image_loader *validation)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    lb_history history;
    lb_training_options options;
    lb_training_defaults(&options);
    options.epochs = 2;
    options.stop_change = 0;
    options.seed = 4;
    options.permute_labels = permute;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 3, &err));
    assert_ok(lb_train(&history, network, &options, images, validation, NULL, &err));
    lb_network_free(network);
    return history;
}

/* Training with the option is training on the permuted labels, validated with the true ones. */
static void
only_training_labels_are_permuted(void **state)
{
    (void)state;
    lb_error err;
    int32_t labels[COUNT];
    lb_label_permutation permute;
    lb_image_loader images;
    fill(labels);
    const lb_image_loader from = source_of(labels);
    assert_ok(lb_label_permutation_init(&permute, &images, &from, 4, &err));
    lb_history plain = train(false, &from, &from), asked = train(true, &from, &from);
    lb_history by_hand = train(false, &images, &from);
    for (size_t e = 0; e < 2; e++) {
        const lb_epoch *a = &asked.epochs[e], *b = &by_hand.epochs[e];
        assert_memory_equal(&a->train_loss, &b->train_loss, sizeof a->train_loss);
        assert_memory_equal(&a->validation_loss, &b->validation_loss, sizeof a->validation_loss);
    }
    assert_true(plain.epochs[0].train_loss != asked.epochs[0].train_loss);
    lb_history_release(&by_hand);
    lb_history_release(&asked);
    lb_history_release(&plain);
    lb_label_permutation_release(&permute);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_stay),
        cmocka_unit_test(labels_of_an_epoch_are_permuted_alike),
        cmocka_unit_test(only_training_labels_are_permuted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
