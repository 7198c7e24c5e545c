/* SPDX-License-Identifier: MIT */
/* The computation shared by PatternNet and PatternAttribution. */
#ifndef LB_EXPLAIN_PATTERN_ESTIMATION_H
#define LB_EXPLAIN_PATTERN_ESTIMATION_H

#include "session.h"

/* Backward by patterns from the target's logit: out (batch, 3, H, W), with space for a full batch.
 * The first call estimates the patterns on background images of the options. They are kept for all
 * batches. */
lb_status lb_session_patterns(float *out, lb_session *session, const lb_batch *batch,
                              bool times_weights, lb_error *err);

#endif
