/* SPDX-License-Identifier: MIT */
/* Attribution methods and controls: the descriptor of a method, what a method is given, and what it
 * can call. A method outside the library needs this header alone.
 *
 * A method is one lb_method. Each method of the library is one file in src/explain. Other methods
 * are added with lb_method_register(). Commands, study files, help, reports and diagnostics find
 * all of them by name.
 *
 * attribute() gets a batch, which it may only read, and a session, which holds the network's
 * workspaces. Shapes are (N, C, H, W), row-major, float32. attribute() owns what it allocates. Its
 * arguments are borrowed for the call. On failure it returns a status and writes one line to err;
 * its output is then ignored.
 *
 * Threads: explainers are independent. Each calls attribute() from one thread at a time. Call a
 * session's functions from the thread of attribute(), outside parallel regions. Two explainers may
 * call one method at the same time, so a method must not keep state between calls. */
#ifndef LESIONBENCH_METHOD_H
#define LESIONBENCH_METHOD_H

#include "lesionbench/explain.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a method needs from a session. A session prepares the needs of all methods of a run
 * together. It refuses calls that the current method did not declare. A control needs nothing
 * (0). */
enum {
    LB_NEEDS_FORWARD = 1, /* the forward computation of the images: logits, gradients, backward */
    LB_NEEDS_PATH = 2,    /* gradients at many points: lb_session_path_sum() and _path_samples() */
    LB_NEEDS_REFERENCE = 4,     /* the network at the baseline 0 */
    LB_NEEDS_PREACTIVATION = 8, /* with LB_NEEDS_REFERENCE: the DeepLIFT rules */
    LB_NEEDS_BACKGROUND = 16,   /* background images: lb_session_background_images() */
    LB_NEEDS_COPIES = 32        /* changed copies: lb_session_forward_copies() */
};

enum {
    LB_METHOD_CONTROL = 1,      /* uses the image alone; its output is the map */
    LB_METHOD_SLOW = 2,         /* hundreds of passes for an image: not in the group `quick` */
    LB_METHOD_PER_PIXEL = 4,    /* one signed value a pixel, not one a channel */
    LB_METHOD_POSITIVE = 8,     /* with LB_METHOD_PER_PIXEL: values below 0 are 0 in the map */
    LB_METHOD_OF_GRADIENT = 16, /* made of lb_session_gradient(); check_gradient applies */
    LB_METHOD_IN_STUDY = 32,    /* one of the eight of the reference study: the library's alone */
    LB_METHOD_OF_EDGES = 64 /* the known defect sobel_is_laplace changes it: the library's alone */
};

/* A batch of images. */
typedef struct lb_batch {
    size_t count; /* images */
    size_t height, width;
    size_t pixels;           /* height x width */
    size_t values;           /* 3 x height x width */
    size_t classes;          /* of the network; 0 where all methods are controls */
    const float *images;     /* (count, 3, H, W); grey images have three equal channels */
    const float *grey;       /* (count, H, W): luminance */
    const size_t *items;     /* (count) identity of each image: keys its random numbers */
    const int32_t *targets;  /* (count) the class whose logit is explained */
    const lb_method *method; /* the method at work */
    /* Of the run. A setting that is 0 is replaced by the method's default. */
    const lb_explain_options *options;
    const lb_context *context; /* for lb_check_cancelled() in long loops */
} lb_batch;

/* The workspaces of a network, planned once and used for every batch. */
typedef struct lb_session lb_session;

/* A method's default for a setting whose value 0 means "the default of the method". */
typedef struct lb_method_default {
    const char *key; /* NULL ends the list */
    double value;
} lb_method_default;

/* A method or a control. Strings and arrays must stay valid until the program ends. */
struct lb_method {
    size_t struct_size;  /* sizeof(lb_method) */
    const char *name;    /* a-z, 0-9 and _, from a letter on, at most LB_METHOD_NAME_LENGTH */
    const char *title;   /* on pages and figures */
    const char *summary; /* one line for help */
    const char *source;  /* the definition: authors, title or venue, year */
    unsigned needs;      /* LB_NEEDS_... */
    unsigned flags;      /* LB_METHOD_... */
    /* Keys of lb_explain_settings() that change its maps, NULL-terminated; NULL: none. They are
     * recorded with its maps. */
    const char *const *settings;
    const lb_method_default *defaults; /* NULL: none */
    /* Computes out: signed attributions (count, 3, H, W); with LB_METHOD_PER_PIXEL (count, H, W);
     * for a control the map (count, H, W). out is not initialised. diagnostics (count) are
     * initialised to "no value". A method sets expected_sum if theory gives the sum
     * (lb_session_expect_sum()), and steps if it uses a path. The library measures the rest
     * afterwards. */
    lb_status (*attribute)(float *out, lb_diagnostics *diagnostics, lb_session *session,
                           const lb_batch *batch, lb_error *err);
    /* Estimated number of forward and backward computations of an image, for progress and time
     * estimates. NULL: 1 for a method, about 0 for a control. */
    double (*passes)(const lb_explain_options *options, size_t height, size_t width);
    const void *data; /* the method's own, as batch->method->data */
};

enum { LB_METHOD_NAME_LENGTH = 39 };

/* The cost of a forward computation, relative to one forward and backward: for passes(). */
#define LB_FORWARD_PASS 0.35

/* The methods by index: those of the library in the table's order, then registered ones. NULL past
 * the end. Valid until the program ends. */
