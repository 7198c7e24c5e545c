/* SPDX-License-Identifier: MIT */
/* Guided Grad-CAM: Guided Backpropagation times Grad-CAM (Selvaraju et al., ICCV 2017). */
#include "cam.h"

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    float *map = NULL;
    (void)diagnostics;
    LB_ALLOC(map, batch->count * batch->values);
    LB_TRY(lb_session_cam(map, session, batch, lb_cam_mean_gradient, err));
    LB_TRY(lb_session_backward(attribution, session, batch, LB_RULE_GUIDED, false, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] *= map[v];
    }
cleanup:
    lb_free(map);
    return status;
}

const lb_method lb_guided_grad_cam = {.struct_size = sizeof(lb_method),
                                      .name = "guided_grad_cam",
                                      .title = "Guided Grad-CAM",
                                      .summary = "Guided Backpropagation times Grad-CAM",
                                      .source = "Selvaraju et al.: Grad-CAM, ICCV 2017",
                                      .needs = LB_NEEDS_FORWARD,
                                      .settings =
                                          (const char *const[]){"cam_block", "convolution", NULL},
                                      .attribute = attribute};
