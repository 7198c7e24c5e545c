/* SPDX-License-Identifier: MIT */
/* Gradients against finite differences, checkpoints, frozen blocks. */
#include <math.h>
#include <string.h>

#include "io_testing.h"

#include <linux/magic.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#include "lesionbench/executor.h"
#include "lesionbench/random.h"
#include "lesionbench/safetensors.h"
#include "lesionbench/training.h"
#include "nn/batch_loader.h"
#include "nn/dropout.h"
#include "nn/executor.h"
#include "nn/loss.h"

enum { SIDE = 40, PIXELS = SIDE * SIDE, COUNT = 12 };

static const int32_t labels[COUNT] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};

/* Noise, with a bright corner for class 1. */
static lb_status
read_images(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        lb_random random;
        lb_random_init(&random, 1, LB_PURPOSE_TEST, index[i]);
        for (size_t p = 0; p < PIXELS; p++) {
            double bright = labels[index[i]] == 1 && p % SIDE < 10 ? 0.7 : 0.0;
            out[i * PIXELS + p] = (float)(0.3 * lb_random_uniform(&random) + bright);
        }
    }
    return LB_OK;
}

static const lb_image_loader source = {.count = COUNT,
                                       .channels = 1,
                                       .height = SIDE,
                                       .width = SIDE,
                                       .labels = labels,
                                       .read = read_images};

static lb_network *
small_network(const char *name, double width)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    assert_ok(lb_architecture_init(&architecture, name, width, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 3, &err));
    /* torchvision's small dense weights give logits of almost 0: enlarge them. */
    for (size_t i = 0; i < lb_network_parameters(network); i++) {
        lb_parameter *parameter = lb_network_parameter(network, i);
        for (size_t k = 0; parameter->rank == 2 && k < parameter->count; k++) {
            parameter->value[k] *= 15.0f;
        }
    }
    return network;
}

enum { BATCH = 3 };

static const lb_executor_options plan = {
    .batch = BATCH, .height = SIDE, .width = SIDE, .purpose = LB_EXECUTOR_TRAIN};
static const lb_executor_options explain_plan = {
    .batch = BATCH, .height = SIDE, .width = SIDE, .purpose = LB_EXECUTOR_EXPLAIN};
static const lb_executor_switches f32 = {.f32_forward = true};

static void
fill_input(lb_executor *executor)
{
    lb_random random;
    lb_random_init(&random, 9, LB_PURPOSE_TEST, 0);
    for (size_t i = 0; i < BATCH * lb_executor_view_of(executor).input_size; i++) {
        lb_executor_view_of(executor).input[i] = (float)lb_random_uniform(&random);
    }
}

static double
loss_of(lb_executor *executor)
{
    lb_error err;
    assert_ok(lb_executor_refresh(executor, &err));
    assert_ok(lb_executor_forward(executor, &err));
    return lb_cross_entropy(NULL, lb_executor_view_of(executor).logits, labels, NULL, BATCH, 2)
               .sum /
           BATCH;
}

/* The derivative along the gradient, analytic against central differences. dropout: its rate; the
 * factors stay as they are drawn once. */
