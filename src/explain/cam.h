/* SPDX-License-Identifier: MIT */
/* What the class activation maps share. */
#ifndef LB_EXPLAIN_CAM_H
#define LB_EXPLAIN_CAM_H

#include "session.h"

/* One image's map (height, width) from its block's output and the gradient there. */
typedef void (*lb_cam_combine)(float *map, const float *output, const float *gradient,
                               const lb_block_shape *shape);

/* max(0, sum over channels of the gradient's mean over space times the output): Grad-CAM. */
void lb_cam_mean_gradient(float *map, const float *output, const float *gradient,
                          const lb_block_shape *shape);

/* Maps of the target's logit at the options' block, enlarged to the image, the same in all three
 * channels: out (count, 3, H, W). */
lb_status lb_session_cam(float *out, lb_session *session, const lb_batch *batch,
                         lb_cam_combine combine, lb_error *err);

/* Bilinear between the centres of the cells, beyond them the edge's value (PyTorch's interpolate,
 * mode bilinear, align_corners false). */
void lb_cam_enlarge(float *out, size_t height, size_t width, const float *in, size_t in_height,
                    size_t in_width);

#endif
