/* SPDX-License-Identifier: MIT */
/* The inside of a pass: a list of steps, each with its output. Training reads and fills it
 * directly. */
#ifndef LB_NN_PASS_H
#define LB_NN_PASS_H

#include "convolution.h"
#include "kernels.h"
#include "lesionbench/pass.h"
#include "network.h"

typedef enum lb_step_kind {
    LB_STEP_CONVOLUTION,
    LB_STEP_RELU,
    LB_STEP_POOL,
    LB_STEP_AVERAGE,
    LB_STEP_DENSE
} lb_step_kind;

typedef struct lb_step {
    lb_step_kind kind;
    size_t parameter;     /* of the weight, the bias follows; convolution and dense */
    lb_planes shape;      /* of the input: convolution, pool, average */
    size_t channels;      /* of the input: convolution, average */
    size_t units;         /* dense: outputs */
    size_t in_size, size; /* floats of one image's input and output */
    float *output;        /* (batch, size); of a ReLU in place that of the step before */
    bool in_place;        /* ReLU: shares its input's array */
    uint8_t *choice;      /* pool */
    uint32_t *positive;   /* ReLU where only decisions are kept, but for those before a pool */
    lb_convolution *convolution;
    /* Convolutions that decide, see lb_pass_need(): flags of the tiles of the input's gradient
     * (batch, rows, columns), and the list of those that are set. */
    uint8_t *marks;
    lb_winograd_tile *needed;
    size_t needed_count;
} lb_step;

enum { LB_MAX_STEPS = 2 * LB_MAX_CONVOLUTIONS + LB_BLOCKS + 1 + 2 * LB_DENSE_LAYERS };

typedef struct lb_double_pass lb_double_pass;

struct lb_pass {
    lb_network *network;
    lb_backend *backend;
    lb_pass_options options;
    size_t used;     /* images that count, see lb_pass_use() */
    bool needs_some; /* the gradient of the steps' needed tiles alone */
    size_t count;
    lb_step steps[LB_MAX_STEPS];
    float *input;
    size_t input_size;
    float *gradient[2]; /* ping-pong, each of the largest step; training alone needs [1] only */
    /* Outputs by turns, where the pass forgets or keeps decisions only; then `gradient` too. */
    float *passing[2];
    size_t passing_bytes;                   /* of each */
    lb_double_pass *wide;                   /* where it computes in double */
    const struct lb_relevance *relevance;   /* while lb_pass_relevance() is at work */
    const struct lb_pattern_rule *patterns; /* while lb_pass_patterns() is at work */
    /* Training only. */
    float *parameter_gradient[LB_MAX_PARAMETERS]; /* NULL for frozen ones */
    float *dropout[LB_DENSE_LAYERS - 1];          /* factors (batch, hidden); NULL: inference */
};

const float *lb_step_input(const lb_pass *pass, size_t step);
/* A convolution that computes in one sweep with the ReLU and the max pooling behind it. */
bool lb_pass_decides(const lb_pass *pass, const lb_step *step);
/* Rows of Winograd's tiles, or columns, along a side. */
size_t lb_tile_rows(size_t side);
/* lb_pass_backward() to the output of the step `last` instead of the first one's. */
lb_status lb_pass_backward_to(float **out, lb_pass *pass, size_t last, lb_rule rule,
                              const lb_pass *reference, const float *logit_values, lb_error *err);
/* Training: gradients of all trained parameters from values at the logits. Uses up the forward
 * computation: outputs, logits too, hold something else afterwards. */
lb_status lb_pass_backward_parameters(lb_pass *pass, const float *logit_values, lb_error *err);

#endif