static void
assert_parameter_gradients(double dropout, double tolerance)
{
    lb_error err;
    const char *names[] = {"vgg11", "vgg13", "vgg16", "vgg19"};
    for (size_t a = 0; a < 4; a++) {
        lb_network *network = small_network(names[a], 1.0 / 16);
        lb_executor *executor = NULL;
        lb_dropout dropped = {0};
        float seeds[BATCH * 2];
        assert_ok(lb_executor_create(&executor, network, &plan, &err));
        fill_input(executor);
        if (dropout > 0) {
            assert_ok(lb_dropout_init(&dropped, executor, dropout, &err));
            lb_dropout_draw(&dropped, executor, 4, 0);
        }
        assert_ok(lb_executor_forward(executor, &err));
        lb_cross_entropy(seeds, lb_executor_view_of(executor).logits, labels, NULL, BATCH, 2);
        assert_ok(lb_executor_backward_parameters(executor, seeds, &err));
        for (size_t p = 0; p < lb_network_parameters(network); p++) {
            lb_parameter *parameter = lb_network_parameter(network, p);
            const float *gradient = executor->parameter_gradient[p];
            /* Along the gradient itself: the steepest, least noisy direction. */
            double length = 0;
            for (size_t k = 0; k < parameter->count; k++) {
                length += (double)gradient[k] * (double)gradient[k];
            }
            length = sqrt(length);
            assert_true(length > 0);
            const double step = 2e-4;
            for (size_t k = 0; k < parameter->count; k++) {
                parameter->value[k] += (float)(step / length * (double)gradient[k]);
            }
            double above = loss_of(executor);
            for (size_t k = 0; k < parameter->count; k++) {
                parameter->value[k] -= (float)(2 * step / length * (double)gradient[k]);
            }
            double below = loss_of(executor);
            for (size_t k = 0; k < parameter->count; k++) {
                parameter->value[k] += (float)(step / length * (double)gradient[k]);
            }
            assert_close((above - below) / (2 * step), length, 1e-4, tolerance);
        }
        lb_dropout_release(&dropped);
        lb_executor_free(executor);
        lb_network_free(network);
    }
}

static void
parameter_gradients(void **state)
{
    (void)state;
    assert_parameter_gradients(0, 0.03);
}

static void
parameter_gradients_with_dropout(void **state)
{
    (void)state;
    assert_parameter_gradients(0.3, 0.1); /* larger steps at the ReLUs meet more kinks */
}

static void
input_gradient(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = small_network("vgg13", 1.0 / 8);
    lb_executor *executor = NULL;
    float seeds[BATCH * 2] = {1, 0, 0, 1, 1, 0}, *first = NULL;
    static float gradient[BATCH * 3 * PIXELS];
    assert_ok(lb_executor_create_with(&executor, network, &explain_plan, &f32, &err));
    size_t size = lb_executor_view_of(executor).input_size;
    fill_input(executor);
    assert_ok(lb_executor_forward(executor, &err));
    assert_ok(lb_executor_backward(&first, executor, LB_RULE_GRADIENT, NULL, seeds, &err));
    assert_ok(lb_executor_to_input(gradient, executor, LB_RULE_GRADIENT, first, &err));
    for (size_t i = 0; i < BATCH; i++) {
        const float *g = gradient + i * size;
        double length = 0, ends[2];
        for (size_t k = 0; k < size; k++) {
            length += (double)g[k] * (double)g[k];
        }
        length = sqrt(length);
        assert_true(length > 0);
        const double step = 1e-3;
        for (int side = 0; side < 2; side++) {
            fill_input(executor);
            for (size_t k = 0; k < size; k++) {
                lb_executor_view_of(executor).input[i * size + k] +=
                    (float)((side == 0 ? step : -step) / length * (double)g[k]);
            }
            assert_ok(lb_executor_forward(executor, &err));
            ends[side] =
                (double)lb_executor_view_of(executor).logits[i * 2 + (seeds[i * 2] > 0 ? 0 : 1)];
        }
        assert_close((ends[0] - ends[1]) / (2 * step), length, 1e-4, 0.03);
    }
    lb_executor_free(executor);
    lb_network_free(network);
}

static lb_training_options
quick_options(void)
{
    lb_training_options options;
    lb_training_defaults(&options);
    options.optimizer = LB_ADAM;
    options.learning_rate = 1e-3;
    options.batch = 5;
    options.epochs = 8;
    options.step_epochs = 0;
    options.stop_change = 0;
    options.dropout = 0.1;
    return options;
}

