/* SPDX-License-Identifier: MIT */
/* How far a run of an explainer has come. The unit is one image through the network, forward and
 * back. */
#ifndef LB_EXPLAIN_PROGRESS_H
#define LB_EXPLAIN_PROGRESS_H

#include "session.h"

void lb_explainer_begin(lb_explainer *explainer, size_t images);
void lb_explainer_begin_method(lb_explainer *explainer);
void lb_explainer_end_method(lb_explainer *explainer);
/* Within a method: so many more passes are done. */
void lb_session_advance(lb_session *session, double passes);
void lb_session_advance_forward(lb_session *session, size_t passes);
/* Tells the context. */
void lb_session_report(const lb_session *session);

#endif
