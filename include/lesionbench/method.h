/* SPDX-License-Identifier: MIT */
/* Attribution methods and controls: what a method says of itself, what it is given, and what it can
 * call. Everything that a method outside the library needs is here.
 *
 * A method is one lb_method. The methods of the library stand one in each file of src/explain;
 * others are added with lb_method_register(). Commands, study files, help, reports and the
 * diagnostics find all of them by name.
 *
 * attribute() gets a batch, which it may only read, and a session, which holds the workspaces of
 * the network. Shapes are (N, C, H, W), row-major, float32. attribute() owns what it allocates; all
 * that it is given is borrowed for the call. It returns a status and writes one line to err where
 * it fails; what it has written to out by then is not used.
 *
 * Threads: explainers are independent of each other, and each calls attribute() from one thread at
 * a time. Functions of a session are called from the thread that attribute() was called from, and
 * not from within a parallel region. Two explainers may call one method at the same time, so a
 * method keeps no state of its own between calls. */
#ifndef LESIONBENCH_METHOD_H
#define LESIONBENCH_METHOD_H

#include "lesionbench/explain.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a method needs of a session. A session prepares what the methods of a run need together, and
 * refuses a call that the method at work did not ask for. A control needs nothing (0). */
enum {
    LB_NEEDS_FORWARD = 1, /* the forward computation of the images: logits, gradients, backward */
    LB_NEEDS_PATH = 2,    /* gradients at many points: lb_session_path_sum() and _path_samples() */
    LB_NEEDS_REFERENCE = 4,     /* the network at the baseline 0 */
    LB_NEEDS_PREACTIVATION = 8, /* with LB_NEEDS_REFERENCE: the DeepLIFT rules */
    LB_NEEDS_BACKGROUND = 16,   /* background images: lb_session_background_images() */
    LB_NEEDS_COPIES = 32        /* changed copies: lb_session_forward_copies() */
};

enum {
    LB_METHOD_CONTROL = 1,      /* looks at the image alone; its output is the map itself */
    LB_METHOD_SLOW = 2,         /* hundreds of passes for an image: asked for by name or by `all` */
    LB_METHOD_PER_PIXEL = 4,    /* one signed value for a pixel, not one for each channel */
    LB_METHOD_POSITIVE = 8,     /* with LB_METHOD_PER_PIXEL: values below 0 are 0 in the map */
    LB_METHOD_OF_GRADIENT = 16, /* made of lb_session_gradient(): check_gradient checks it */
    LB_METHOD_IN_STUDY = 32,    /* one of the eight of the reference study: the library's alone */
    LB_METHOD_OF_EDGES = 64 /* the known defect sobel_is_laplace changes it: the library's alone */
};

/* Images on their way through the methods. */
typedef struct lb_batch {
    size_t count; /* images */
    size_t height, width;
    size_t pixels;           /* height x width */
    size_t values;           /* 3 x height x width */
    size_t classes;          /* of the network; 0 where all methods are controls */
    const float *images;     /* (count, 3, H, W); grey images have three equal channels */
    const float *grey;       /* (count, H, W): luminance */
    const size_t *items;     /* (count) what identifies an image: the key of its random numbers */
    const int32_t *targets;  /* (count) the class whose logit is explained */
    const lb_method *method; /* the method at work */
    /* Of the run; where a setting is 0, the method's own default is in its place. */
    const lb_explain_options *options;
    const lb_context *context; /* for lb_check_cancelled() in long loops */
} lb_batch;

/* The workspaces of a network: planned once, used batch after batch. */
typedef struct lb_session lb_session;

/* A method's own value for a setting of which 0 stands for the method's own. */
typedef struct lb_method_default {
    const char *key; /* NULL ends the list */
    double value;
} lb_method_default;

/* A method or a control. Strings and arrays are borrowed until the program ends. */
struct lb_method {
    size_t struct_size;  /* sizeof(lb_method) */
    const char *name;    /* a-z, 0-9 and _, from a letter on, at most LB_METHOD_NAME_LENGTH */
    const char *title;   /* on pages and figures */
    const char *summary; /* one line for help */
    const char *source;  /* who defined it: authors, title or venue, year */
    unsigned needs;      /* LB_NEEDS_... */
    unsigned flags;      /* LB_METHOD_... */
    /* Keys of lb_explain_settings() that decide its maps, NULL-terminated; NULL: none. They are
     * written beside its maps. */
    const char *const *settings;
    const lb_method_default *defaults; /* NULL: none */
    /* Fills out: signed attributions (count, 3, H, W); with LB_METHOD_PER_PIXEL (count, H, W); of a
     * control the map (count, H, W). Its values are not set before. diagnostics (count) say nothing
     * before: a method sets expected_sum where theory gives the sum (lb_session_expect_sum()), and
     * steps where it uses some; the rest is measured afterwards. */
    lb_status (*attribute)(float *out, lb_diagnostics *diagnostics, lb_session *session,
                           const lb_batch *batch, lb_error *err);
    /* About how often it sends an image through the network, forward and back: its work, for
     * progress and estimates. NULL: once, and hardly ever of a control. */
    double (*passes)(const lb_explain_options *options, size_t height, size_t width);
    const void *data; /* the method's own, as batch->method->data */
};

enum { LB_METHOD_NAME_LENGTH = 39 };

/* The work of a forward computation alone, over one forward and back: for passes(). */
#define LB_FORWARD_PASS 0.35

/* The methods: those of the library in the table's order, then registered ones. NULL past the end.
 * Borrowed until the program ends. */