static void
learns_and_repeats(void **state)
{
    (void)state;
    lb_error err;
    lb_network *networks[2];
    for (size_t i = 0; i < 2; i++) {
        lb_training_options options = quick_options();
        lb_history history;
        networks[i] = small_network("vgg11", 1.0 / 8);
        assert_ok(lb_train(&history, networks[i], &options, &source, &source, NULL, &err));
        assert_true(history.epochs[history.kept].validation_accuracy > 0.9);
        assert_true(history.epochs[history.kept].validation_loss <
                    0.7 * history.epochs[0].train_loss);
        lb_history_release(&history);
    }
    for (size_t p = 0; p < lb_network_parameters(networks[0]); p++) {
        const lb_parameter *a = lb_network_parameter(networks[0], p);
        const lb_parameter *b = lb_network_parameter(networks[1], p);
        assert_memory_equal(a->value, b->value, a->count * sizeof(float));
    }
    lb_network_free(networks[0]);
    lb_network_free(networks[1]);
}

/* Stops a training in the middle of its fourth epoch. */
static volatile sig_atomic_t stopped;

static void
stop_in_epoch_four(void *data, const char *what, size_t done, size_t total)
{
    (void)data;
    (void)what;
    (void)total;
    stopped = stopped || done > 3 * (2 * COUNT); /* with its images of validation */
}

static void
train_with_checkpoint(lb_network *network, const char *path, lb_optimizer_kind kind, double target,
                      const lb_context *context, lb_status expected)
{
    lb_error err;
    lb_history history = {0};
    lb_training_options options = quick_options();
    options.optimizer = kind;
    options.degree = LB_DEGREE_2;
    options.momentum = 0.9;
    options.epochs = 6;
    options.target_accuracy = target;
    options.checkpoint = path;
    options.checkpoint_seconds = 0;
    assert_int_equal(lb_train(&history, network, &options, &source, &source, context, &err),
                     expected);
    assert_int_equal(history.count, expected == LB_OK ? 6 : 0);
    lb_history_release(&history);
}

/* Weights, moments, dropout's stream and the choice of the kept epoch all go on. No epoch is as bad
 * as the target of the third round. */
static void
goes_on_to_the_same_bits(void **state)
{
    char *path = test_path(state, "checkpoint");
    const lb_optimizer_kind kinds[] = {LB_SGD, LB_ADAM, LB_ADAM};
    const double targets[] = {0, 0, 0.1};
    for (size_t k = 0; k < 3; k++) {
        lb_network *whole = small_network("vgg11", 1.0 / 16);
        lb_network *first = small_network("vgg11", 1.0 / 16);
        lb_network *second = small_network("vgg11", 1.0 / 16);
        const lb_context context = {.progress = stop_in_epoch_four, .cancelled = &stopped};
        train_with_checkpoint(whole, NULL, kinds[k], targets[k], NULL, LB_OK);
        stopped = 0;
        train_with_checkpoint(first, path, kinds[k], targets[k], &context, LB_ERROR_INTERRUPTED);
        stopped = 0;
        train_with_checkpoint(second, path, kinds[k], targets[k], NULL, LB_OK);
        for (size_t p = 0; p < lb_network_parameters(whole); p++) {
            const lb_parameter *a = lb_network_parameter(whole, p);
            const lb_parameter *b = lb_network_parameter(second, p);
            assert_memory_equal(a->value, b->value, a->count * sizeof(float));
        }
        lb_network_free(second);
        lb_network_free(first);
        lb_network_free(whole);
    }
    lb_free(path);
}

