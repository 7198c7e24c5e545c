/* SPDX-License-Identifier: MIT */
/* The inside of an executor: a list of steps, each with its output. Training reads and fills it
 * directly. */
#ifndef LB_NN_EXECUTOR_H
#define LB_NN_EXECUTOR_H

#include "convolution.h"
#include "executor_internal.h"
#include "kernels.h"
#include "lesionbench/executor.h"
#include "network.h"

typedef enum lb_step_kind {
    LB_STEP_CONVOLUTION,
    LB_STEP_RELU,
    LB_STEP_POOL,
    LB_STEP_AVERAGE,
    LB_STEP_DENSE
} lb_step_kind;

/* Tiles of a batch: (batch, rows, columns), not 0 for those in the list. */
typedef struct lb_tile_list {
    uint8_t *marks;
    lb_winograd_tile *tiles;
    size_t count;
} lb_tile_list;

/* Of a convolution that decides, see lb_executor_set_sparsity_mask(). */
typedef struct lb_sparsity {
    lb_tile_list active; /* forward: to be computed; the others are as for an image of 0 */
    lb_tile_list filled; /* ... those of the others that are read, to be copied */
    lb_tile_list needed; /* backward: to be computed */
    float *output;       /* what comes out for an image of 0, behind the pooling if there is one */
    uint8_t *reached;    /* (batch, H, W): not 0 where some pixel is seen */
} lb_sparsity;

/* Of a convolution that decides: positions of the image that see the same pixels as another one,
 * see executor_repeats.c. A unit is a position of the output, or a window of the pooling behind it.
 */
typedef struct lb_repeats {
    bool some;                       /* there are any; the rest holds for the images in use */
    lb_tile_list remaining;          /* to be computed by Winograd's algorithm */
    uint32_t *value_of;              /* (batch, units): 1 + the index of the unit's value, or 0 */
    uint32_t *corners;               /* (batch, units, 4) the rows of each value; with a pooling */
    uint32_t *rows;                  /* (batch, H, W): each row's position */
    size_t *row_count, *value_count; /* (batch) */
} lb_repeats;

typedef struct lb_step {
    lb_step_kind kind;
    size_t parameter;     /* of the weight, the bias follows; convolution and dense */
    lb_planes shape;      /* of the input: convolution, pool, average */
    size_t channels;      /* of the input: convolution, average */
    size_t units;         /* dense: outputs */
    size_t in_size, size; /* floats of one image's input and output */
    float *output;        /* (batch, size); of a ReLU in place that of the step before */
    bool in_place;        /* ReLU: shares its input's array */
    uint8_t *argmax;      /* pool */
    uint32_t *relu_mask;  /* ReLU where only decisions are kept, but for those before a pool */
    lb_convolution *convolution;
    lb_sparsity support;
    lb_repeats repeats;
} lb_step;

enum { LB_MAX_STEPS = 2 * LB_MAX_CONVOLUTIONS + LB_BLOCKS + 1 + 2 * LB_DENSE_LAYERS };

typedef struct lb_f64_executor lb_f64_executor;
typedef struct lb_repeat_workspace lb_repeat_workspace; /* scratch of executor_repeats.c */

/* What a purpose and the options mean for the computation. */
typedef struct lb_executor_plan {
    lb_executor_purpose purpose;
    size_t batch, height, width;
    size_t first_block, last_block; /* last_block: LB_BLOCKS where the options say 0 */
    bool features_only;             /* no classifier */
    bool backward;                  /* to the input */
    bool train, freeze_first;
    bool keep_preactivation;
    bool inference_only; /* keeps the last output alone */
    bool decisions_only; /* keeps which ReLUs are on and which elements win a pooling alone */
    bool in_f64;         /* computes forward in double */
    bool transient_weights;
    const lb_executor *share_workspace;
    lb_compute compute;
} lb_executor_plan;

/* What the gradient arrays hold. */
typedef struct lb_backward_state {
    bool done;
    lb_rule rule;
    size_t step; /* the gradient at the output of this one, in gradient[0] */
} lb_backward_state;

struct lb_executor {
    lb_network *network;
    lb_backend *backend;
    lb_executor_plan plan;
    bool has_forward; /* outputs are those of the input and the weights */
    lb_backward_state backward;
    bool discarded;            /* lb_executor_discard_workspace() was called */
    size_t used;               /* images that count, see lb_executor_set_batch() */
    bool zero_is_cached;       /* lb_executor_cache_zero_activations() was called ... */
    bool has_zero_activations; /* ... and there is a step that uses them */
    bool has_sparsity_mask;
    uint8_t *positions; /* (batch, 2, H, W): room for sets of positions, where zero is known */
    lb_repeat_workspace *repeat_workspace; /* NULL where no convolution decides */
    size_t count;
    lb_step steps[LB_MAX_STEPS];
    float *input;
    size_t input_size;
    float *gradient[2]; /* ping-pong, each of the largest step; training alone needs [1] only */
    /* Outputs by turns, with inference_only and decisions_only; then `gradient` too. */
    float *pingpong[2];
    size_t pingpong_bytes;                  /* of each */
    lb_f64_executor *f64;                   /* where it computes in double */
    const struct lb_relevance *relevance;   /* while lb_executor_relevance() is at work */
    const struct lb_pattern_rule *patterns; /* while lb_executor_patterns() is at work */
    /* Training only. */
    float *parameter_gradient[LB_MAX_PARAMETERS]; /* NULL for frozen ones */
    float *dropout[LB_DENSE_LAYERS - 1];          /* factors (batch, hidden); NULL: inference */
};

