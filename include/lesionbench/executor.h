/* SPDX-License-Identifier: MIT */
/* Computing with a network: forward, and backward by one of several rules. A pass is a workspace,
 * planned once for a batch and an image size. It holds the activations of its last forward
 * computation.
 *
 * Max pooling is tie-stable: of the elements within a relative 1e-6 of the maximum the first in
 * row-major order is the winner, so that rounding does not decide between equal activations. In
 * double, within 1e-9 of the mean magnitude of the image's activations there. */
#ifndef LESIONBENCH_PASS_H
#define LESIONBENCH_PASS_H

#include "lesionbench/network.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What is propagated backward, layer by layer. Linear layers (convolution, dense, average pooling)
 * and max pooling's routing to the winner are common to all but where noted. */
typedef enum lb_rule {
    /* The gradient; ReLU's at 0 is 0. */
    LB_RULE_GRADIENT,
    /* Guided Backpropagation (Springenberg et al. 2015): ReLU passes max(0, g) where its input > 0.
     */
    LB_RULE_GUIDED,
    /* Deconvolution (Zeiler and Fergus 2014): ReLU passes max(0, g) everywhere. */
    LB_RULE_DECONVOLUTION,
    /* Layer-wise relevance propagation, epsilon rule (Bach et al. 2015), epsilon 1e-9, bias inside
     * z: relevance, not a gradient. Max pooling: winner takes all. */
    LB_RULE_LRP_EPSILON,
    /* DeepLIFT's multipliers, Rescale rule (Shrikumar et al. 2017), exact through max pooling. */
    LB_RULE_DEEPLIFT,
    /* The same as Captum up to 0.9.0 computes it: Rescale at ReLUs, but max pooling routes as a
     * gradient does, so that the sum is not the difference of the logits. */
    LB_RULE_DEEPLIFT_CAPTUM,
    /* Relevance by the composite given to lb_executor_relevance(), see relevance.h. */
    LB_RULE_LRP_COMPOSITE,
    /* By the patterns given to lb_executor_patterns(), see patterns.h. */
    LB_RULE_PATTERNS,
    LB_RULES
} lb_rule;

/* How convolutions are computed. */
typedef enum lb_convolution_choice {
    /* By shape and machine; where it is the faster one, by Winograd's F(4 x 4, 3 x 3) (Lavin and
     * Gray 2016), whose rounding error, some three times the direct one's, breaks ties between
     * activations that are equal in exact arithmetic; but not with decisions_only. */
    LB_CONVOLUTION_FASTEST,
    LB_CONVOLUTION_DIRECT /* keeps such ties */
} lb_convolution_choice;

typedef enum lb_number_format {
    LB_PRECISION_F32,
    LB_PRECISION_BF16 /* of the convolutions' operands; sums and all else stay float32 */
} lb_number_format;

extern const char *const LB_CONVOLUTIONS[]; /* "fastest", "direct", NULL */
extern const char *const LB_PRECISIONS[];   /* "f32", "bf16", NULL */

/* The default is all 0. */
typedef struct lb_compute {
    size_t convolution; /* lb_convolution_choice */
    size_t precision;   /* lb_number_format */
} lb_compute;

typedef struct lb_executor lb_executor;

typedef struct lb_executor_options {
    size_t batch; /* images at a time */
    size_t height, width;
    /* Blocks of `features` to compute: first_block .. LB_BLOCKS; LB_BLOCKS: only the classifier.
     * With first_block > 0 the input is what lb_executor_features() of an earlier pass gave. 0:
     * from the image. */
    size_t first_block;
    /* Stop after this many blocks, for lb_executor_features(); LB_BLOCKS: the whole network, ... */
    size_t last_block;
    bool features_only;      /* ... or all blocks without the classifier */
    bool backward;           /* plan the backward computation to the input */
    bool train;              /* plan weight gradients of all layers from first_block ... */
    bool freeze_first;       /* ... but its first convolution */
    bool keep_preactivation; /* needed by the DeepLIFT rules */
    bool inference_only; /* keep the last output alone: less memory, but nothing to go backward from
                          */
    /* Keep of the forward computation what LB_RULE_GRADIENT asks for: which ReLUs are on, as bits,
     * and which elements won a pooling: a twentieth of the memory. Exact ties alone count in
     * pooling. Positions that see the same pixels have the same bits, so that their ties are exact.
     * No other rule. */
    bool decisions_only;
    /* Compute forward in double, whatever the algorithm of the way back: activations are rounded
     * afterwards, but what is decided, winners and signs, is decided by doubles. Takes
     * twice the time of the direct algorithm. A whole network from the image. */
    bool in_f64;
    bool transient_weights; /* lay weights out anew for each use: a tenth of the memory */
    /* Share another pass's memory for what outlives no call: scratch, transient weights, and with
     * in_double its arrays of outputs, if it keeps decisions only. It must outlive this one, and
     * compute in the same way. NULL: its own. One of them computes at a time, and what one gives
     * back is gone when another computes. */
    const struct lb_executor *share_workspace;
    lb_compute compute;
} lb_executor_options;