/* A checkpoint of another training is no place to go on from; a damaged one is an error. */
static void
other_checkpoints_are_left(void **state)
{
    lb_error err;
    lb_history history = {0};
    char *path = test_path(state, "checkpoint");
    lb_network *a = small_network("vgg11", 1.0 / 16), *b = small_network("vgg11", 1.0 / 16);
    lb_network *c = small_network("vgg11", 1.0 / 16);
    train_with_checkpoint(a, path, LB_ADAM, 0, NULL, LB_OK);
    train_with_checkpoint(c, path, LB_ADAM, 0.1, NULL, LB_OK); /* nor the best of them */
    train_with_checkpoint(b, path, LB_SGD, 0, NULL, LB_OK);    /* not six epochs of Adam's */
    const lb_parameter *last = lb_network_parameter(a, 21);
    size_t size = last->count * sizeof(float);
    assert_memory_not_equal(last->value, lb_network_parameter(b, 21)->value, size);
    assert_memory_not_equal(last->value, lb_network_parameter(c, 21)->value, size);
    assert_int_equal(truncate(path, 1000), 0);
    lb_training_options options = quick_options();
    options.checkpoint = path;
    assert_int_equal(lb_train(&history, b, &options, &source, &source, NULL, &err),
                     LB_ERROR_FORMAT);
    assert_message(&err, "remove it to begin the training anew");
    lb_network_free(a);
    lb_network_free(b);
    lb_network_free(c);
    lb_free(path);
}

/* Frozen blocks keep every bit; trained ones change. Degree 1 trains block 5 and the classifier.
 * With first_too the deepest trained block's first convolution is frozen as well, but for degree
 * all. */
static void
assert_frozen(bool first_too)
{
    lb_error err;
    for (int degree = LB_DEGREE_1; degree <= LB_DEGREE_ALL; degree++) {
        lb_network *network = small_network("vgg11", 1.0 / 16), *before = NULL;
        lb_training_options options = quick_options();
        lb_history history;
        options.degree = (lb_degree)degree;
        options.epochs = 1;
        options.freeze_first = first_too;
        assert_ok(lb_network_copy(&before, network, &err));
        assert_ok(lb_train(&history, network, &options, &source, &source, NULL, &err));
        size_t frozen = 0;
        for (size_t b = 0; b < (size_t)(LB_DEGREE_ALL - degree); b++) {
            frozen += 2 * lb_architecture_block(lb_network_architecture(network), b);
        }
        frozen += first_too && degree != LB_DEGREE_ALL ? 2 : 0;
        for (size_t p = 0; p < lb_network_parameters(network); p++) {
            const lb_parameter *a = lb_network_parameter(before, p);
            const lb_parameter *b = lb_network_parameter(network, p);
            bool same = memcmp(a->value, b->value, a->count * sizeof(float)) == 0;
            assert_int_equal(same, p < frozen);
        }
        lb_history_release(&history);
        lb_network_free(network);
        lb_network_free(before);
    }
}

static void
assert_finite(lb_network *network)
{
    for (size_t p = 0; p < lb_network_parameters(network); p++) {
        const lb_parameter *parameter = lb_network_parameter(network, p);
        assert_int_equal(lb_first_not_finite(parameter->value, parameter->count), parameter->count);
    }
}

static void
infinite_loss_is_an_error(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = small_network("vgg11", 1.0 / 16);
    lb_training_options options = quick_options();
    lb_history history = {0};
    options.optimizer = LB_SGD;
    options.learning_rate = 1e12;
    assert_int_equal(lb_train(&history, network, &options, &source, &source, NULL, &err),
                     LB_ERROR_NUMERIC);
    assert_int_equal(history.count, 0);
    lb_history_release(&history);
    assert_non_null(strstr(err.message, "not finite"));
    assert_finite(network);
    lb_network_free(network);
}

/* ReLU hides a weight that is not a number: the loss stays finite. */
static void
weights_that_are_not_finite_are_an_error(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = small_network("vgg11", 1.0 / 16);
    lb_training_options options = quick_options();
    lb_history history = {0};
    options.learning_rate = 1e-9;
    lb_network_parameter(network, 0)->value[0] = NAN;
    assert_int_equal(lb_train(&history, network, &options, &source, &source, NULL, &err),
                     LB_ERROR_NUMERIC);
    assert_non_null(strstr(err.message, "the weights of features.0.weight are not finite"));
    assert_int_equal(history.count, 0);
    lb_history_release(&history);
    lb_network_free(network);
}

