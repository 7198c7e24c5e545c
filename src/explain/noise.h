/* SPDX-License-Identifier: MIT */
/* Gradients at noisy images. */
#ifndef LB_EXPLAIN_NOISE_H
#define LB_EXPLAIN_NOISE_H

#include "session.h"

/* Mean and population variance (count, 3, H, W) of the gradients at `smooth_samples` noisy copies
 * of each image. Each value has Gaussian noise, which is the same for every method. variance may be
 * NULL. */
lb_status lb_session_noisy(float *mean, float *variance, lb_session *session, const lb_batch *batch,
                           lb_error *err);

#endif
