/* SPDX-License-Identifier: MIT */
/* The steps of a study that make models and predictions. Each reads files and writes files. */
#ifndef LESIONBENCH_PIPELINE_H
#define LESIONBENCH_PIPELINE_H

#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"
#include "lesionbench/training.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_task {
    LB_TASK_SEX,     /* of the slices' subjects: training and validation subjects as `data` has them
                        or as `compose` splits them, never holdout ones; backgrounds prepared as
                        `compose` does */
    LB_TASK_CLASSES, /* of labelled images */
    LB_TASK_NONE     /* the weights of `from` as they are */
} lb_task;
extern const char *const LB_TASKS[]; /* names, NULL-terminated */

/* The outcome of a training. */
typedef struct lb_training_outcome {
    size_t epochs;     /* completed, including those of an interrupted run */
    size_t kept;       /* the epoch whose weights were kept, from 1; 0: no training */
    lb_epoch epoch;    /* the kept epoch */
    size_t validation; /* validation images */
    size_t largest;    /* images of the largest class: accuracy of a constant prediction */
} lb_training_outcome;

typedef struct lb_pretrain_job {
    const char *corpus; /* recorded in the model */
    lb_task task;
    const char *slices;          /* LB_TASK_SEX */
    const char *data;            /* LB_TASK_SEX: dataset.h5 whose split of the subjects is kept to,
                                    by lb_split_as_dataset(); NULL: as lb_compose_split() does */
    const char *images, *labels; /* LB_TASK_CLASSES: an IDX pair, or a folder of pictures with its
                                    table of labels, which is NULL where classes have folders */
    size_t limit;                /* LB_TASK_CLASSES: max images, 0 all */
    lb_compose_options compose;  /* its size is the network's input size with each task */
    const char *from;            /* model that training starts from, recorded as "source"; its last
                                    layer is replaced where the task has another number of classes.
                                    NULL: a new network of ... */
    const char *architecture;    /* "vgg16" */
    double width;
    lb_training_options training;
    lb_training_outcome *outcome; /* filled on success; NULL: not wanted */
} lb_pretrain_job;

/* Models record the subjects that they were trained or validated on (lb_seen_add()). lb_pretrain()
 * records those of the slices. lb_finetune() records those of the dataset, in addition to those of
 * job->from.
 *
 * history: path of the training curve; NULL: none. LB_TASK_NONE has none. LB_ERROR_NUMERIC if the
 * loss is not finite or diverges: `model` is not written; the weights kept so far, if any, are
 * written to MODEL.last_good. The same holds for lb_finetune(). */
lb_status lb_pretrain(const lb_pretrain_job *job, const char *model, const char *history,
                      const lb_context *context, lb_error *err);

typedef struct lb_finetune_job {
    const char *from; /* pre-trained model */
    const char *data; /* dataset.h5 */
    bool fresh;       /* compose new training images for every epoch, from the slices and lesions
                         of the dataset; validation images are those of the dataset */
    const char *slices, *lesions; /* where fresh */
    const char
        *quirks; /* changes to the dataset's known defects, for lb_quirks_switch(); NULL: none */
    const char *condition; /* recorded in the model; NULL: "matched" where the training has a target
                              accuracy, else "best" */
    lb_training_options training;
    lb_training_outcome *outcome; /* filled on success; NULL: not wanted */
} lb_finetune_job;

/* Replaces the head by one of two classes, then trains to the chosen degree. */
lb_status lb_finetune(const lb_finetune_job *job, const char *model, const char *history,
                      const lb_context *context, lb_error *err);

typedef struct lb_predict_job {
    const char *model;
    const char *data; /* dataset.h5; NULL: `images` */
    lb_split split;
    const char *images; /* an .npy file, if data is NULL */
    const char *layout; /* for lb_layout_parse(), of images */
    const char *quirks; /* as for lb_finetune() */
    lb_compute compute;
} lb_predict_job;

/* Writes predictions.h5. With the known defect dropout_at_inference units are dropped at the
 * study's rate of 0.5. */
lb_status lb_predict_to_file(const lb_predict_job *job, const char *path, const lb_context *context,
                             lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
