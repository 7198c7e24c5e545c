/* SPDX-License-Identifier: MIT */
/* What a method sees of a running explanation, and the row it has in the table. */
#ifndef LB_EXPLAIN_EXPLAINER_H
#define LB_EXPLAIN_EXPLAINER_H

#include "lesionbench/executor.h"
#include "lesionbench/explain.h"

struct lb_perturbation; /* perturbation.h */

/* One batch of images on its way through the methods. Places of a pass beyond count hold old data.
 */
struct lb_explainer {
    const lb_explain_options *options;
    const lb_context *context;
    lb_network *network;
    size_t *methods, method_count;
    /* Of the batch and method at work: (batch, 3, H, W), (batch, H, W), (batch). */
    float *attribution, *map;
    lb_diagnostics *diagnostics;
    size_t batch, classes, height, width;
    size_t pixels; /* H x W */
    size_t values; /* 3 x H x W */
    size_t count;  /* images in this batch */
    float *images; /* (batch, 3, H, W) */
    float *grey;   /* (batch, H, W): luminance, for the baselines */
    const size_t *items;
    const uint16_t *targets;
    lb_executor *pass; /* holds the forward computation of images, where a method needs it */
    /* For many points between baseline and image, where a method needs it: batches of `points`,
     * LB_RULE_GRADIENT alone. Who computes with it says first how many count, and their support. */
    lb_executor *path;
    size_t points;
    uint8_t *support; /* (points, H, W): pixels that are not 0 */
    lb_executor
        *reference; /* batch 1, at the baseline 0, where a rule compares activations with it */
    float *reference_logits;              /* (classes), where a method needs the baseline */
    struct lb_perturbation *perturbation; /* for changed copies, where a method needs it */
    bool has_gradient, has_check;
    float *gradient; /* (batch, 3, H, W) of the target's logit, see lb_explainer_gradient() */
    double *gradient_error;           /* (batch), where has_check */
    float *first_sum;                 /* (batch, first_size), for path methods */
    float *seeds;                     /* (batch or points, classes), values at the logits */
    struct lb_background *background; /* see background.h; NULL until a method asks for it */
    struct lb_patterns *patterns;     /* likewise, see pattern_fit.h */
    struct lb_effort *effort;         /* see effort.h */
};

enum {
    LB_NEEDS_FORWARD = 1,   /* pass */
    LB_NEEDS_PATH = 2,      /* path */
    LB_NEEDS_REFERENCE = 4, /* reference */
    LB_NEEDS_PREACTIVATION = 8,
    LB_NEEDS_BACKGROUND = 16, /* background images, from the options */
    LB_NEEDS_COPIES = 32      /* perturbation; alone, no pass is planned */
};

typedef struct lb_method {
    const char *name, *summary;
    unsigned needs;   /* 0: a baseline, which looks at the image alone */
    bool in_study;    /* one of the eight methods of the reference study */
    bool slow;        /* hundreds of passes for an image or more: to be asked for by name */
    bool of_gradient; /* its maps are made of lb_explainer_gradient() */
    bool of_edges;    /* the quirk sobel_is_laplace changes its maps */
    const char *const *parameters; /* keys of the settings it uses, NULL-terminated; NULL: none */
    /* For a method with values of its own where a setting is 0; see lb_method_settle(). */
    void (*discard_workspace)(lb_explain_options *options);
    /* attribution (count, 3, H, W); certificates (count) say nothing before: `promised` is to be
     * set where the method promises a sum, `steps` where it uses some; lb_explain() does the rest.
     */
    lb_status (*attribute)(lb_explainer *explainer, float *attribution, lb_diagnostics *diagnostics,
                           lb_error *err);
    /* For a method that gives one value to a pixel instead: pixels (count, H, W), signed. All three
     * channels of the attribution have it, and the map is its absolute value, which the luminance's
     * weights, that sum to 0.9999, would not quite give. */
    lb_status (*pixels)(lb_explainer *explainer, float *pixels, lb_error *err);
    bool positive; /* pixels below 0 count for nothing: 0 in the map */
    /* For a baseline instead: map (count, H, W). */
    lb_status (*map)(lb_explainer *explainer, float *map, lb_error *err);
} lb_method;

/* The rows; one file of this folder each. */
extern const lb_method lb_integrated_gradients, lb_gradient_shap, lb_deeplift, lb_deeplift_captum,
    lb_saliency, lb_input_x_gradient, lb_guided_backprop, lb_deconvolution, lb_lrp, lb_sobel_map,
    lb_laplace_map, lb_random_map, lb_raw_input_map, lb_inverted_input_map, lb_median_distance_map,
    lb_difference_of_gaussians_map, lb_local_contrast_map, lb_lrp_epsilon_plus_flat,
    lb_lrp_epsilon_gamma_box, lb_lrp_alpha_beta, lb_smoothgrad, lb_vargrad, lb_gradient_x_sign,
    lb_expected_gradients, lb_deep_shap, lb_grad_cam, lb_guided_grad_cam, lb_layer_cam,
    lb_pattern_net, lb_pattern_attribution;
/* Of methods that look at changed copies of the image, or at regions. */
extern const lb_method lb_occlusion, lb_rise, lb_kernel_shap, lb_lime, lb_blur_ig, lb_xrai;

/* Plans for batches of at most `batch` images, which it may lower. On failure as well release what
 * there is. */
lb_status lb_explainer_plan(lb_explainer *explainer, unsigned needs, lb_error *err);
void lb_explainer_release(lb_explainer *explainer);

const lb_method *lb_method_at(size_t index); /* NULL past the end */

/* Fills seeds: 1, or the logit itself, at each image's target, 0 elsewhere. */
void lb_explainer_seed(lb_explainer *explainer, bool from_logit);
/* Backward by a rule from the target's logit (1 at the target, 0 elsewhere; scaled by the logit
 * itself where from_logit), down to the image: out (count, 3, H, W). */
lb_status lb_explainer_backward(float *out, lb_explainer *explainer, lb_rule rule, bool from_logit,
                                lb_error *err);
/* The gradient at the images, computed once per batch. */
lb_status lb_explainer_gradient(const float **out, lb_explainer *explainer, lb_error *err);
/* sum over points k of weight[k] x gradient at alpha[i][k] x image i, times image i.
 * alphas (count, points). The sum is taken before the first layer's backward step, which is linear.
 */
lb_status lb_explainer_path(float *out, lb_explainer *explainer, const double *alphas,
                            const double *weights, size_t points, lb_error *err);
/* Sets each image's gradient_error; the work is done once per batch. */
lb_status lb_explainer_check_gradient(lb_diagnostics *diagnostics, lb_explainer *explainer,
                                      lb_error *err);
/* Sets each image's promised sum: the target's logit less that at the baseline (minus_baseline), or
 * the logit itself. */
void lb_explainer_expect_sum(lb_diagnostics *diagnostics, const lb_explainer *explainer,
                             bool minus_baseline);

#endif
