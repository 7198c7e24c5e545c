/* SPDX-License-Identifier: MIT */
/* Optimizers against torch.optim of PyTorch 1.13: four updates of four weights with momentum 0.9,
 * weight decay 0.05 and CosineAnnealingLR(T_max = 4) from 0.1. */
#include "testing.h"

#include "nn/optimizer.h"

enum { N = 4, UPDATES = 4 };

static const float START[N] = {0.5f, -1.25f, 2.0f, 0.03125f};
static const float GRADIENTS[UPDATES][N] = {{0.1f, -0.2f, 0.3f, -0.4f},
                                            {0.05f, 0.25f, -0.35f, 0.0f},
                                            {-0.15f, 0.2f, 0.1f, 0.4f},
                                            {0.3f, -0.1f, 0.2f, -0.25f}};

static void
assert_weights(lb_optimizer_kind kind, const float *expected)
{
    lb_error err;
    float weights[N], gradient[N];
    float *const gradients[] = {gradient};
    lb_network network = {.count = 1, .parameters = {{.count = N, .value = weights}}};
    lb_training_options options;
    lb_optimizer *optimizer = NULL;
    lb_training_defaults(&options);
    options.optimizer = kind;
    options.momentum = 0.9;
    options.weight_decay = 0.05;
    options.learning_rate = 0.1;
    options.schedule = LB_SCHEDULE_COSINE;
    options.epochs = UPDATES;
    for (size_t i = 0; i < N; i++) {
        weights[i] = START[i];
    }
    assert_ok(lb_optimizer_create(&optimizer, &options, &network, gradients, &err));
    for (size_t update = 0; update < UPDATES; update++) {
        for (size_t i = 0; i < N; i++) {
            gradient[i] = GRADIENTS[update][i];
        }
        lb_optimizer_step(optimizer, &network, gradients, lb_learning_rate(&options, update));
    }
    for (size_t i = 0; i < N; i++) {
        assert_close(weights[i], expected[i], 1e-6, 0);
    }
    lb_optimizer_free(optimizer);
}

static void
sgd_with_momentum_and_decay(void **state)
{
    (void)state;
    static const float expected[N] = {0.464173377f, -1.22342539f, 1.92781341f, 0.0995841771f};
    assert_weights(LB_SGD, expected);
}

static void
adam_with_decay(void **state)
{
    (void)state;
    static const float expected[N] = {0.306286663f, -1.1493609f, 1.85994804f, 0.184377447f};
    assert_weights(LB_ADAM, expected);
}

static void
adamw(void **state)
{
    (void)state;
    static const float expected[N] = {0.312608391f, -1.17426479f, 1.88120365f, 0.185331672f};
    assert_weights(LB_ADAMW, expected);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_with_momentum_and_decay),
        cmocka_unit_test(adam_with_decay),
        cmocka_unit_test(adamw),
    };
    return cmocka_run_group_tests_name("golden optimizer", tests, NULL, NULL);
}
