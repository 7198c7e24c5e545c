/* SPDX-License-Identifier: MIT */
/* The computation that PatternNet and PatternAttribution share. */
#ifndef LB_EXPLAIN_PATTERN_FIT_H
#define LB_EXPLAIN_PATTERN_FIT_H

#include "session.h"

/* Backward by patterns from the target's logit: out (batch, 3, H, W), with
 * places for a full batch. The first call fits the patterns on background images of the options;
 * they are kept for all batches. */
lb_status lb_session_patterns(float *out, lb_session *session, const lb_batch *batch,
                              bool times_weights, lb_error *err);

#endif
