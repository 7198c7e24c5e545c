/* SPDX-License-Identifier: MIT */
/* The settings of explanations: the rows of lb_explain_options. Ranges keep out what cannot work;
 * what is wise is the user's to say. */
#include "lesionbench/explain.h"

#define MAX_U64 0x1p64

const char *const lb_target_output_names[] = {"usual", "logit", "probability", NULL};

#define EXPLAIN(member, kind, min, max, help) \
    LB_SETTING_ROW(lb_explain_options, member, #member, kind, min, max, help)

#define LRP(member, kind, min, max, help) \
    LB_SETTING_ROW(lb_explain_options, lrp.member, "lrp_" #member, kind, min, max, help)

#define HIDING(member, kind, min, max, help) \
    LB_SETTING_ROW(lb_explain_options, perturbation.member, #member, kind, min, max, help)

static const lb_setting explain_rows[] = {
    EXPLAIN(steps, LB_SETTING_SIZE, 1, 10000, "points of Integrated Gradients"),
    EXPLAIN(
        tolerance, LB_SETTING_REAL, 0, 1,
        "Integrated Gradients doubles an image's points until its completeness error is at most "
        "this; 0 never"),
    EXPLAIN(maximum_steps, LB_SETTING_SIZE, 1, 10000, "... but to no more points"),
    EXPLAIN(samples, LB_SETTING_SIZE, 1, 10000, "samples of GradientSHAP"),
    EXPLAIN(seed, LB_SETTING_U64, 0, MAX_U64, "of random choices"),
    EXPLAIN(smooth_samples, LB_SETTING_SIZE, 2, 10000, "noisy images of SmoothGrad and VarGrad"),
    EXPLAIN(noise, LB_SETTING_REAL, 0, 10,
            "their noise: its standard deviation, over the image's range of values"),
    EXPLAIN(sign_threshold, LB_SETTING_REAL, -1e6, 1e6,
            "gradient_x_sign counts the gradient negative where the image is below"),
    EXPLAIN(cam_block, LB_SETTING_SIZE, 1, 5, "block whose output the CAM methods use"),
    EXPLAIN(expected_samples, LB_SETTING_SIZE, 1, 10000, "points of Expected Gradients"),
    EXPLAIN(backgrounds, LB_SETTING_SIZE, 1, 10000,
            "images that Expected Gradients and DeepSHAP compare with, drawn by seed"),
    EXPLAIN(pattern_images, LB_SETTING_SIZE, 2, 1e7,
            "images that PatternNet and PatternAttribution are fitted on, drawn by seed"),
    EXPLAIN(batch, LB_SETTING_SIZE, 1, 4096,
            "images, or points of a path, computed together at most"),
    EXPLAIN(memory, LB_SETTING_SIZE, 1, 1048576,
            "MiB for activations and gradients, beside the network's weights; one image and one "
            "point are computed in any case"),
    LB_SETTING_CHOICE_ROW(lb_explain_options, compute.convolution, "convolution",
                          lb_convolution_names, "algorithm: the fastest, or the direct one"),
    LRP(epsilon, LB_SETTING_REAL, 0, 1e6,
        "added to the denominators of LRP's epsilon rule, with their sign; 0: 1e-9 in lrp, 1e-6 in "
        "composites"),
    LRP(stabilizer, LB_SETTING_REAL, 1e-12, 1e6,
        "added to the denominators of the other rules of LRP composites"),
    LRP(gamma, LB_SETTING_REAL, 0, 1e4, "of lrp_epsilon_gamma_box: favours positive weights"),
    LRP(alpha, LB_SETTING_REAL, 1, 1e4, "of lrp_alpha_beta; its beta is alpha - 1"),
    LRP(low, LB_SETTING_CHANNELS, -1e6, 1e6, "least possible input, for LRP's box rule"),
    LRP(high, LB_SETTING_CHANNELS, -1e6, 1e6, "greatest possible input, for LRP's box rule"),
    LB_SETTING_CHOICE_ROW(
        lb_explain_options, lrp.bias, "lrp_bias", lb_lrp_bias_names,
        "LRP: biases take relevance, or are ignored, so that all of it reaches the input"),
    LB_SETTING_CHOICE_ROW(
        lb_explain_options, lrp.first, "lrp_first", lb_lrp_first_names,
        "rule of the first convolution: the composite's own, or another, for all composites"),
    LB_SETTING_CHOICE_ROW(
        lb_explain_options, perturbation.answer, "answer", lb_target_output_names,
        "what methods that hide parts of the image explain: as is usual for each, or one for all"),
    HIDING(hidden_value, LB_SETTING_REAL, -1e6, 1e6, "in the place of hidden pixels"),
    HIDING(occlusion_window, LB_SETTING_SIZE, 0, 4096,
           "side in pixels; 0 a fourteenth of the image's shorter side, rounded down"),
    HIDING(occlusion_stride, LB_SETTING_SIZE, 0, 4096,
           "in pixels; 0 half the window, rounded down"),
    HIDING(rise_masks, LB_SETTING_SIZE, 1, 1 << 24, "random masks for an image"),
    HIDING(rise_grid, LB_SETTING_SIZE, 2, 64, "cells along a side of a mask"),
    HIDING(rise_probability, LB_SETTING_REAL, 0.001, 0.999, "that a cell of a mask is seen"),
    EXPLAIN(blur_steps, LB_SETTING_SIZE, 1, 10000, "of Blur-IG, from the widest blur to none"),
    EXPLAIN(blur_sigma, LB_SETTING_REAL, 0, 10000, "widest blur; 0: 50 pixels of a side of 224"),
    EXPLAIN(xrai_steps, LB_SETTING_SIZE, 1, 10000, "points from each of XRAI's two baselines"),
    EXPLAIN(xrai_dilation, LB_SETTING_SIZE, 0, 64, "pixels by which XRAI widens its regions"),
    HIDING(superpixels, LB_SETTING_SIZE, 1, 5000, "wanted of an image, for SHAP and LIME"),
    HIDING(compactness, LB_SETTING_REAL, 0.001, 1e6,
           "of super-pixels: weight of place against brightness"),
    LB_SETTING_CHOICE_ROW(
        lb_explain_options, perturbation.hide_with, "hide_with", lb_infill_names,
        "super-pixels are replaced by what is usual, the hidden value, or their mean"),
    HIDING(shap_samples, LB_SETTING_SIZE, 0, 1 << 24,
           "coalitions of Kernel SHAP; 0 is 2048 and 2 for each super-pixel"),
    HIDING(lime_samples, LB_SETTING_SIZE, 1, 1 << 24, "copies for LIME"),
    HIDING(lime_width, LB_SETTING_REAL, 0.001, 1000, "of LIME's kernel over cosine distances"),
    HIDING(lime_ridge, LB_SETTING_REAL, 1e-9, 1e9, "penalty of LIME's regression"),
    EXPLAIN(check_gradient, LB_SETTING_SIZE, 0, 1000,
            "random directions along which gradients are compared with differences of the logit"),
};

lb_setting_table
lb_explain_settings(void)
{
    return LB_SETTING_TABLE(explain_rows);
}
