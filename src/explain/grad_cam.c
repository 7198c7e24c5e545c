/* SPDX-License-Identifier: MIT */
/* Grad-CAM: a block's output, its channels weighted by the mean over space of the gradient there,
 * rectified (Selvaraju et al.: Grad-CAM: visual explanations from deep networks via gradient-based
 * localization, ICCV 2017). */
#include "cam.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    return lb_session_cam(attribution, session, batch, lb_cam_mean_gradient, err);
}

const lb_method lb_grad_cam = {
    .struct_size = sizeof(lb_method),
    .name = "grad_cam",
    .title = "Grad-CAM",
    .summary = "a block's output, channels weighted by their mean gradient, enlarged",
    .source = "Selvaraju et al.: Grad-CAM, ICCV 2017",
    .needs = LB_NEEDS_FORWARD,
    .settings = (const char *const[]){"cam_block", "convolution", NULL},
    .attribute = attribute};
