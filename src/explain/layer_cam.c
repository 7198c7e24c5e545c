/* SPDX-License-Identifier: MIT */
/* LayerCAM: a block's output, each value weighted by its own gradient where that is positive,
 * summed over channels (Jiang et al.: LayerCAM: exploring hierarchical class activation maps for
 * localization, IEEE Transactions on Image Processing 2021). */
#include <string.h>

#include "cam.h"

static void
combine(float *map, const float *output, const float *gradient, const lb_block_shape *shape)
{
    size_t cells = shape->height * shape->width;
    memset(map, 0, cells * sizeof *map);
    for (size_t v = 0; v < shape->channels * cells; v++) {
        map[v % cells] += gradient[v] > 0 ? gradient[v] * output[v] : 0.0f;
    }
}

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    return lb_session_cam(attribution, session, batch, combine, err);
}

const lb_method lb_layer_cam = {
    .struct_size = sizeof(lb_method),
    .name = "layer_cam",
    .title = "LayerCAM",
    .summary = "a block's output, each value weighted by its positive gradient, enlarged",
    .source = "Jiang et al.: LayerCAM, IEEE Transactions on Image Processing 2021",
    .needs = LB_NEEDS_FORWARD,
    .settings = (const char *const[]){"cam_block", "convolution", NULL},
    .attribute = attribute};
