/* SPDX-License-Identifier: MIT */
/* Computes with a network: forward, and backward by one of several rules.
 *
 * An executor is planned once, for a purpose, a batch and an image size. It owns all arrays that it
 * computes with. It holds the activations of its last forward computation, where its purpose needs
 * them. Images are float32, (batch, 3, H, W); values at the logits are (batch, classes).
 *
 * Errors: each function below returns LB_ERROR_ARGUMENT for an illegal argument, an illegal
 * combination of options, or a call out of order. The message names the argument. Nothing is
 * changed then. `err` is never NULL. Pointers that a function gives out are borrowed from the
 * executor. One executor computes in one thread at a time; it uses several threads itself.
 *
 * Max pooling is stable for ties: among the elements within a relative 1e-6 of the maximum, the
 * first in row-major order is the winner. Rounding does not choose between equal activations. In
 * double the tolerance is 1e-9 of the mean magnitude of the image's activations at that layer. */
#ifndef LESIONBENCH_EXECUTOR_H
#define LESIONBENCH_EXECUTOR_H

#include "lesionbench/network.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What an executor is for. The purpose decides what it keeps, and which calls are legal. */
typedef enum lb_executor_purpose {
    /* Logits. Keeps the logits alone. */
    LB_EXECUTOR_PREDICT,
    /* The output of a block of convolutions. Keeps that output alone. */
    LB_EXECUTOR_FEATURES,
    /* Logits, and gradients of the parameters, as lb_train() uses them. */
    LB_EXECUTOR_TRAIN,
    /* Logits, and every backward rule. Keeps all activations. Computes forward in double and rounds
     * activations to float32 afterwards, so that rounding does not decide which ReLU is on and
     * which element wins a max pooling. Takes twice the time of the direct algorithm in float32. */
    LB_EXECUTOR_EXPLAIN,
    /* Logits, and LB_RULE_GRADIENT, for methods that need the gradient at many points. Keeps which
     * ReLUs are on, one bit each, and which elements win a pooling: a twentieth of the memory.
     * Computes in float32. Positions of an image that see the same pixels get the same bits, so
     * that ties between them are exact. */
    LB_EXECUTOR_EXPLAIN_PATH,
    LB_EXECUTOR_PURPOSES
} lb_executor_purpose;

/* What is propagated backward, layer by layer. All rules share the linear layers (convolution,
 * dense, average pooling) and the routing of max pooling to the winner, unless noted. */
typedef enum lb_rule {
    /* The gradient. The gradient of ReLU at 0 is 0. */
    LB_RULE_GRADIENT,
    /* Guided Backpropagation (Springenberg et al. 2015): ReLU passes max(0, g) where its input > 0.
     */
    LB_RULE_GUIDED,
    /* Deconvolution (Zeiler and Fergus 2014): ReLU passes max(0, g) everywhere. */
    LB_RULE_DECONVOLUTION,
    /* Layer-wise relevance propagation, epsilon rule (Bach et al. 2015), epsilon 1e-9, bias inside
     * z. The result is relevance, not a gradient. Max pooling: winner takes all. */
    LB_RULE_LRP_EPSILON,
    /* DeepLIFT's multipliers, Rescale rule (Shrikumar et al. 2017), exact through max pooling. */
    LB_RULE_DEEPLIFT,
    /* DeepLIFT as Captum up to 0.9.0 computes it: Rescale at ReLUs, but max pooling routes as for a
     * gradient, so that the sum is not the difference of the logits. */
    LB_RULE_DEEPLIFT_CAPTUM,
    /* Of lb_executor_relevance() alone, see relevance.h. */
    LB_RULE_LRP_COMPOSITE,
    /* Of lb_executor_patterns() alone, see patterns.h. */
    LB_RULE_PATTERNS,
    LB_RULES
} lb_rule;

/* How convolutions are computed. */
typedef enum lb_convolution_choice {
    /* Winograd's F(4 x 4, 3 x 3) (Lavin and Gray 2016) or the direct algorithm, whichever is faster
     * for the shape and the machine. The rounding error of Winograd's algorithm is about three
     * times as large. It breaks ties between activations that are equal in exact arithmetic, except
     * with LB_EXECUTOR_EXPLAIN_PATH. */
    LB_CONVOLUTION_FASTEST,
    /* The direct algorithm, which keeps such ties. */
    LB_CONVOLUTION_DIRECT
} lb_convolution_choice;

typedef enum lb_number_format {
    LB_PRECISION_F32,
    LB_PRECISION_BF16 /* of the operands of convolutions; sums and all else stay float32 */
} lb_number_format;

extern const char *const lb_convolution_names[]; /* "fastest", "direct", NULL */
extern const char *const lb_precision_names[];   /* "f32", "bf16", NULL */

/* The default is all 0. */
typedef struct lb_compute {
    size_t convolution; /* lb_convolution_choice */
    size_t precision;   /* lb_number_format */
} lb_compute;

typedef struct lb_executor lb_executor;

/* lb_executor_options_init() fills it; batch, height and width are then to be set. Any other field
 * may stay 0. */
