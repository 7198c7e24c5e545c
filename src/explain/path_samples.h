/* SPDX-License-Identifier: MIT */
/* Gradients at points of a method's own choosing. */
#ifndef LB_EXPLAIN_POINTS_H
#define LB_EXPLAIN_POINTS_H

#include "explainer.h"

typedef struct lb_path_samples {
    size_t count; /* points of each image */
    void *data;
    /* Writes point k of an image of the batch (3, H, W). Called from several threads. */
    void (*fill)(const void *data, const lb_explainer *explainer, float *point, size_t image,
                 size_t k);
    /* Takes the gradient of the target's logit there (3, H, W), image by image, point by point. */
    void (*take)(void *data, const lb_explainer *explainer, const float *gradient, size_t image,
                 size_t k);
} lb_path_samples;

/* Needs the path. */
lb_status lb_explainer_path_samples(lb_explainer *explainer, const lb_path_samples *points,
                                    lb_error *err);

#endif
