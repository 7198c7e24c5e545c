/* SPDX-License-Identifier: MIT */
/* The steps of a study that make models and predictions, each from files to files. */
#ifndef LESIONBENCH_JOBS_H
#define LESIONBENCH_JOBS_H

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

/* What a training came to. */
typedef struct lb_training_outcome {
    size_t epochs;     /* that were run, those of an earlier attempt included */
    size_t kept;       /* the epoch whose weights were kept, from 1; 0: nothing was trained */
    lb_epoch epoch;    /* that one */
    size_t validation; /* images of validation, ... */
    size_t largest;    /* ... and of their largest class, which chance gets right */
} lb_training_outcome;

typedef struct lb_pretrain_job {
    const char *corpus; /* recorded in the model */
    lb_task task;
    const char *slices;          /* LB_TASK_SEX */
    const char *data;            /* LB_TASK_SEX: dataset.h5 whose split of the subjects is kept to,
                                    by lb_split_as_dataset(); NULL: as lb_compose_split() does */
    const char *images, *labels; /* LB_TASK_CLASSES: an IDX pair, or a folder of pictures with its
                                    table of labels, which is NULL where classes have folders */
    size_t limit;                /* LB_TASK_CLASSES: images at most, 0 all */
    lb_compose_options compose;  /* its size is the network's input size with each task */
    const char *from;            /* model that training starts from, recorded as "source"; its last
                                    layer is replaced where the task has another number of classes.
                                    NULL: a new network of ... */
    const char *architecture;    /* "vgg16" */
    double width;
    lb_training_options training;
    lb_training_outcome *outcome; /* filled on success; NULL: nobody asks */
} lb_pretrain_job;

/* Models record the subjects that they were trained or validated on (lb_seen_add()): here those of
 * the slices, in lb_finetune() those of the dataset, besides what the model was trained on before.
 *
 * history: where the training curve goes, NULL nowhere; LB_TASK_NONE has none. A training whose
 * loss is not finite or grows without bound is LB_ERROR_NUMERIC: `model` is not written, but the
 * weights kept of the epochs before, if any, under that name with ".last_good" behind it. So for
 * lb_finetune(). */
lb_status lb_pretrain(const lb_pretrain_job *job, const char *model, const char *history,
                      const lb_context *context, lb_error *err);

typedef struct lb_finetune_job {
    const char *from; /* pre-trained model */
    const char *data; /* dataset.h5 */
    bool fresh;       /* training images are composed afresh for every epoch from the slices and
                         lesions that the dataset was made of; validation images are the dataset's */
    const char *slices, *lesions; /* where fresh */
    const char *quirks;    /* list for lb_quirks_switch() upon the dataset's own; NULL none */
    const char *condition; /* recorded in the model; NULL: "matched" where the training has a target
                              accuracy, else "best" */
    lb_training_options training;
    lb_training_outcome *outcome; /* filled on success; NULL: nobody asks */
} lb_finetune_job;

/* A new two-class head, then training to the degree asked for. */
lb_status lb_finetune(const lb_finetune_job *job, const char *model, const char *history,
                      const lb_context *context, lb_error *err);

typedef struct lb_predict_job {
    const char *model;
    const char *data; /* dataset.h5, ... */
    lb_split split;
    const char *images; /* ... or an .npy file where data is NULL */
    const char *layout; /* for lb_layout_parse(), of images */
    const char *quirks; /* as for fine-tuning */
    lb_compute compute;
} lb_predict_job;

/* With the quirk dropout_at_inference units are dropped at the rate of 0.5 of the study. */
lb_status lb_predict_to_file(const lb_predict_job *job, const char *path, const lb_context *context,
                             lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
