/* SPDX-License-Identifier: MIT */
/* What the LRP methods share. */
#ifndef LB_EXPLAIN_LRP_H
#define LB_EXPLAIN_LRP_H

#include "lesionbench/relevance.h"
#include "session.h"

extern const lb_lrp_options lb_lrp_defaults;

/* The own epsilon of composites, in the place of 0. */
extern const lb_method_default lb_composite_defaults[];

/* Relevance of the target's logit by a composite of these rules and the options' values, but that
 * the first convolution's rule is the options' where that is not the composite's own. It
 * promises the logit. */
lb_status lb_session_relevance(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
                               const lb_batch *batch, lb_relevance_rule first,
                               lb_relevance_rule convolutions, lb_error *err);
/* The same by any composite, with bounds that are the options'. The box rule refuses images that
 * are not between them. */
lb_status lb_session_composite(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
                               const lb_batch *batch, const lb_composite *composite, lb_error *err);

#endif
