/* SPDX-License-Identifier: MIT */
/* The computation shared by all class activation maps. */
#ifndef LB_EXPLAIN_CAM_H
#define LB_EXPLAIN_CAM_H

#include "session.h"

/* One image's map (height, width) from its block's output and the gradient there. */
typedef void (*lb_cam_combine)(float *map, const float *output, const float *gradient,
                               const lb_block_shape *shape);

/* max(0, sum over channels of the gradient's mean over space times the output): Grad-CAM. */
void lb_cam_mean_gradient(float *map, const float *output, const float *gradient,
                          const lb_block_shape *shape);

/* Maps of the target's logit at the block that the options name, enlarged to the image: out (count,
 * 3, H, W). All three channels are equal. */
lb_status lb_session_cam(float *out, lb_session *session, const lb_batch *batch,
                         lb_cam_combine combine, lb_error *err);

/* Enlarges a map as PyTorch's interpolate does with mode bilinear and align_corners false: bilinear
 * between the centres of the cells, and the edge's value beyond them. */
void lb_cam_enlarge(float *out, size_t height, size_t width, const float *in, size_t in_height,
                    size_t in_width);

#endif
