/* SPDX-License-Identifier: MIT */
/* Pre-training from weights that are there already. */
#include "torch_testing.h"

#include "lesionbench/atomic_file.h"
#include "lesionbench/pipeline.h"

enum { CLASSES = 1000, IMAGES = 12, PIXELS = 16, SIDE = 32 };

/* A VGG-11 of 1,000 classes as torch.save() wrote torchvision's. */
static lb_network *
write_torchvision(const char *path)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    test_tensor tensors[60];
    char keys[60][24];
    test_bytes bytes = {0};
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, CLASSES, &err));
    assert_ok(lb_network_create(&network, &architecture, 5, &err));
    size_t count = lb_network_parameters(network);
    for (size_t i = 0; i < count; i++) {
        const lb_parameter *parameter = lb_network_parameter(network, i);
        snprintf(keys[i], sizeof keys[i], "%zu", i);
        tensors[i] = test_tensor_of(parameter, parameter->name, keys[i]);
    }
    test_put_torch_legacy(&bytes, tensors, count);
    test_write_bytes(path, bytes.data, bytes.size);
    free(bytes.data);
    return network;
}

/* Images of two classes in IDX files. */
static void
write_pair(const char *images, const char *labels)
{
    uint8_t pixels[16 + IMAGES * PIXELS] = {0, 0, 8, 3, 0, 0, 0, IMAGES, 0, 0, 0, 4, 0, 0, 0, 4};
    uint8_t classes[8 + IMAGES] = {0, 0, 8, 1, 0, 0, 0, IMAGES};
    for (size_t i = 0; i < IMAGES; i++) {
        classes[8 + i] = (uint8_t)(i % 2);
        memset(pixels + 16 + i * PIXELS, i % 2 == 0 ? 10 : 200, PIXELS);
    }
    test_write_bytes(images, pixels, sizeof pixels);
    test_write_bytes(labels, classes, sizeof classes);
}

static lb_pretrain_job
job_from(const char *from, lb_task task)
{
    lb_pretrain_job job = {.corpus = "imagenet", .task = task, .from = from};
    lb_compose_defaults(&job.compose);
    lb_training_defaults(&job.training);
    job.compose.size = SIDE;
    job.training.epochs = 1;
    job.training.batch = 4;
    job.training.dropout = 0;
    job.training.learning_rate = 1e-6;
    return job;
}

/* Largest difference of the parameters before the last layer. */
static double
difference(lb_network *a, lb_network *b)
{
    double most = 0;
    for (size_t i = 0; i + 2 < lb_network_parameters(a); i++) {
        const lb_parameter *x = lb_network_parameter(a, i), *y = lb_network_parameter(b, i);
        assert_int_equal(x->count, y->count);
        for (size_t k = 0; k < x->count; k++) {
            double apart = (double)x->value[k] - (double)y->value[k];
            most = apart > most ? apart : (-apart > most ? -apart : most);
        }
    }
    return most;
}

/* All but the head goes on from the file, as a tiny learning rate shows; the head is new. */
static void
a_thousand_classes_become_two(void **state)
{
    lb_error err;
    lb_network *before = NULL, *after = NULL;
    char *from = test_path(state, "vgg11.pth"), *model = test_path(state, "m.safetensors");
    char *images = test_path(state, "images"), *labels = test_path(state, "labels");
    before = write_torchvision(from);
    write_pair(images, labels);
    lb_pretrain_job job = job_from(from, LB_TASK_CLASSES);
    job.images = images;
    job.labels = labels;
    assert_ok(lb_pretrain(&job, model, NULL, NULL, &err));
    assert_ok(lb_network_load(&after, model, &err));
    assert_int_equal(lb_network_architecture(after)->classes, 2);
    assert_string_equal(lb_network_metadata(after, "corpus"), "imagenet");
    assert_string_equal(lb_network_metadata(after, "source"), from);
    assert_string_equal(lb_network_metadata(after, "epochs"), "1");
    double moved = difference(before, after);
    assert_true(moved > 0 && moved < 1e-4);
    lb_network_free(after);
    job.training.learning_rate = 0.01;
    assert_ok(lb_pretrain(&job, model, NULL, NULL, &err));
    assert_ok(lb_network_load(&after, model, &err));
    assert_true(difference(before, after) > moved);
    lb_network_free(after);
    lb_network_free(before);
    lb_free(labels);
    lb_free(images);
    lb_free(model);
    lb_free(from);
}

