/* SPDX-License-Identifier: MIT */
/* Explains images: options, diagnostics, and the calls that hand maps to a function of the caller.
 * Methods are found by name, and described, in method.h. */
#ifndef LESIONBENCH_EXPLAIN_H
#define LESIONBENCH_EXPLAIN_H

#include "lesionbench/base.h"
#include "lesionbench/executor.h"
#include "lesionbench/setting.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* LRP; see relevance.h. */
typedef enum lb_lrp_bias {
    LB_LRP_BIAS_IN_Z,   /* biases are in the denominators, and receive relevance */
    LB_LRP_BIAS_IGNORED /* biases count as 0 (zero_params in Zennit) */
} lb_lrp_bias;

typedef enum lb_lrp_first {
    LB_LRP_FIRST_OWN, /* the composite's own rule for the first convolution */
    LB_LRP_FIRST_FLAT,
    LB_LRP_FIRST_BOX,
    LB_LRP_FIRST_SAME /* the rule of the other convolutions */
} lb_lrp_first;

extern const char *const lb_lrp_bias_names[];  /* "in_z", "ignored", NULL */
extern const char *const lb_lrp_first_names[]; /* "own", "flat", "box", "same", NULL */

typedef struct lb_lrp_options {
    double epsilon;    /* of the epsilon rule; 0, the default: 1e-9 in the method lrp, 1e-6 in the
                          composites. Else at least 1e-12 */
    double stabilizer; /* of the composites' other rules and their average pooling, default 1e-6 */
    double gamma;      /* default 0.25 */
    double alpha;      /* default 2; beta is alpha - 1 */
    /* The minimum and maximum possible input of each channel, default 0 and 1. The box rule refuses
     * images outside this range. */
    double low[LB_INPUT_CHANNELS], high[LB_INPUT_CHANNELS];
    size_t bias;  /* lb_lrp_bias, of the method lrp too; default in z */
    size_t first; /* lb_lrp_first, default own */
} lb_lrp_options;

struct lb_image_loader; /* training.h */

/* The output that perturbation methods explain. */
typedef enum lb_target_output {
    LB_TARGET_USUAL, /* the usual choice for each method */
    LB_TARGET_LOGIT,
    LB_TARGET_PROBABILITY /* softmax */
} lb_target_output;

extern const char *const lb_target_output_names[]; /* "usual", "logit", "probability", NULL */

/* The fill value of a hidden super-pixel. */
typedef enum lb_infill {
    LB_INFILL_USUAL, /* the usual choice for each method */
    LB_INFILL_VALUE, /* hidden_value */
    LB_INFILL_MEAN   /* the mean of the super-pixel */
} lb_infill;

extern const char *const lb_infill_names[]; /* "usual", "value", "mean", NULL */

/* Options of perturbation methods; details: docs/methods.md. */
typedef struct lb_perturbation_options {
    size_t answer;           /* lb_target_output */
    double hidden_value;     /* in the place of hidden pixels, default 0 */
    size_t occlusion_window; /* side; 0, the default: the image's shorter side / 14, rounded down */
    size_t occlusion_stride; /* 0, the default: half the window, rounded down; both at least 1 */
    size_t rise_masks;       /* default 4000 */
    size_t rise_grid;        /* cells a side, default 7 */
    double rise_probability; /* that a cell is seen, default 0.5 */
    size_t superpixels;      /* wanted, default 200 */
    double compactness;      /* of super-pixels, default 10; segment.h */
    size_t hide_with;        /* lb_infill, of super-pixels */
    size_t shap_samples;     /* coalitions; 0, the default: 2048 + 2 for each super-pixel */
    size_t lime_samples;     /* default 1000 */
    double lime_width;       /* of the kernel, default 0.25 */
    double lime_ridge;       /* penalty, default 1 */
} lb_perturbation_options;

typedef struct lb_explain_options {
    size_t struct_size;   /* sizeof(lb_explain_options), which lb_explain_defaults() sets */
    size_t steps;         /* Integrated Gradients: Gauss-Legendre points, default 50 */
    size_t samples;       /* GradientSHAP, default 5 */
    const double *alphas; /* GradientSHAP: `samples` explicit alphas; NULL draws them by image */
    uint64_t seed;        /* of every random choice, keyed by image */
    size_t batch;         /* max images, or points of a path, computed together; default 16 */
    size_t memory;        /* MiB for activations and gradients, beside the network; default 700.
                             One image and one point at a time are always computed */
    lb_compute compute;   /* of paths, and of all backward computations */
    lb_lrp_options lrp;
    lb_perturbation_options perturbation;
    size_t blur_steps;       /* Blur-IG, default 50 */
    double blur_sigma;       /* its widest blur; 0, the default: 50 pixels of a side of 224 */
    size_t xrai_steps;       /* from each of XRAI's two baselines, default 50 */
    size_t xrai_dilation;    /* pixels by which XRAI widens regions, default 5 */
    size_t smooth_samples;   /* SmoothGrad and VarGrad, default 50 */
    double noise;            /* of both: standard deviation / range of the image, default 0.15 */
    double sign_threshold;   /* GradientXSign, default 0.5 */
    size_t cam_block;        /* CAM methods: 1 .. 5, default 5 */
    size_t expected_samples; /* Expected Gradients, default 50 */
    size_t pattern_images;   /* images to fit PatternNet and PatternAttribution, default 200 */
    size_t backgrounds;      /* background images of Expected Gradients and DeepSHAP, default 20 */
    const struct lb_image_loader *background; /* source of these images. NULL: these methods fail */
    /* Integrated Gradients doubles the steps of an image until its completeness error is at most
     * `tolerance`, or until maximum_steps is reached. 0, the default: never doubles. */
    double tolerance;
    size_t maximum_steps; /* default 800 */
    /* Number of random directions along which the gradient is compared with finite differences of
     * the logit, for methods made of the gradient at the image; default 0. */
    size_t check_gradient;
    bool
        sobel_is_laplace; /* a known defect: sobel and laplace are both the signed Laplace filter */
} lb_explain_options;

