/* SPDX-License-Identifier: MIT */
/* Background images: what a method compares an image with, instead of black. */
#ifndef LB_EXPLAIN_BACKGROUND_H
#define LB_EXPLAIN_BACKGROUND_H

#include "explainer.h"

typedef struct lb_background {
    size_t count;
    float *images; /* (count, 3, H, W) */
    float *logits; /* (count, classes) */
    lb_pass *pass; /* batch 1, keeps preactivations: a reference for DeepLIFT */
} lb_background;

/* The background, drawn and computed when first asked for, the same for all batches. Borrowed from
 * the explainer. LB_ERROR_ARGUMENT where the options have no source, or one of another size. */
lb_status lb_explainer_background(lb_background **out, lb_explainer *explainer, lb_error *err);
/* The forward computation of one background image in its pass. */
lb_status lb_background_compute(lb_background *background, const lb_explainer *explainer,
                                size_t index, lb_error *err);
void lb_background_free(lb_background *background);

#endif