/* As they are, the head of 1,000 classes with them. */
static void
weights_are_taken_as_they_are(void **state)
{
    lb_error err;
    lb_network *before = NULL, *after = NULL;
    char *from = test_path(state, "vgg11.pth"), *model = test_path(state, "m.safetensors");
    before = write_torchvision(from);
    const lb_pretrain_job job = job_from(from, LB_TASK_NONE);
    assert_ok(lb_pretrain(&job, model, NULL, NULL, &err));
    assert_ok(lb_network_load(&after, model, &err));
    assert_int_equal(lb_network_architecture(after)->classes, CLASSES);
    for (size_t i = 0; i < lb_network_parameters(before); i++) {
        const lb_parameter *parameter = lb_network_parameter(before, i);
        assert_memory_equal(lb_network_parameter(after, i)->value, parameter->value,
                            parameter->count * sizeof(float));
    }
    assert_string_equal(lb_network_metadata(after, "corpus"), "imagenet");
    assert_string_equal(lb_network_metadata(after, "degree"), "pretrained");
    assert_string_equal(lb_network_metadata(after, "source"), from);
    lb_network_free(after);
    lb_network_free(before);
    lb_free(model);
    lb_free(from);
}

/* The first epoch is as any; the second's learning rate is absurd. */
static void
kept_weights_stay_when_the_loss_explodes(void **state)
{
    lb_error err = {0};
    lb_network *kept = NULL;
    char *model = test_path(state, "m.safetensors"),
         *good = test_path(state, "m.safetensors.last_good");
    char *images = test_path(state, "images"), *labels = test_path(state, "labels");
    char *checkpoint = test_path(state, "m.safetensors.checkpoint");
    write_pair(images, labels);
    lb_pretrain_job job = job_from(NULL, LB_TASK_CLASSES);
    job.architecture = "vgg11";
    job.width = 1.0 / 16;
    job.images = images;
    job.labels = labels;
    job.training.epochs = 3;
    job.training.stop_change = 0;
    job.training.checkpoint_seconds = 0;
    job.training.schedule = LB_SCHEDULE_STEP;
    job.training.step_epochs = 1;
    job.training.step_factor = 1e15;
    assert_int_equal(lb_pretrain(&job, model, NULL, NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "epoch 2: the loss ");
    assert_message(&err, "; the weights of epoch 1 are in ");
    assert_message(&err, good);
    assert_false(test_exists(model));
    assert_false(test_exists(checkpoint));
    assert_ok(lb_network_load(&kept, good, &err));
    assert_string_equal(lb_network_metadata(kept, "kept_epoch"), "1");
    lb_network_free(kept);
    job.training.step_factor = 1;
    assert_ok(lb_pretrain(&job, model, NULL, NULL, &err));
    assert_true(test_exists(model));
    assert_false(test_exists(good));
    unlink(model);
    job.training.learning_rate = 1e15; /* at once: there is nothing to keep */
    assert_int_equal(lb_pretrain(&job, model, NULL, NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "epoch 1: the loss ");
    assert_false(test_exists(model));
    assert_false(test_exists(good));
    lb_free(checkpoint);
    lb_free(labels);
    lb_free(images);
    lb_free(good);
    lb_free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_thousand_classes_become_two, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(weights_are_taken_as_they_are, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(kept_weights_stay_when_the_loss_explodes, test_setup,
                                        test_teardown),
    };
    return cmocka_run_group_tests_name("pre-training", tests, NULL, NULL);
}