/* A loss that is finite, but so large on average that nothing is learnt any more. */
static void
growing_loss_is_an_error(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = small_network("vgg11", 1.0 / 16);
    lb_training_options options = quick_options();
    lb_history history = {0};
    options.epochs = 1;
    options.learning_rate = 1e-9; /* so that it stays as it is made: logits of some thousands */
    lb_parameter *head = lb_network_parameter(network, lb_network_parameters(network) - 1);
    head->value[0] = 5000;
    assert_int_equal(lb_train(&history, network, &options, &source, &source, NULL, &err),
                     LB_ERROR_NUMERIC);
    assert_non_null(strstr(err.message, "the loss grows without bound, to 2"));
    lb_history_release(&history);
    head->value[0] = 500;
    assert_ok(lb_train(&history, network, &options, &source, &source, NULL, &err));
    lb_history_release(&history);
    lb_network_free(network);
}

/* One of 16 channels, of half the side: whole blocks on any machine. */
enum { FEATURE_BYTES = 16 * (SIDE / 2) * (SIDE / 2) * (int)sizeof(float) };

/* Keeps the features of so many images in a temporary file in the folder, NULL: where TMPDIR is not
 * set. Cancelled, so that none is computed. */
static lb_status
keep_features(const char *folder, size_t count, lb_error *err)
{
    const sig_atomic_t cancelled = 1;
    const lb_context context = {.cancelled = &cancelled};
    lb_batch_loader feeder;
    const lb_compute compute = {0};
    lb_image_loader many = source;
    many.count = count;
    lb_network *network = small_network("vgg11", 1.0 / 4);
    const char *usual = getenv("TMPDIR");
    char *kept = usual != NULL ? lb_strdup(usual, err) : NULL;
    if (folder == NULL) {
        unsetenv("TMPDIR");
    } else {
        setenv("TMPDIR", folder, 1);
    }
    lb_status status = lb_batch_loader_init(&feeder, network, &many, 1, 2, &compute, &context, err);
    if (kept != NULL) {
        setenv("TMPDIR", kept, 1);
    } else {
        unsetenv("TMPDIR");
    }
    lb_free(kept);
    lb_network_free(network);
    return status;
}

static void
features_that_do_not_fit_are_an_error(void **state)
{
    (void)state;
    lb_error err;
    const size_t count = ((size_t)700 << 20) / FEATURE_BYTES;
    assert_int_equal(keep_features("/nonexistent", count, &err), LB_ERROR_IO);
    assert_message(&err, "cannot make a temporary file of 700 MB for features in /nonexistent: "
                         "No such file or directory (set TMPDIR)");
    struct rlimit usual, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    limit = usual;
    limit.rlim_cur = 1 << 20;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    lb_status status = keep_features(NULL, count, &err);
    setrlimit(RLIMIT_FSIZE, &usual);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, LB_ERROR_IO);
    assert_message(&err, "features in /tmp: File too large (set TMPDIR)");
}

/* A file system in memory tells at once that it is too small, but would let a sparse file grow. */
static void
features_are_not_kept_in_a_sparse_file(void **state)
{
    (void)state;
    lb_error err;
    struct statfs shared;
    if (statfs("/dev/shm", &shared) != 0 || shared.f_type != TMPFS_MAGIC || shared.f_blocks == 0) {
        print_message("skipped: /dev/shm is not a file system in memory\n");
        skip();
    }
    size_t bytes = 2 * (size_t)shared.f_blocks * (size_t)shared.f_bsize + ((size_t)700 << 20);
    assert_int_equal(keep_features("/dev/shm", bytes / FEATURE_BYTES, &err), LB_ERROR_IO);
    assert_message(&err, "features in /dev/shm: No space left on device (set TMPDIR)");
}

