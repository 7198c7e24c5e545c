/* SPDX-License-Identifier: MIT */
/* Feeds an executor: with images, or with the features of frozen blocks, which are computed
 * once. */
#ifndef LB_NN_BATCH_LOADER_H
#define LB_NN_BATCH_LOADER_H

#include "executor_internal.h"
#include "lesionbench/training.h"

typedef struct lb_batch_loader {
    const lb_image_loader *source;
    size_t input_size;     /* floats of one input of the executor that is fed */
    float *features;       /* (source->count, input_size); NULL: images */
    size_t bytes;          /* mapped for features */
    float *staging;        /* (batch, channels, H, W) */
    lb_executor *executor; /* of the frozen blocks, kept where the images change; else NULL */
    const lb_context *context;
} lb_batch_loader;

/* Computes the features of the blocks before first_block; 0: none. They are in memory or, if large,
 * in an unnamed temporary file. */
lb_status lb_batch_loader_init(lb_batch_loader *out, lb_network *network,
                               const lb_image_loader *source, size_t first_block, size_t batch,
                               const lb_compute *compute, const lb_context *context, lb_error *err);
/* The batch for inference: at 224 x 224 small enough that activations of the first layers stay in
 * the cache; smaller for larger images. 1 .. LB_FEATURE_BATCH. */
enum { LB_FEATURE_BATCH = 8 };
size_t lb_feature_batch(size_t height, size_t width);
/* The features of images first .. first + count - 1 of a loader of images, by an executor of that
 * batch: out (count, features_size). what: for the progress, NULL: none is told. */
lb_status lb_batch_loader_features(float *out, const lb_batch_loader *loader, lb_executor *executor,
                                   size_t first, size_t count, const char *what, lb_error *err);
void lb_batch_loader_release(lb_batch_loader *loader);
/* Announces a new epoch to the source, and recomputes features if the images change. */
lb_status lb_batch_loader_begin_epoch(lb_batch_loader *loader, size_t epoch, lb_error *err);
/* LB_ERROR_ARGUMENT, naming the loader, where it cannot be read from: no function, a wrong number
 * of channels, no pixels. */
lb_status lb_image_loader_check(const lb_image_loader *loader, const char *name, lb_error *err);
/* Fills the first n places of an executor's input. */
lb_status lb_batch_loader_fill(float *input, const lb_batch_loader *loader, const size_t *index,
                               size_t n, lb_error *err);

#endif
