/* SPDX-License-Identifier: MIT */
/* Guided Grad-CAM: Guided Backpropagation times Grad-CAM (Selvaraju et al., ICCV 2017). */
#include "cam.h"

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    float *map = NULL;
    (void)diagnostics;
    LB_ALLOC(map, e->count * e->values);
    LB_TRY(lb_explainer_cam(map, e, lb_cam_mean_gradient, err));
    LB_TRY(lb_explainer_backward(attribution, e, LB_RULE_GUIDED, false, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] *= map[v];
    }
cleanup:
    lb_free(map);
    return status;
}

const lb_method lb_guided_grad_cam = {.name = "guided_grad_cam",
                                      .summary = "Guided Backpropagation times Grad-CAM",
                                      .needs = LB_NEEDS_FORWARD,
                                      .parameters =
                                          (const char *const[]){"cam_block", "convolution", NULL},
                                      .attribute = attribute};