static void
degrees_freeze_blocks(void **state)
{
    (void)state;
    assert_frozen(false);
}

static void
the_quirk_freezes_one_convolution_more(void **state)
{
    (void)state;
    assert_frozen(true);
}

/* The same for the same seed; no dropout is plain prediction. */
static void
dropout_at_inference_is_a_stream(void **state)
{
    (void)state;
    lb_error err;
    float logits[4][2 * COUNT];
    lb_network *network = small_network("vgg11", 1.0 / 16);
    assert_ok(lb_predict(logits[0], network, &source, NULL, NULL, &err));
    lb_predict_options options = {.seed = 7};
    assert_ok(lb_predict(logits[1], network, &source, &options, NULL, &err));
    options.dropout = 0.5;
    assert_ok(lb_predict(logits[2], network, &source, &options, NULL, &err));
    assert_ok(lb_predict(logits[3], network, &source, &options, NULL, &err));
    assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
    assert_memory_not_equal(logits[0], logits[2], sizeof logits[0]);
    assert_memory_equal(logits[2], logits[3], sizeof logits[0]);
    lb_network_free(network);
}

/* What the file says of the network is true, whatever the network was told. */
static void
models_tell_their_architecture(void **state)
{
    lb_error err;
    lb_tensors *tensors = NULL;
    char *path = test_path(state, "m.safetensors");
    lb_network *network = small_network("vgg13", 1.0 / 16);
    assert_ok(lb_network_set_metadata(network, "corpus", "sex", &err));
    assert_ok(lb_network_set_metadata(network, "architecture", "wrong", &err));
    for (int round = 0; round < 2; round++) { /* and again once loaded */
        assert_ok(lb_network_save(network, path, &err));
        assert_ok(lb_tensors_open(&tensors, path, &err));
        assert_string_equal(lb_tensors_metadata(tensors, "architecture"), "vgg13");
        assert_string_equal(lb_tensors_metadata(tensors, "width"), "0.0625");
        assert_string_equal(lb_tensors_metadata(tensors, "corpus"), "sex");
        const char *value = NULL;
        assert_null(lb_tensors_metadata_at(&value, tensors, 3)); /* none is there twice */
        lb_tensors_close(tensors);
        lb_network_free(network);
        assert_ok(lb_network_load(&network, path, &err));
    }
    lb_network_free(network);
    lb_free(path);
}

static void
degree_names(void **state)
{
    (void)state;
    lb_error err;
    lb_degree degree = LB_DEGREE_1;
    assert_ok(lb_degree_parse(&degree, "all", &err));
    assert_int_equal(degree, LB_DEGREE_ALL);
    assert_string_equal(lb_degree_name(LB_DEGREE_4), "4");
    assert_int_equal(lb_degree_parse(&degree, "5", &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "use 1, 2, 3, 4 or all"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameter_gradients),
        cmocka_unit_test(parameter_gradients_with_dropout),
        cmocka_unit_test(input_gradient),
        cmocka_unit_test(learns_and_repeats),
        cmocka_unit_test_setup_teardown(goes_on_to_the_same_bits, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(other_checkpoints_are_left, test_setup, test_teardown),
        cmocka_unit_test(degrees_freeze_blocks),
        cmocka_unit_test(the_quirk_freezes_one_convolution_more),
        cmocka_unit_test(dropout_at_inference_is_a_stream),
        cmocka_unit_test(infinite_loss_is_an_error),
        cmocka_unit_test(weights_that_are_not_finite_are_an_error),
        cmocka_unit_test(growing_loss_is_an_error),
        cmocka_unit_test(features_that_do_not_fit_are_an_error),
        cmocka_unit_test(features_are_not_kept_in_a_sparse_file),
        cmocka_unit_test_setup_teardown(models_tell_their_architecture, test_setup, test_teardown),
        cmocka_unit_test(degree_names),
    };
    return cmocka_run_group_tests_name("training", tests, NULL, NULL);
}
