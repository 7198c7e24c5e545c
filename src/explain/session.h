/* SPDX-License-Identifier: MIT */
/* The internals of a session: workspaces that methods share, and functions for the methods of this
 * library only. */
#ifndef LB_EXPLAIN_SESSION_H
#define LB_EXPLAIN_SESSION_H

#include "lesionbench/method.h"
#include "nn/executor_internal.h"

struct lb_perturbation; /* perturbation.h */

/* How far a run has come; see progress.h. */
typedef struct lb_effort {
    size_t images;
    double done, total;
    double end; /* of the method at work: progress never passes its estimate */
} lb_effort;

/* Places of an executor beyond the batch's count hold old data. */
struct lb_session {
    const lb_explain_options *options;
    const lb_context *context;
    lb_network *network;
    const lb_method *method; /* at work, on this batch */
    const lb_batch *current;
    size_t batch; /* images at most */
    size_t classes, height, width;
    size_t pixels; /* H x W */
    size_t values; /* 3 x H x W */
    lb_executor
        *executor; /* holds the forward computation of the images, where a method needs it */
    /* For many points between baseline and image, where a method needs it: batches of `points`,
     * LB_RULE_GRADIENT alone. A function that computes with it first sets how many count, and their
     * sparsity mask. */
    lb_executor *path;
    size_t points;
    uint8_t *support; /* (points, H, W): pixels that are not 0 */
    lb_executor
        *reference; /* batch 1, at the baseline 0, where a rule compares activations with it */
    float *reference_logits;              /* (classes), where a method needs the baseline */
    struct lb_perturbation *perturbation; /* for changed copies, where a method needs it */
    bool has_gradient, has_check;
    float *gradient;        /* (batch, 3, H, W) of the target's logit, see lb_session_gradient() */
    double *gradient_error; /* (batch), where has_check */
    float *first_sum;       /* (batch, first_size), for path methods */
    float *seeds;           /* (batch or points, classes), values at the logits */
    float *whole;           /* (batch, 3, H, W) for batches that are not full, or NULL */
    struct lb_background *background; /* see background.h; NULL until a method asks for it */
    struct lb_patterns *patterns;     /* see pattern_estimation.h; likewise */
    lb_effort effort;
};

/* Plans for batches of at most `batch` images, which it may lower. On failure as well release what
 * there is. */
lb_status lb_session_plan(lb_session *session, unsigned needs, lb_error *err);
void lb_session_release(lb_session *session);

/* LB_ERROR_ARGUMENT if the current method did not declare all of these needs, or if the batch is
 * not the session's own or (unless `whole`) a part of it. `function` is for the message. */
lb_status lb_session_require(const lb_session *session, const lb_batch *batch, bool whole,
                             unsigned needs, const char *function, lb_error *err);
/* Fills seeds: 1, or the logit itself, at each image's target, 0 elsewhere. */
void lb_session_seed(lb_session *session, const lb_batch *batch, bool from_logit);
/* The last step of a backward computation, from the first convolution's output to the image:
 * out (count, 3, H, W). */
lb_status lb_session_to_input(float *out, lb_session *session, const lb_batch *batch, lb_rule rule,
                              const float *first, lb_error *err);
/* Sets each image's gradient_error; the work is done once for a batch. */
lb_status lb_session_check_gradient(lb_diagnostics *diagnostics, lb_session *session,
                                    const lb_batch *batch, lb_error *err);

/* An explainer is a session, and the batch that is in it. */
struct lb_explainer {
    lb_session session;
    lb_batch batch;
    const lb_method **methods;
    size_t method_count;
    float *images; /* (session.batch, 3, H, W), of the batch */
    float *grey;   /* (session.batch, H, W) */
    /* Of the batch and method at work: (batch, 3, H, W), (batch, H, W), (batch). */
    float *attribution, *map;
    lb_diagnostics *diagnostics;
};

#endif