void lb_explain_defaults(lb_explain_options *options);
/* The settings of lb_explain_options. */
lb_setting_table lb_explain_settings(void);

/* An attribution method or a control: method.h. */
typedef struct lb_method lb_method;

/* Numbers about one map: one method, one image. NaN where a number does not apply. */
typedef struct lb_diagnostics {
    double sum;                   /* of the signed attributions */
    double expected_sum;          /* the sum by theory */
    double completeness_error;    /* |sum - expected| / |expected|, 0 where they are equal */
    double nan_share, zero_share; /* of the map's pixels: not finite, exactly 0 */
    double gradient_error; /* |differences of the logit - gradient's| over the larger, the worst of
                              check_gradient directions */
    size_t steps;          /* points used between baseline and image; 0: no path */
    size_t ties;           /* pixels equal to the threshold of the mask; 0: not scored */
} lb_diagnostics;

/* nan_share and zero_share of a map. */
void lb_diagnose_map(lb_diagnostics *diagnostic, const float *map, size_t pixels);
/* sum, and completeness_error by expected_sum. */
void lb_diagnose_sum(lb_diagnostics *diagnostic, const float *attribution, size_t values);
extern const lb_diagnostics lb_no_diagnostics; /* all NaN and 0 */

/* The maps of one method for a batch of images. All of it is borrowed for the call. */
typedef struct lb_explanation {
    const lb_method *method;
    size_t count;        /* images */
    const size_t *items; /* their identities, as given to lb_explain() */
    size_t height, width;
    const float *attribution;          /* (count, 3, H, W), signed; NULL for controls */
    const float *map;                  /* (count, H, W): 0.2989 |R| + 0.5870 |G| + 0.1140 |B| */
    const lb_diagnostics *diagnostics; /* (count) */
} lb_explanation;

typedef lb_status (*lb_explanation_sink)(void *data, const lb_explanation *explanation,
                                         lb_error *err);

/* An explainer is planned once, for a network, an image size and a list of methods. The methods
 * share forward computations. Values that depend on the network alone are computed once. `count`:
 * the expected number of images of a call, the upper limit of the batch. network may be NULL if all
 * methods are controls. Network and options are borrowed and must outlive the explainer. methods:
 * from the table (lb_method_find()). Use one explainer in one thread at a time. */
typedef struct lb_explainer lb_explainer;
lb_status lb_explainer_create(lb_explainer **out, lb_network *network, size_t height, size_t width,
                              size_t count, const lb_method *const *methods, size_t method_count,
                              const lb_explain_options *options, lb_error *err);
void lb_explainer_free(lb_explainer *explainer); /* accepts NULL */
/* Explains images (count, channels 1 or 3, H, W) for their targets, and hands every map to the
 * sink. items: one identity per image; it keys the image's random stream. */
lb_status lb_explainer_run(lb_explainer *explainer, const float *images, size_t channels,
                           size_t count, const size_t *items, const int32_t *targets,
                           lb_explanation_sink sink, void *sink_data, const lb_context *context,
                           lb_error *err);
/* Creates an explainer, runs it, and frees it. */
lb_status lb_explain(lb_network *network, const float *images, size_t channels, size_t height,
                     size_t width, size_t count, const size_t *items, const int32_t *targets,
                     const lb_method *const *methods, size_t method_count,
                     const lb_explain_options *options, lb_explanation_sink sink, void *sink_data,
                     const lb_context *context, lb_error *err);

/* map (count, H, W) = 0.2989 |R| + 0.5870 |G| + 0.1140 |B| of attribution (count, 3, H, W); the
 * weights of ITU-R BT.601 as the reference study rounds them. pixels = H x W. */
void lb_attribution_map(float *map, const float *attribution, size_t count, size_t pixels);
/* The same for one image in double. */
void lb_attribution_map_double(double *map, const double *attribution, size_t pixels);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
