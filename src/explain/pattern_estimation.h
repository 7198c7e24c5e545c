/* SPDX-License-Identifier: MIT */
/* What PatternNet and PatternAttribution share. */
#ifndef LB_EXPLAIN_PATTERN_FIT_H
#define LB_EXPLAIN_PATTERN_FIT_H

#include "session.h"

/* Backward by patterns from the target's logit: (batch, 3, H, W). They are fitted when first asked
 * for, on images of the options' background, and kept for all batches. */
lb_status lb_session_patterns(float *out, lb_session *session, const lb_batch *batch,
                              bool times_weights, lb_error *err);

#endif
