/* SPDX-License-Identifier: MIT */
/* The state of a training after an epoch, in a safetensors file: trained parameters, the best
 * weights so far, the optimizer's moments, and the history as hexadecimal numbers. A training that
 * was killed continues to the same bits. */
#ifndef LB_NN_CHECKPOINT_H
#define LB_NN_CHECKPOINT_H

#include "optimizer.h"

/* A key of everything that the result of a training depends on: options, labels, the first images,
 * first weights. A checkpoint of another training has another key. */
lb_status lb_training_key(uint64_t *out, const lb_training_options *options,
                          const lb_network *network, const lb_image_loader *train,
                          const lb_image_loader *validation, lb_error *err);

/* The contents of a checkpoint; the arrays are written or overwritten. gradients[p] is NULL for
 * parameters that are not trained: these are left out. */
typedef struct lb_checkpoint {
    uint64_t key;
    lb_network *network, *kept;
    lb_optimizer *optimizer;
    float *const *gradients;
    lb_history *history; /* with room for all epochs */
} lb_checkpoint;

lb_status lb_checkpoint_write(const lb_checkpoint *state, const char *path, lb_error *err);
/* *found is false if there is no file, or one with another key; nothing is changed then.
 * LB_ERROR_FORMAT: a damaged file. */
lb_status lb_checkpoint_read(bool *found, const lb_checkpoint *state, size_t epochs,
                             const char *path, lb_error *err);

#endif
