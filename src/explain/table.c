/* SPDX-License-Identifier: MIT */
/* The table of methods: to add one, write its file and give it a row here. */
#include <string.h>

#include "explainer.h"

static const lb_method *const table[] = {&lb_integrated_gradients,
                                         &lb_gradient_shap,
                                         &lb_deeplift,
                                         &lb_saliency,
                                         &lb_input_x_gradient,
                                         &lb_guided_backprop,
                                         &lb_deconvolution,
                                         &lb_lrp,
                                         &lb_deeplift_captum,
                                         &lb_lrp_epsilon_plus_flat,
                                         &lb_lrp_epsilon_gamma_box,
                                         &lb_lrp_alpha_beta,
                                         &lb_smoothgrad,
                                         &lb_vargrad,
                                         &lb_gradient_x_sign,
                                         &lb_grad_cam,
                                         &lb_guided_grad_cam,
                                         &lb_layer_cam,
                                         &lb_expected_gradients,
                                         &lb_deep_shap,
                                         &lb_pattern_net,
                                         &lb_pattern_attribution,
                                         &lb_occlusion,
                                         &lb_rise,
                                         &lb_kernel_shap,
                                         &lb_lime,
                                         &lb_blur_ig,
                                         &lb_xrai,
                                         &lb_sobel_map,
                                         &lb_laplace_map,
                                         &lb_random_map,
                                         &lb_raw_input_map,
                                         &lb_inverted_input_map,
                                         &lb_median_distance_map,
                                         &lb_difference_of_gaussians_map,
                                         &lb_local_contrast_map};

enum { METHODS = sizeof table / sizeof *table };

const lb_method *
lb_method_at(size_t index)
{
    return index < METHODS ? table[index] : NULL;
}

const char *
lb_method_name(size_t index)
{
    return index < METHODS ? table[index]->name : NULL;
}

const char *
lb_method_summary(size_t index)
{
    return index < METHODS ? table[index]->summary : NULL;
}

bool
lb_method_is_control(size_t index)
{
    return index < METHODS && table[index]->needs == 0;
}

const char *const *
lb_method_parameters(size_t index)
{
    static const char *const none[] = {NULL};
    bool some = index < METHODS && table[index]->parameters != NULL;
    return some ? table[index]->parameters : none;
}

void
lb_method_settle(size_t index, lb_explain_options *options)
{
    if (index < METHODS && table[index]->discard_workspace != NULL) {
        table[index]->discard_workspace(options);
    }
}

bool
lb_method_needs_background(size_t index)
{
    return index < METHODS && (table[index]->needs & LB_NEEDS_BACKGROUND) != 0;
}

bool
lb_method_is_of_edges(size_t index)
{
    return index < METHODS && table[index]->of_edges;
}

bool
lb_method_is_slow(size_t index)
{
    return index < METHODS && table[index]->slow;
}

lb_status
lb_method_find(size_t *out, const char *name, lb_error *err)
{
    size_t nearest = 0;
    for (size_t i = 0; i < METHODS; i++) {
        if (strcmp(name, table[i]->name) == 0) {
            *out = i;
            return LB_OK;
        }
        if (lb_edit_distance(name, table[i]->name) < lb_edit_distance(name, table[nearest]->name)) {
            nearest = i;
        }
    }
    if (2 * lb_edit_distance(name, table[nearest]->name) > strlen(name)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "unknown method '%s' ('lesionbench help explain' lists them)", name);
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "unknown method '%s' (did you mean '%s'?)", name,
                   table[nearest]->name);
}

size_t
lb_method_study_set(size_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < METHODS; i++) {
        if (table[i]->in_study) {
            if (out != NULL) {
                out[count] = i;
            }
            count++;
        }
    }
    return count;
}
