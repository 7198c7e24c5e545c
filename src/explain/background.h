/* SPDX-License-Identifier: MIT */
/* Background images: what a method compares an image with, instead of black. */
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

/* Draws `count` of the source's images, the same for a given purpose's item: their indices. */
lb_status lb_background_draw(size_t *out, size_t count, const lb_batch *batch, uint64_t item,
                             lb_error *err);
/* Reads n images as (n, 3, H, W); checks that they are finite. */
lb_status lb_background_read(float *out, const lb_batch *batch, const size_t *indices, size_t n,
                             lb_error *err);
/* LB_ERROR_ARGUMENT, naming the method, where the options have no source, or one of another size.
 */
lb_status lb_background_check(const lb_batch *batch, lb_error *err);
/* The background, drawn when first asked for, the same for all batches. Borrowed from
 * the explainer. */
lb_status lb_session_background(lb_background **out, lb_session *session, const lb_batch *batch,
                                lb_error *err);
/* The forward computation of one background image in its executor; its logits are known from then
 * on.
 */
lb_status lb_background_compute(lb_background *background, const lb_batch *batch, size_t index,
                                lb_error *err);
/* One background image's logits (classes), computed where they are not known. Borrowed. */
lb_status lb_background_logits(const float **out, lb_background *background, const lb_batch *batch,
                               size_t index, lb_error *err);
void lb_background_free(lb_background *background);

#endif