typedef struct lb_executor_options {
    lb_executor_purpose purpose; /* 0: LB_EXECUTOR_PREDICT */
    size_t batch;                /* images at a time, 1 .. 2^20 */
    size_t height, width;        /* pixels of an image, each 32 .. 2^14 */
    /* The blocks of `features` to compute: first_block .. last_block - 1. Both 0: the whole
     * network.
     * first_block > 0: the input is what lb_executor_features() of another executor gave, of the
     * same network and image size. LB_BLOCKS: the classifier alone. Must be 0 to explain.
     * last_block: of LB_EXECUTOR_FEATURES alone, which ends there. 0 or LB_BLOCKS: all blocks. */
    size_t first_block, last_block;
    bool freeze_first;       /* LB_EXECUTOR_TRAIN: no gradient of the first convolution */
    bool keep_preactivation; /* LB_EXECUTOR_EXPLAIN: for the DeepLIFT rules */
    lb_compute compute;
} lb_executor_options;

/* Fills in the defaults: LB_EXECUTOR_PREDICT, a batch of 1, the whole network, no image size. */
void lb_executor_options_init(lb_executor_options *options);

/* *out becomes a new executor, which the caller frees. The network is borrowed, and must outlive
 * it. LB_ERROR_UNSUPPORTED: the machine lacks what options->compute asks for. */
lb_status lb_executor_create(lb_executor **out, lb_network *network,
                             const lb_executor_options *options, lb_error *err);
void lb_executor_free(lb_executor *executor); /* accepts NULL */
/* Reads the network's weights again, after they have changed. The next call must be a forward
 * computation. */
lb_status lb_executor_refresh(lb_executor *executor, lb_error *err);

/* *out: the input array to fill before lb_executor_forward(), (batch, input_size). It holds images
 * or, with first_block > 0, features. It stays in place while the executor lives. */
lb_status lb_executor_input(float **out, lb_executor *executor, lb_error *err);
/* Floats of one input. */
lb_status lb_executor_input_size(size_t *out, const lb_executor *executor, lb_error *err);
/* Floats of the features of one image. LB_EXECUTOR_FEATURES alone. */
lb_status lb_executor_features_size(size_t *out, const lb_executor *executor, lb_error *err);
/* Floats of one image at the output of the first convolution, see lb_executor_backward(). Needs a
 * purpose that explains. */
lb_status lb_executor_first_size(size_t *out, const lb_executor *executor, lb_error *err);

/* Computes the whole batch. Places that the caller did not fill are computed from what they hold.
 */
lb_status lb_executor_forward(lb_executor *executor, lb_error *err);
/* *out: (batch, classes), valid until the next computation. Not of LB_EXECUTOR_FEATURES. Needs a
 * forward computation. */
lb_status lb_executor_logits(const float **out, const lb_executor *executor, lb_error *err);
/* *out: (batch, features_size), valid until the next computation. LB_EXECUTOR_FEATURES alone. Needs
 * a forward computation. The order of its values is the executor's own. */
lb_status lb_executor_features(const float **out, const lb_executor *executor, lb_error *err);

/* Propagates values at the logits, (batch, classes), backward to the output of the first
 * convolution. *out: (batch, first_size), valid until the next computation. Needs a purpose that
 * explains, and a forward computation. LB_EXECUTOR_EXPLAIN_PATH: LB_RULE_GRADIENT alone.
 * reference: for the two DeepLIFT rules an executor of batch 1, of the same network and image size,
 * which has computed the baseline forward; both keep preactivations. NULL for all other rules. */
lb_status lb_executor_backward(float **out, lb_executor *executor, lb_rule rule,
                               const lb_executor *reference, const float *logit_values,
                               lb_error *err);
/* The last step, from there to the input. out: (batch, 3, H, W). first: what lb_executor_backward()
 * gave by the same rule, or for LB_RULE_GRADIENT, which is linear here, a weighted sum of such
 * arrays. */
lb_status lb_executor_to_input(float *out, lb_executor *executor, lb_rule rule, const float *first,
                               lb_error *err);

/* The output of a block: that of the ReLU after its last convolution, before its max pooling. The
 * functions on blocks need LB_EXECUTOR_EXPLAIN. block: 0 .. LB_BLOCKS - 1. */
typedef struct lb_block_shape {
    size_t channels, height, width;
} lb_block_shape;

lb_status lb_executor_block_shape(lb_block_shape *out, const lb_executor *executor, size_t block,
                                  lb_error *err);
/* Propagates values at the logits, (batch, classes), backward to the output of a block, by
 * LB_RULE_GRADIENT. Needs a forward computation. */
lb_status lb_executor_block_backward(lb_executor *executor, size_t block, const float *logit_values,
                                     lb_error *err);
/* Copies one image's output of the block, and the gradient there, which
 * lb_executor_block_backward() of the same block has just computed. output, gradient: (channels,
 * height, width). image: 0 .. batch - 1. */
lb_status lb_executor_block_read(float *output, float *gradient, const lb_executor *executor,
                                 size_t block, size_t image, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