/* Checks of arguments and of the order of calls: LB_ERROR_ARGUMENT, naming the function and the
 * argument. */
const char *lb_executor_purpose_name(lb_executor_purpose purpose);
lb_status lb_compute_check(const lb_compute *compute, lb_error *err);
lb_status lb_executor_check_options(const lb_executor_options *options,
                                    const lb_executor_switches *switches, lb_error *err);
lb_status lb_executor_check_forward(const lb_executor *executor, const char *function,
                                    lb_error *err);
lb_status lb_executor_check_backward(const lb_executor *executor, const char *function,
                                     lb_error *err);
/* (batch, classes) values at the logits. */
lb_status lb_executor_check_values(const lb_executor *executor, const float *logit_values,
                                   const char *function, lb_error *err);
lb_status lb_executor_check_explain(const lb_executor *executor, const char *function,
                                    lb_error *err);
lb_status lb_executor_check_count(const lb_executor *executor, size_t count, const char *function,
                                  const char *argument, lb_error *err);
lb_status lb_executor_check_rule(const lb_executor *executor, lb_rule rule, const char *function,
                                 lb_error *err);
lb_status lb_executor_check_reference(const lb_executor *executor, lb_rule rule,
                                      const lb_executor *reference, lb_error *err);
lb_status lb_executor_check_first(const lb_executor *executor, lb_rule rule, const float *first,
                                  lb_error *err);

const float *lb_step_input(const lb_executor *executor, size_t step);
/* A convolution that computes in one sweep with the ReLU and the max pooling behind it. */
bool lb_executor_is_fused(const lb_executor *executor, const lb_step *step);
/* The max pooling behind the ReLU of a convolution that decides, or NULL. */
const lb_step *lb_pool_behind(const lb_step *convolution);
/* Copies what lb_executor_set_sparsity_mask() says into a step's output. */
void lb_sparsity_fill(const lb_step *step);
/* Takes back decisions behind the first convolution, which is computed everywhere, where there is
 * no gradient. */
void lb_sparsity_clear_first(const lb_executor *executor);
void lb_sparsity_release(lb_step *step);
/* Bytes of lb_executor.positions for an image: two sets of its pixels. */
size_t lb_sparsity_position_bytes(const lb_executor *executor);
lb_status lb_tile_list_init(lb_tile_list *list, size_t tiles, lb_error *err);
void lb_tile_list_release(lb_tile_list *list);
/* Tiles of a step's output, of one image. */
size_t lb_step_tiles(const lb_step *step);
/* Lists the marked tiles of the first images. */
void lb_tile_list_fill(lb_tile_list *list, const lb_step *step, size_t images);

/* Once, when the executor is planned. */
lb_status lb_repeats_create(lb_executor *executor, lb_error *err);
void lb_repeats_release(lb_executor *executor);
/* From the images in use, before a forward computation; or there are none in the next one. */
void lb_repeats_begin(lb_executor *executor);
void lb_repeats_forget(lb_executor *executor);
/* Before a convolution that decides, of its output. */
void lb_repeats_find(lb_executor *executor, lb_step *step);
/* Behind a pooling that no convolution takes along. */
void lb_repeats_pool(lb_executor *executor, const lb_step *step);
/* Computes the values of a step's repeats and puts them into its output. */
lb_status lb_repeats_fill(lb_executor *executor, const lb_step *step, const float *in,
                          lb_error *err);
/* Computes step *i, and those that it takes along; *i is then the last of them. */
lb_status lb_executor_step_forward(size_t *i, lb_executor *executor, lb_error *err);
/* lb_executor_backward() to the output of the step `last` instead of the first one's. Checks
 * nothing. */
lb_status lb_executor_backward_to(float **out, lb_executor *executor, size_t last, lb_rule rule,
                                  const lb_executor *reference, const float *logit_values,
                                  lb_error *err);
/* Training: gradients of all trained parameters from values at the logits. Uses up the forward
 * computation: outputs, logits too, hold something else afterwards. */
lb_status lb_executor_backward_parameters(lb_executor *executor, const float *logit_values,
                                          lb_error *err);

#endif
