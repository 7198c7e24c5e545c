/* SPDX-License-Identifier: MIT */
/* Grad-CAM: a block's output, its channels weighted by the mean over space of the gradient there,
 * rectified (Selvaraju et al.: Grad-CAM: visual explanations from deep networks via gradient-based
 * localization, ICCV 2017). */
#include "cam.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    (void)diagnostics;
    return lb_explainer_cam(attribution, e, lb_cam_mean_gradient, err);
}

const lb_method lb_grad_cam = {
    .name = "grad_cam",
    .summary = "a block's output, channels weighted by their mean gradient, enlarged",
    .needs = LB_NEEDS_FORWARD,
    .parameters = (const char *const[]){"cam_block", "convolution", NULL},
    .attribute = attribute};
