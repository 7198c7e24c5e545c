/* SPDX-License-Identifier: MIT */
/* Which epoch is kept, and when a training is over. */
#include "testing.h"

#include "history_testing.h"
#include "nn/early_stopping.h"

static void
keeps_the_best_epoch_within_the_gap(void **state)
{
    (void)state;
    const double accuracies[][2] = {{0.9, 0.7}, {0.8, 0.6}, {0.62, 0.6}, {0.9, 0.8}, {0.7, 0.72}};
    const size_t kept[] = {0, 0, 2, 2, 4};
    lb_epoch epochs[5];
    const lb_training_options options = {.maximum_gap = 0.05};
    size_t now = 0;
    for (size_t n = 1; n <= 5; n++) {
        lb_history history = history_of(epochs, accuracies, n);
        history.kept = now;
        if (lb_early_stopping_keeps_last(&history, &options)) {
            now = n - 1;
        }
        assert_int_equal(now, kept[n - 1]);
    }
}

/* A nearer one replaces the kept epoch whatever its gap to training; of equally near ones the
 * earlier stays, on the target's same side or the other. */
static void
keeps_the_epoch_nearest_to_the_target(void **state)
{
    (void)state;
    const double accuracies[][2] = {{0.9, 0.99}, {0.2, 0.86},  {0.9, 0.86}, {0.9, 0.9},
                                    {0.9, 0.87}, {0.99, 0.89}, {0.88, 0.6}};
    const size_t kept[] = {0, 1, 1, 1, 4, 4, 4};
    enum { EPOCHS = sizeof kept / sizeof kept[0] };
    lb_epoch epochs[EPOCHS];
    const lb_training_options options = {.maximum_gap = 0.05, .target_accuracy = 0.88};
    size_t now = 0;
    for (size_t n = 1; n <= EPOCHS; n++) {
        lb_history history = history_of(epochs, accuracies, n);
        history.kept = now;
        if (lb_early_stopping_keeps_last(&history, &options)) {
            now = n - 1;
        }
        assert_int_equal(now, kept[n - 1]);
    }
}

static void
stops_after_three_small_changes(void **state)
{
    (void)state;
    lb_epoch epochs[4];
    const double flat[][2] = {{0.9, 0.8}, {0.9, 0.802}, {0.9, 0.801}, {0.9, 0.804}};
    const double moving[][2] = {{0.9, 0.8}, {0.9, 0.802}, {0.9, 0.81}, {0.9, 0.811}};
    const double ahead[][2] = {{0.9, 0.8}, {0.9, 0.802}, {0.7, 0.801}, {0.9, 0.804}};
    lb_training_options options = {.stop_change = 0.005};
    lb_history history = history_of(epochs, flat, 4);
    assert_true(lb_early_stopping_stops(&history, &options, 500));
    options.stop_change = 0;
    assert_false(lb_early_stopping_stops(&history, &options, 500));
    options.stop_change = 0.005;
    history.count = 3;
    assert_false(lb_early_stopping_stops(&history, &options, 500));
    history = history_of(epochs, moving, 4);
    assert_false(lb_early_stopping_stops(&history, &options, 500));
    history = history_of(epochs, ahead, 4);
    assert_false(lb_early_stopping_stops(&history, &options, 500));
}

/* A plateau below the target is no end, one beyond it is; and what no epoch can better is one. */
static void
stops_by_the_target(void **state)
{
    (void)state;
    lb_epoch epochs[4];
    const double flat[][2] = {{0.9, 0.8}, {0.9, 0.802}, {0.9, 0.801}, {0.9, 0.804}};
    lb_training_options options = {.stop_change = 0.005, .target_accuracy = 0.85};
    lb_history history = history_of(epochs, flat, 4);
    assert_false(lb_early_stopping_stops(&history, &options, 500));
    options.target_accuracy = 0.803;
    history.kept = 1;
    assert_true(lb_early_stopping_stops(&history, &options, 500)); /* has passed it */
    history.count = 2;
    assert_false(lb_early_stopping_stops(&history, &options, 510)); /* 0.51 images away */
    assert_true(
        lb_early_stopping_stops(&history, &options, 500)); /* 0.5 images away: none is nearer */
    history.count = 0;
    assert_false(lb_early_stopping_stops(&history, &options, 500));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_best_epoch_within_the_gap),
        cmocka_unit_test(keeps_the_epoch_nearest_to_the_target),
        cmocka_unit_test(stops_after_three_small_changes),
        cmocka_unit_test(stops_by_the_target),
    };
    return cmocka_run_group_tests_name("selection", tests, NULL, NULL);
}
