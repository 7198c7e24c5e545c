/* SPDX-License-Identifier: MIT */
/* How far a run has come. */
#include <math.h>

#include "progress.h"

void
lb_session_report(const lb_session *session)
{
    enum { PARTS = 1000 };
    const lb_effort *effort = &session->effort;
    size_t parts = PARTS * effort->images;
    double share = effort->total > 0 ? fmin(1, effort->done / effort->total) : 1;
    lb_progress(session->context, "explaining", (size_t)(share * (double)parts), parts);
}

void
lb_session_advance(lb_session *session, double passes)
{
    session->effort.done = fmin(session->effort.done + passes, session->effort.end);
    lb_session_report(session);
}

void
lb_session_advance_forward(lb_session *session, size_t passes)
{
    lb_session_advance(session, LB_FORWARD_PASS * (double)passes);
}
