/* SPDX-License-Identifier: MIT */
#include "lesionbench/atomic_file.h"
#include "lesionbench/training.h"

#include <string.h>

const char *const lb_schedule_names[] = {"step", "cosine", NULL};

static const char *const degree_names[] = {"1", "2", "3", "4", "all"};

lb_status
lb_degree_parse(lb_degree *out, const char *name, lb_error *err)
{
    for (int i = 0; i < LB_DEGREE_ALL; i++) {
        if (strcmp(name, degree_names[i]) == 0) {
            *out = (lb_degree)(i + 1);
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "unknown degree '%s' (use 1, 2, 3, 4 or all)", name);
}

const char *
lb_degree_name(lb_degree degree)
{
    return degree_names[degree - 1];
}

void
lb_training_defaults(lb_training_options *options)
{
    *options = (lb_training_options){.degree = LB_DEGREE_ALL,
                                     .optimizer = LB_SGD,
                                     .learning_rate = 0.01,
                                     .momentum = 0.5,
                                     .batch = 32,
                                     .epochs = 40,
                                     .step_epochs = 7,
                                     .step_factor = 0.1,
                                     .dropout = 0.5,
                                     .maximum_gap = 0.05,
                                     .stop_change = 0.005,
                                     .checkpoint_seconds = 10};
}

void
lb_history_release(lb_history *history)
{
    lb_free(history->epochs);
    *history = (lb_history){.count = 0};
}

lb_status
lb_history_write(const lb_history *history, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    fputs(
        "epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,kept\n",
        stream);
    for (size_t i = 0; i < history->count; i++) {
        const lb_epoch *e = &history->epochs[i];
        fprintf(stream, "%zu,%.9g,%.9g,%.9g,%.9g,%.9g,%d\n", i + 1, e->learning_rate, e->train_loss,
                e->train_accuracy, e->validation_loss, e->validation_accuracy, i == history->kept);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}
