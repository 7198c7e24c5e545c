/* SPDX-License-Identifier: MIT */
/* The computation shared by the LRP methods. */
#ifndef LB_EXPLAIN_LRP_H
#define LB_EXPLAIN_LRP_H

#include "lesionbench/relevance.h"
#include "session.h"

extern const lb_lrp_options lb_lrp_defaults;

/* The composites' default of lrp_epsilon. */
extern const lb_method_default lb_composite_defaults[];

/* Relevance of the target's logit by a composite of these rules, with the values of the options.
 * The option lrp_first can replace the rule of the first convolution. The expected sum is the
 * logit. */
lb_status lb_session_relevance(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
                               const lb_batch *batch, lb_relevance_rule first,
                               lb_relevance_rule convolutions, lb_error *err);
/* The same for any composite. With the box rule: LB_ERROR_ARGUMENT if an image has values outside
 * the bounds of the options. */
lb_status lb_session_composite(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
                               const lb_batch *batch, const lb_composite *composite, lb_error *err);

#endif