const lb_method *lb_method_at(size_t index);
/* NULL where there is none of this name. */
const lb_method *lb_method_find(const char *name);
/* The same, with LB_ERROR_ARGUMENT that suggests the nearest name. */
lb_status lb_method_get(const lb_method **out, const char *name, lb_error *err);
/* The eight methods of the reference study, in its order; returns their number. out may be NULL. */
size_t lb_method_study_set(const lb_method **out);
/* Adds a method. The descriptor is copied; what it points to is borrowed until the program ends.
 * Register before the first explainer is created, from one thread: afterwards the table is fixed.
 * LB_ERROR_ARGUMENT, with a line that names the method and the fault: a name that is taken,
 * reserved, too long or has other characters; no title, summary, source or attribute(); a setting
 * that lb_explain_settings() lacks; a control that needs a network, or a method that needs nothing;
 * flags or needs that are not known, or are the library's alone; a wrong struct_size; too late; too
 * many (LB_MAX_REGISTERED). */
lb_status lb_method_register(const lb_method *method, lb_error *err);

enum { LB_MAX_REGISTERED = 64 };

/* Names that stand for several methods in lists of methods: "study", "controls", "quick", "all";
 * NULL-terminated. Their members are those for which lb_method_in_group() is true. */
extern const char *const lb_method_groups[];
bool lb_method_in_group(const lb_method *method, size_t group);

/* True for those that look at the image alone. */
bool lb_method_is_control(const lb_method *method);
/* Its settings; an empty list where it has none. */
const char *const *lb_method_settings(const lb_method *method);
/* Puts its own defaults in the place of settings that are 0. */
void lb_method_set_defaults(const lb_method *method, lb_explain_options *options);
/* About how often one method, or several, send an image of this size through the network. */
double lb_method_passes(const lb_method *method, const lb_explain_options *options, size_t height,
                        size_t width);
double lb_methods_passes(const lb_method *const *methods, size_t count,
                         const lb_explain_options *options, size_t height, size_t width);

/* What a method can call. Each function is for the batch that the method was given, or where noted
 * for a batch of some of its images: a copy of the struct with other `count`, `images`, `items` and
 * `targets`. A call for which the method lacks a need is LB_ERROR_ARGUMENT. */

/* (count, classes): borrowed until attribute() returns; NULL without LB_NEEDS_FORWARD. */
const float *lb_session_logits(const lb_session *session);
/* The gradient of each target's logit at the images (count, 3, H, W). Computed once for a batch,
 * whichever methods ask for it; borrowed until attribute() returns. Needs FORWARD. */
lb_status lb_session_gradient(const float **out, lb_session *session, const lb_batch *batch,
                              lb_error *err);
/* Backward by a rule from the target's logit to the image: out (count, 3, H, W). Starts from 1 at
 * the target and 0 elsewhere, or from the logit itself where from_logit. Needs FORWARD, and for
 * LB_RULE_DEEPLIFT and LB_RULE_DEEPLIFT_CAPTUM REFERENCE and PREACTIVATION: these give multipliers,
 * to be multiplied by the image. LB_RULE_LRP_COMPOSITE and LB_RULE_PATTERNS are LB_ERROR_ARGUMENT.
 */
lb_status lb_session_backward(float *out, lb_session *session, const lb_batch *batch, lb_rule rule,
                              bool from_logit, lb_error *err);
/* out (count, 3, H, W): of each image x, x times the sum over points k of weights[k] times the
 * gradient at alphas[i][k] x. alphas (count, points), weights (points); points > 0. Reports
 * progress and obeys cancelling. The batch may hold some of the images. Needs PATH. */
lb_status lb_session_path_sum(float *out, lb_session *session, const lb_batch *batch,
                              const double *alphas, const double *weights, size_t points,
                              lb_error *err);

/* Gradients at points of a method's own choosing. */
typedef struct lb_path_samples {
    size_t count; /* points of each image, > 0 */
    void *data;
    /* Writes point k of an image of the batch (3, H, W). Called from several threads at once. */
    void (*fill)(const void *data, const lb_batch *batch, float *point, size_t image, size_t k);
    /* Takes the gradient of the target's logit there (3, H, W), image by image, point by point,
     * from one thread. */
    void (*take)(void *data, const lb_batch *batch, const float *gradient, size_t image, size_t k);
} lb_path_samples;

/* Reports progress and obeys cancelling. The batch may hold some of the images. Needs PATH. */
lb_status lb_session_path_samples(lb_session *session, const lb_batch *batch,
                                  const lb_path_samples *samples, lb_error *err);

/* Writes copy number `copy` of an image to out (3, H, W). Called from several threads at once. */
typedef void (*lb_change)(const void *data, float *out, size_t copy);

/* values[k], for the copies 0 .. copies - 1 of the batch's image i that `change` makes: the
 * target's logit or its softmax probability, which the option `answer` decides; usual: what the
 * method's field takes where the option leaves it open. Forward only. Copies are made as they are
 * needed, in batches of a fixed size, so that values do not depend on the run's own batch. Reports
 * progress and obeys cancelling. LB_ERROR_NUMERIC where the output is not finite. Needs COPIES. */
lb_status lb_session_forward_copies(double *values, lb_session *session, const lb_batch *batch,
                                    size_t i, size_t copies, lb_change change, const void *data,
                                    lb_target_output usual, lb_error *err);
/* The background images (*count, 3, H, W) that the options draw, the same for all batches; borrowed
 * until attribute() returns. LB_ERROR_ARGUMENT where the options have none. Needs BACKGROUND. */
lb_status lb_session_background_images(const float **out, size_t *count, lb_session *session,
                                       const lb_batch *batch, lb_error *err);
/* Sets each image's expected_sum: the target's logit, less that at the baseline 0 where
 * minus_baseline. Needs FORWARD, and for minus_baseline REFERENCE. */
lb_status lb_session_expect_sum(lb_diagnostics *diagnostics, const lb_session *session,
                                const lb_batch *batch, bool minus_baseline, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