const lb_method *lb_method_at(size_t index);
/* NULL if there is none of this name. */
const lb_method *lb_method_find(const char *name);
/* The same; LB_ERROR_ARGUMENT, suggesting the nearest name, if there is none. */
lb_status lb_method_get(const lb_method **out, const char *name, lb_error *err);
/* The eight methods of the reference study, in its order. Returns their number. out may be NULL. */
size_t lb_method_study_set(const lb_method **out);
/* Adds a method. The descriptor is copied; what it points to must stay valid until the program
 * ends. Call this from one thread, before the first explainer is created. Afterwards the table is
 * fixed. LB_ERROR_ARGUMENT, naming the method and the fault: a name that is in use, reserved, too
 * long or has other characters; no title, summary, source or attribute(); a setting that
 * lb_explain_settings() lacks; a control that needs a network, or a method that needs nothing;
 * unknown flags or needs, or those reserved for the library; a wrong struct_size; a call after the
 * first explainer; more than LB_MAX_REGISTERED methods. */
lb_status lb_method_register(const lb_method *method, lb_error *err);

enum { LB_MAX_REGISTERED = 64 };

/* Names of groups of methods: "study", "controls", "quick", "all"; NULL-terminated.
 * lb_method_in_group() says whether a method is a member; group: index of the name. */
extern const char *const lb_method_groups[];
bool lb_method_in_group(const lb_method *method, size_t group);

/* True for a control: it uses the image alone, not the network. */
bool lb_method_is_control(const lb_method *method);
/* The keys of the method's settings; an empty list if it has none. */
const char *const *lb_method_settings(const lb_method *method);
/* Replaces settings that are 0 by the method's defaults. */
void lb_method_set_defaults(const lb_method *method, lb_explain_options *options);
/* Estimated number of forward and backward computations of an image of this size, for one method or
 * for several. */
double lb_method_passes(const lb_method *method, const lb_explain_options *options, size_t height,
                        size_t width);
double lb_methods_passes(const lb_method *const *methods, size_t count,
                         const lb_explain_options *options, size_t height, size_t width);

/* The functions that a method can call. batch: the batch that the method was given. Where noted, it
 * may also be a part of it: a copy of the struct with other `count`, `images`, `items` and
 * `targets`. LB_ERROR_ARGUMENT for a call without the declared need. */

/* (count, classes): borrowed until attribute() returns; NULL without LB_NEEDS_FORWARD. */
const float *lb_session_logits(const lb_session *session);
/* The gradient of each target's logit at the images (count, 3, H, W). Computed once a batch and
 * shared by all methods. Borrowed until attribute() returns. Needs FORWARD. */
lb_status lb_session_gradient(const float **out, lb_session *session, const lb_batch *batch,
                              lb_error *err);
/* Backward by a rule from the target's logit to the image: out (count, 3, H, W). Starts from 1 at
 * the target and 0 elsewhere; if from_logit, from the logit instead of 1. Needs FORWARD.
 * LB_RULE_DEEPLIFT and LB_RULE_DEEPLIFT_CAPTUM also need REFERENCE and PREACTIVATION; their result
 * is multipliers, to be multiplied by the image. LB_RULE_LRP_COMPOSITE and LB_RULE_PATTERNS are
 * LB_ERROR_ARGUMENT. */
lb_status lb_session_backward(float *out, lb_session *session, const lb_batch *batch, lb_rule rule,
                              bool from_logit, lb_error *err);
/* out (count, 3, H, W): for each image x, x times the sum over points k of weights[k] times the
 * gradient at alphas[i][k] x. alphas (count, points), weights (points); points > 0. Reports
 * progress and can be cancelled. batch may be a part. Needs PATH. */
lb_status lb_session_path_sum(float *out, lb_session *session, const lb_batch *batch,
                              const double *alphas, const double *weights, size_t points,
                              lb_error *err);

/* Gradients at points that the method chooses. */
typedef struct lb_path_samples {
    size_t count; /* points of each image, > 0 */
    void *data;
    /* Writes point k of an image of the batch (3, H, W). Called from several threads at once. */
    void (*fill)(const void *data, const lb_batch *batch, float *point, size_t image, size_t k);
    /* Receives the gradient of the target's logit at that point (3, H, W), image by image, point by
     * point, from one thread. */
    void (*take)(void *data, const lb_batch *batch, const float *gradient, size_t image, size_t k);
} lb_path_samples;

/* Computes the gradients of `samples`. Reports progress and can be cancelled. batch may be a part.
 * Needs PATH. */
lb_status lb_session_path_samples(lb_session *session, const lb_batch *batch,
                                  const lb_path_samples *samples, lb_error *err);

/* Writes copy number `copy` of an image to out (3, H, W). Called from several threads at once. */
typedef void (*lb_change)(const void *data, float *out, size_t copy);

/* values[k]: the output for copy k, 0 .. copies - 1, of the batch's image i, as `change` makes it.
 * The output is the target's logit or its softmax probability, by the option `answer`; `usual` is
 * the method's default for this option. Forward only. Copies are made on demand, in batches of a
 * fixed size, so values do not depend on the batch of the run. Reports progress and can be
 * cancelled. LB_ERROR_NUMERIC if the output is not finite. Needs COPIES. */
lb_status lb_session_forward_copies(double *values, lb_session *session, const lb_batch *batch,
                                    size_t i, size_t copies, lb_change change, const void *data,
                                    lb_target_output usual, lb_error *err);
/* The background images (*count, 3, H, W) of the options, the same for all batches. Borrowed until
 * attribute() returns. LB_ERROR_ARGUMENT if the options have none. Needs BACKGROUND. */
lb_status lb_session_background_images(const float **out, size_t *count, lb_session *session,
                                       const lb_batch *batch, lb_error *err);
/* Sets each image's expected_sum: the target's logit; if minus_baseline, minus the logit at the
 * baseline 0. Needs FORWARD; minus_baseline also needs REFERENCE. */
lb_status lb_session_expect_sum(lb_diagnostics *diagnostics, const lb_session *session,
                                const lb_batch *batch, bool minus_baseline, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
