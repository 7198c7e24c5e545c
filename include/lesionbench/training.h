/* SPDX-License-Identifier: MIT */
/* Training and prediction. SGD and StepLR are those of PyTorch. The rules for checkpoints and for
 * stopping are those of the reference study (Oliveira et al. 2024). */
#ifndef LESIONBENCH_TRAINING_H
#define LESIONBENCH_TRAINING_H

#include "lesionbench/base.h"
#include "lesionbench/executor.h"
#include "lesionbench/network.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A source of images for training and prediction, as PyTorch's Dataset: grey (channels 1, repeated
 * to 3) or RGB, float32. */
typedef struct lb_image_loader {
    size_t count, channels, height, width;
    const int32_t *labels; /* count */
    void *data;
    /* Fills out (n, channels, height, width) with the images of these indices. */
    lb_status (*read)(void *data, float *out, const size_t *index, size_t n, lb_error *err);
    /* For sources that change from epoch to epoch: called before each epoch of training. `read` and
     * `labels` are those of that epoch until the next call. NULL: the source never changes. */
    lb_status (*begin_epoch)(void *data, size_t epoch, lb_error *err);
    void (*release)(void *data); /* called by the owner; NULL: nothing to do */
} lb_image_loader;

/* The trained part of the network: from one block of `features` to the end; always the classifier.
 * Degree 1 trains from block 5, degree 4 from block 2, `all` everything. */
typedef enum lb_degree {
    LB_DEGREE_1 = 1,
    LB_DEGREE_2,
    LB_DEGREE_3,
    LB_DEGREE_4,
    LB_DEGREE_ALL
} lb_degree;
lb_status lb_degree_parse(lb_degree *out, const char *name, lb_error *err); /* "1" .. "4", "all" */
const char *lb_degree_name(lb_degree degree);

/* Optimizers of PyTorch. SGD and Adam add weight decay to the gradient; AdamW (Loshchilov and
 * Hutter, ICLR 2019) shrinks the weights themselves. */
typedef enum lb_optimizer_kind { LB_SGD, LB_ADAM, LB_ADAMW } lb_optimizer_kind;

typedef enum lb_schedule {
    LB_SCHEDULE_STEP,  /* StepLR */
    LB_SCHEDULE_COSINE /* CosineAnnealingLR over all epochs, to 0 (Loshchilov and Hutter, ICLR 2017)
                        */
} lb_schedule;
extern const char *const lb_schedule_names[]; /* names, NULL-terminated */

typedef struct lb_training_options {
    lb_degree degree;            /* default all */
    lb_optimizer_kind optimizer; /* default SGD */
    double learning_rate;        /* default 0.01 */
    double momentum;             /* SGD, default 0.5 */
    double weight_decay;         /* default 0 */
    size_t batch;                /* default 32 */
    size_t epochs;               /* max number, default 40 */
    size_t warmup_epochs;      /* linear warm-up of the learning rate, update by update, over these
                                    epochs; default 0 */
    size_t schedule;           /* lb_schedule, default step */
    size_t step_epochs;        /* StepLR: period in epochs, default 7; 0 never */
    double step_factor;        /* factor, default 0.1 */
    double dropout;            /* of the two hidden dense layers, default 0.5 */
    const char *class_weights; /* borrowed: one number for each class, separated by commas, as in
                                  PyTorch's CrossEntropyLoss(weight=...); or "balanced": images /
                                  (classes x images of the class), over the training images.
                                  NULL, the default: all equal */
    bool flip;                 /* mirror training images left to right, each with probability 0.5 */
    double rotation;           /* rotate them by up to this, in degrees, uniform; default 0 */
    bool permute_labels;       /* permute the labels of training images at random, as a control;
                                  validation images keep their labels; default false */
    double maximum_gap;        /* keep only epochs with |validation - training accuracy| <= this,
                                  default 0.05 */
    double stop_change;        /* stop when three successive changes of validation accuracy are
                                  below this and validation < training, default 0.005; 0 never */
    double target_accuracy;    /* keep the epoch whose validation accuracy is nearest to this,
                                  whatever its gap; 0, the default: keep the best */
    bool freeze_first; /* freeze the first convolution of the deepest trained block, except for
                                  degree all (known defect first_block_conv_frozen) */
    bool dropout_in_validation; /* known defect dropout_at_inference */
    lb_compute compute;         /* default fastest, f32 */
    bool in_order;              /* keep the order of images; default false: shuffle every epoch */
    uint64_t seed;              /* order of images, dropout */
    const char *checkpoint; /* borrowed. Path of a checkpoint, written after an epoch. If the file
                                   exists, training continues from it; the result is bit-identical.
                                   NULL, the default: none */
    double
        *batch_losses; /* borrowed, (epochs, batches): mean loss of every batch before its update;
                             not set for epochs before a checkpoint. NULL, the default: none */
    double checkpoint_seconds; /* min time between two checkpoints; default 10 */
} lb_training_options;

void lb_training_defaults(lb_training_options *options);
/* Parses lb_training_options.class_weights to out (classes). labels NULL: only checks the syntax.
 * If balanced, a class without images has weight 1. */
lb_status lb_class_weights(double *out, const char *text, const int32_t *labels, size_t count,
                           size_t classes, lb_error *err);

typedef struct lb_epoch {
    double learning_rate;
    double train_loss, train_accuracy; /* over the epoch, while the weights move */
    double validation_loss, validation_accuracy;
    double seconds;
} lb_epoch;

typedef struct lb_history {
    size_t count;
    size_t kept; /* index of the epoch whose weights were kept */
    lb_epoch *epochs;
} lb_history;

/* True if epoch a is better than b, by the checkpoint's rule or the target accuracy; false if they
 * are equal. */
bool lb_epoch_is_better(const lb_epoch *a, const lb_epoch *b, const lb_training_options *options);
void lb_history_release(lb_history *history);
/* epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,kept */
lb_status lb_history_write(const lb_history *history, const char *path, lb_error *err);

/* Trains the network in place, and leaves the weights of the kept epoch in it. The kept epoch has
 * the best validation accuracy among those within maximum_gap, or the best of all if none is within
 * it. With a target accuracy the kept epoch is the nearest to it, of equally near ones the earlier.
 * Then training ends when no epoch could be nearer, or by stop_change, but not before an epoch has
 * reached the target. LB_ERROR_NUMERIC: a loss that is not finite, or above LB_DIVERGED on average
 * over an epoch. The last kept weights are then in the network, and out has the epochs before.
 *
 * A checkpoint file remains after training; the caller removes it when the result is safe. A
 * checkpoint of another training (other options, labels or first weights) is overwritten.
 * LB_ERROR_FORMAT: a damaged checkpoint. */
#define LB_DIVERGED 1000.0 /* chance is ln(classes) */
lb_status lb_train(lb_history *out, lb_network *network, const lb_training_options *options,
                   const lb_image_loader *train, const lb_image_loader *validation,
                   const lb_context *context, lb_error *err);

typedef struct lb_predict_options {
    lb_compute compute;
    double dropout; /* above 0: dropout rate of the hidden dense layers (known defect
                       dropout_at_inference) */
    uint64_t seed;  /* of the dropout */
} lb_predict_options;

/* Writes logits (count, classes). options NULL: all 0. Memory does not grow with the number of
 * images. */
lb_status lb_predict(float *logits, lb_network *network, const lb_image_loader *images,
                     const lb_predict_options *options, const lb_context *context, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
