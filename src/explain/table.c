/* SPDX-License-Identifier: MIT */
/* The table of methods: to add one, write its file and give it a row here. */
#include "table.h"

/* One row for each lb_method of this folder, in the order of help and of results. */
/* clang-format off */
#define ROWS(X) \
    X(lb_integrated_gradients) \
    X(lb_gradient_shap) \
    X(lb_deeplift) \
    X(lb_saliency) \
    X(lb_input_x_gradient) \
    X(lb_guided_backprop) \
    X(lb_deconvolution) \
    X(lb_lrp) \
    X(lb_deeplift_captum) \
    X(lb_lrp_epsilon_plus_flat) \
    X(lb_lrp_epsilon_gamma_box) \
    X(lb_lrp_alpha_beta) \
    X(lb_smoothgrad) \
    X(lb_vargrad) \
    X(lb_gradient_x_sign) \
    X(lb_grad_cam) \
    X(lb_guided_grad_cam) \
    X(lb_layer_cam) \
    X(lb_expected_gradients) \
    X(lb_deep_shap) \
    X(lb_pattern_net) \
    X(lb_pattern_attribution) \
    X(lb_occlusion) \
    X(lb_rise) \
    X(lb_kernel_shap) \
    X(lb_lime) \
    X(lb_blur_ig) \
    X(lb_xrai) \
    X(lb_integrated_gradients_uniform) \
    X(lb_sobel_map) \
    X(lb_laplace_map) \
    X(lb_random_map) \
    X(lb_raw_input_map) \
    X(lb_inverted_input_map) \
    X(lb_median_distance_map) \
    X(lb_difference_of_gaussians_map) \
    X(lb_local_contrast_map)
/* clang-format on */

#define DECLARE(method) extern const lb_method method; /* NOLINT(bugprone-macro-parentheses) */
#define POINT_TO(method) &(method),

ROWS(DECLARE)

const lb_method *const lb_method_rows[] = {ROWS(POINT_TO) NULL};
