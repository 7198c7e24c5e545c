/* SPDX-License-Identifier: MIT */
/* What PatternNet and PatternAttribution share. */
#ifndef LB_EXPLAIN_PATTERN_FIT_H
#define LB_EXPLAIN_PATTERN_FIT_H

#include "explainer.h"

/* Backward by patterns from the target's logit: (count, 3, H, W). They are fitted when first asked
 * for, on images of the options' background, and kept for all batches. `method` is for messages. */
lb_status lb_explainer_patterns(float *out, lb_explainer *explainer, const char *method,
                                bool times_weights, lb_error *err);

#endif
