/* SPDX-License-Identifier: MIT */
/* Training and prediction. Rules of the study (Oliveira et al. 2024): SGD as PyTorch defines it,
 * StepLR, the checkpoint and the stopping rule. */
#ifndef LESIONBENCH_TRAINING_H
#define LESIONBENCH_TRAINING_H

#include "lesionbench/base.h"
#include "lesionbench/executor.h"
#include "lesionbench/network.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Images as training reads them: grey (channels 1, repeated to 3) or RGB, float32. */
typedef struct lb_image_loader {
    size_t count, channels, height, width;
    const int32_t *labels; /* count */
    void *data;
    /* Fills out (n, channels, height, width) with the images of these indices. */
    lb_status (*read)(void *data, float *out, const size_t *index, size_t n, lb_error *err);
    /* Where images and labels change from epoch to epoch: called before each epoch of training, and
     * `read` and `labels` are those of that epoch until the next call. NULL: they never change. */
    lb_status (*begin_epoch)(void *data, size_t epoch, lb_error *err);
    void (*release)(void *data); /* for the source's owner; NULL: nothing to do */
} lb_image_loader;

/* How much of the network is trained: the deepest trained block of `features` and all after it; the
 * classifier always. Degree 1 trains block 5, degree 4 blocks 2 to 5, all everything. */
typedef enum lb_degree {
    LB_DEGREE_1 = 1,
    LB_DEGREE_2,
    LB_DEGREE_3,
    LB_DEGREE_4,
    LB_DEGREE_ALL
} lb_degree;
lb_status lb_degree_parse(lb_degree *out, const char *name, lb_error *err); /* "1" .. "4", "all" */
const char *lb_degree_name(lb_degree degree);

/* As PyTorch defines them. Weight decay is added to the gradient by SGD and Adam; AdamW (Loshchilov
 * and Hutter, ICLR 2019) shrinks the weights themselves. */
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
    size_t epochs;               /* at most, default 40 */
    size_t warmup_epochs;        /* the learning rate grows linearly, update by update, over so many
                                    epochs; default 0 */
    size_t schedule;             /* lb_schedule, default step */
    size_t step_epochs;          /* StepLR: every so many epochs ... default 7; 0 never */
    double step_factor;          /* ... times this, default 0.1 */
    double dropout;              /* of the two hidden dense layers, default 0.5 */
    const char *class_weights; /* borrowed: numbers between commas, one for each class, by which its
                                  images' losses count, as CrossEntropyLoss(weight=...) of PyTorch;
                                  or "balanced": images / (classes x images of the class) of the
                                  training images. NULL, the default: all alike */
    bool flip;                 /* mirror training images left to right, each with probability 0.5 */
    double rotation;           /* turn them by up to so many degrees, uniform; default 0 */
    bool permute_labels;       /* training images have each other's labels, by a permutation of the
                                  seed; validation images keep theirs. A control, default false */
    double maximum_gap;        /* keep only epochs with |validation - training accuracy| <= this,
                                  default 0.05 */
    double stop_change;        /* stop when three successive changes of validation accuracy are
                                  below this and validation < training, default 0.005; 0 never */
    double target_accuracy;    /* keep the epoch whose validation accuracy is nearest to this,
                                  whatever its gap; 0, the default: keep the best */
    bool freeze_first;         /* the deepest trained block's first convolution stays as it is, but
                                  for degree all (quirk first_block_conv_frozen) */
    bool dropout_in_validation; /* quirk dropout_at_inference */
    lb_compute compute;         /* default fastest, f32 */
    bool in_order;              /* images in their own order every epoch; default shuffled */
    uint64_t seed;              /* order of images, dropout */
    const char *checkpoint;     /* borrowed. A file to write the training's state into after an
                                   epoch, and to go on from where it is there; then the outcome is
                                   the same, bit for bit. NULL, the default: none */
    double *batch_losses; /* borrowed, (epochs, batches): the mean loss of every batch before its
                             update, but for those before a checkpoint. NULL, the default: none */
    double checkpoint_seconds; /* written when so many have passed since it was; default 10 */
} lb_training_options;

void lb_training_defaults(lb_training_options *options);
/* The weights (classes) that lb_training_options.class_weights stands for; labels NULL: only that
 * it is well formed. A class without images has weight 1 when balanced. */
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

/* Whether epoch a would be kept rather than b, by the checkpoint's rule or the target accuracy;
 * false where neither is better. */
bool lb_epoch_is_better(const lb_epoch *a, const lb_epoch *b, const lb_training_options *options);
void lb_history_release(lb_history *history);
/* epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,kept */
lb_status lb_history_write(const lb_history *history, const char *path, lb_error *err);

/* The file of a checkpoint is left behind, for the caller to remove when the outcome is safe; one
 * of another training (other options, labels or first weights) is overwritten, a damaged one is
 * LB_ERROR_FORMAT.
 * Trains the network in place and leaves the kept epoch's weights in it. The kept epoch has the
 * best validation accuracy among those within maximum_gap, or the best of all where none is. With a
 * target accuracy it is the nearest to that, the earlier of equally near ones; training then ends
 * when no epoch could come nearer, or by stop_change, but not before an epoch has reached the
 * target. Loss that is not finite, or above LB_DIVERGED on average over an epoch: LB_ERROR_NUMERIC;
 * the last kept weights are in the network, and out has the epochs before. */
#define LB_DIVERGED 1000.0 /* chance is ln(classes) */
lb_status lb_train(lb_history *out, lb_network *network, const lb_training_options *options,
                   const lb_image_loader *train, const lb_image_loader *validation,
                   const lb_context *context, lb_error *err);

typedef struct lb_predict_options {
    lb_compute compute;
    double dropout; /* above 0: the hidden dense layers' units are dropped at this rate (quirk
                       dropout_at_inference) ... */
    uint64_t seed;  /* ... by a stream of this seed */
} lb_predict_options;

/* logits (count, classes). options NULL: all 0. Memory does not grow with the number of images. */
lb_status lb_predict(float *logits, lb_network *network, const lb_image_loader *images,
                     const lb_predict_options *options, const lb_context *context, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