/* The network is borrowed, and must outlive the pass. */
lb_status lb_executor_create(lb_executor **out, lb_network *network,
                             const lb_executor_options *options, lb_error *err);
void lb_executor_free(lb_executor *pass); /* accepts NULL */
/* Keeps what was computed forward, but frees what computing took: to be compared with, no more. */
void lb_executor_discard_workspace(lb_executor *pass);
/* About the memory that such a pass takes for each image of its batch. */
size_t lb_executor_image_bytes(const lb_network *network, const lb_executor_options *options);
/* Takes over the network's convolution weights anew, after they have changed. */
lb_status lb_executor_refresh(lb_executor *pass, lb_error *err);

/* The input array to fill before lb_executor_forward(): images (batch, 3, H, W), or features. */
float *lb_executor_input(lb_executor *pass);
/* Floats of one input, and of one set of features (last_block's output). */
size_t lb_executor_input_size(const lb_executor *pass);
size_t lb_executor_features_size(const lb_executor *pass);
/* From now on only the first images of the batch count, and time may be saved on the others; at
 * first all do. images: 1 .. batch. They may be anything anywhere: ends a support. */
void lb_executor_set_batch(lb_executor *pass, size_t images);
/* With decisions_only and first_block 0: learns what an image of 0 gives, until the weights change.
 * Uses up the input. */
lb_status lb_executor_cache_zero_activations(lb_executor *pass, lb_error *err);
/* After both: the images in use are 0 but at these pixels, (images, H, W), not 0 where the image
 * may be, and the gradient at the image is needed there alone; time may be saved on the rest, where
 * lb_executor_to_input() gives anything. What is asked for differs from what it is without by
 * rounding, and by what rounding decides, always in the same way for the same pixels. */
void lb_executor_set_sparsity_mask(lb_executor *pass, const uint8_t *pixels);
/* Computes the batch; places beyond the caller's images hold whatever was there. */
lb_status lb_executor_forward(lb_executor *pass, lb_error *err);
/* (batch, classes); borrowed until the next forward. NULL where the pass ends with features. */
const float *lb_executor_logits(const lb_executor *pass);
/* The last block's output (batch, features_size); borrowed. */
const float *lb_executor_features(const lb_executor *pass);

/* Backward from (batch, classes) values at the logits to the output of the first convolution:
 * *out (batch, lb_executor_first_size()), borrowed until the next call. reference: a pass of batch
 * 1 at the baseline, for both DeepLIFT rules; else NULL. Needs first_block 0. */
lb_status lb_executor_backward(float **out, lb_executor *pass, lb_rule rule,
                               const lb_executor *reference, const float *logit_values,
                               lb_error *err);
/* Floats of one image's output of the first convolution. */
size_t lb_executor_first_size(const lb_executor *pass);
/* A block's output: that of the ReLU after its last convolution, before its max pooling. */
typedef struct lb_block_shape {
    size_t channels, height, width;
} lb_block_shape;

lb_block_shape lb_executor_block_shape(const lb_executor *pass, size_t block);
/* Backward from (batch, classes) values at the logits to a block's output. block: 0 .. LB_BLOCKS
 * - 1.
 */
lb_status lb_executor_block_backward(lb_executor *pass, size_t block, const float *logit_values,
                                     lb_error *err);
/* Copies one image's output of that block, and the gradient there, until the next computation: each
 * (channels, height, width). */
void lb_executor_block_read(float *output, float *gradient, const lb_executor *pass, size_t block,
                            size_t image);
/* The last step, from there to the input: out (batch, 3, H, W). */
lb_status lb_executor_to_input(float *out, lb_executor *pass, lb_rule rule, const float *first,
                               lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
