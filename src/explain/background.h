/* SPDX-License-Identifier: MIT */
/* Background images: a method compares an image with them instead of with the baseline 0. */
#ifndef LB_EXPLAIN_BACKGROUND_H
#define LB_EXPLAIN_BACKGROUND_H

#include "session.h"

typedef struct lb_background {
    size_t count;
    float *images;         /* (count, 3, H, W) */
    float *logits;         /* (count, classes), of those that are known */
    bool *known;           /* (count) */
    lb_executor *executor; /* batch 1, keeps preactivations: a reference for DeepLIFT */
} lb_background;

/* Draws the indices of `count` of the source's images by the options' seed. One item always draws
 * the same ones. */
lb_status lb_background_draw(size_t *out, size_t count, const lb_batch *batch, uint64_t item,
                             lb_error *err);
/* Reads n images as (n, 3, H, W). LB_ERROR_NUMERIC where a value is not finite. */
lb_status lb_background_read(float *out, const lb_batch *batch, const size_t *indices, size_t n,
                             lb_error *err);
/* LB_ERROR_ARGUMENT where the options have no source, or one of another size. The message names the
 * method. */
lb_status lb_background_check(const lb_batch *batch, lb_error *err);
/* The background images. They are drawn at the first call and are the same for all batches.
 * Borrowed from the session. */
lb_status lb_session_background(lb_background **out, lb_session *session, const lb_batch *batch,
                                lb_error *err);
/* Computes one background image forward in its executor, and keeps its logits. */
lb_status lb_background_compute(lb_background *background, const lb_batch *batch, size_t index,
                                lb_error *err);
/* The logits (classes) of one background image. Computes them at the first call. Borrowed. */
lb_status lb_background_logits(const float **out, lb_background *background, const lb_batch *batch,
                               size_t index, lb_error *err);
void lb_background_free(lb_background *background);

#endif
