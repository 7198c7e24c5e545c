/* SPDX-License-Identifier: MIT */
/* A fit of patterns, and the rule that goes backward by them. */
#ifndef LB_NN_PATTERNS_H
#define LB_NN_PATTERNS_H

#include "convolution.h"
#include "lesionbench/patterns.h"
#include "network.h"

/* Of one linear layer. */
typedef struct lb_layer_patterns {
    size_t units, inputs;        /* weights: units x inputs */
    double *on, *sum;            /* (units) how often it is on, sum of y then */
    float *mean;                 /* (units, padded to whole blocks) */
    float *pattern;              /* (units, inputs): in the second round n cov(x, y) */
    lb_convolution *convolution; /* for weights' gradients while fitting; NULL for dense layers */
} lb_layer_patterns;

struct lb_patterns {
    int round; /* 0 and 1 while fitting, 2: ready */
    size_t count;
    lb_layer_patterns layers[LB_MAX_CONVOLUTIONS + LB_DENSE_LAYERS];
    float *batch_weight, *batch_bias; /* a batch's part, of the largest convolution */
};

/* Patterns at work in a pass. */
typedef struct lb_pattern_rule {
    const lb_patterns *patterns;
    bool times_weights;
    float *weight, *bias; /* of the largest convolution, or of some units of a dense layer; zeros */
    size_t room;          /* floats of weight */
} lb_pattern_rule;

/* One linear step; as lb_rule_table's linear. */
lb_status lb_pattern_linear(float *in, float *out, lb_pass *pass, size_t step, lb_error *err);

#endif
