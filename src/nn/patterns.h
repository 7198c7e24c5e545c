/* SPDX-License-Identifier: MIT */
/* A fit of patterns, and the rule that goes backward by them. */
#ifndef LB_NN_PATTERNS_H
#define LB_NN_PATTERNS_H

#include "convolution.h"
#include "lesionbench/patterns.h"
#include "network.h"

/* Of one linear layer. */
typedef struct lb_layer_patterns {
    size_t units, inputs;    /* weights: units x inputs */
    double *on, *sum, *mean; /* (units, padded to whole blocks) how often it is on; of y then */
    float *pattern;          /* (units, inputs): of dense layers in the second round n cov(x, y) */
    /* While fitting. Of convolutions: n cov(x, y). Of dense layers: x and y - mean of some images,
     * which are added to `pattern` together, always the same ones whatever the batch. */
    double *covariance;
    float *held_in, *held_out; /* (LB_HELD_IMAGES, inputs), (LB_HELD_IMAGES, units) */
    size_t held;
} lb_layer_patterns;

enum { LB_HELD_IMAGES = 32 };

struct lb_patterns {
    const lb_network *network; /* whose weights they fit */
    int round;                 /* 0 and 1 while fitting, 2: ready */
    bool has_images;           /* in this round */
    size_t count;
    lb_layer_patterns layers[LB_MAX_CONVOLUTIONS + LB_DENSE_LAYERS];
    double *in, *out; /* while fitting: of one image, of the largest convolution */
    double *scratch;  /* of the largest dense layer */
};

/* Patterns at work in an executor. */
typedef struct lb_pattern_rule {
    const lb_patterns *patterns;
    bool times_weights;
    float *weight, *bias; /* of the largest convolution; zeros */
} lb_pattern_rule;

/* LB_ERROR_ARGUMENT where they are of another network than the executor. */
lb_status lb_patterns_check(const lb_patterns *patterns, const lb_executor *executor,
                            const char *function, lb_error *err);
struct lb_step;
/* pattern_rule.c: a convolution, as the first step is. in: blocked. */
lb_status lb_pattern_convolution(float *in, const float *out, lb_executor *executor,
                                 const struct lb_step *step, lb_error *err);
/* One linear step; as lb_rule_table's linear. */
lb_status lb_pattern_linear(float *in, float *out, lb_executor *executor, size_t step,
                            lb_error *err);

#endif
