/* SPDX-License-Identifier: MIT */
/* How much work methods are by the settings they have, and how far a run has come. */
#include "progress.h"

#include <math.h>

double
lb_method_passes(const lb_method *method, const lb_explain_options *options, size_t height,
                 size_t width)
{
    const double control = 0.02; /* next to nothing */
    if (method->passes != NULL) {
        return fmax(1, method->passes(options, height, width));
    }
    return lb_method_is_control(method) ? control : 1;
}

double
lb_methods_passes(const lb_method *const *methods, size_t count, const lb_explain_options *options,
                  size_t height, size_t width)
{
    double sum = 0;
    for (size_t m = 0; m < count; m++) {
        sum += lb_method_passes(methods[m], options, height, width);
    }
    return sum;
}

void
lb_explainer_begin(lb_explainer *e, size_t images)
{
    double each = lb_methods_passes(e->methods, e->method_count, e->session.options,
                                    e->session.height, e->session.width);
    e->session.effort = (lb_effort){.images = images, .total = (double)images * each};
    lb_session_report(&e->session);
}

void
lb_explainer_begin_method(lb_explainer *e)
{
    lb_session *session = &e->session;
    double each =
        lb_method_passes(session->method, session->options, session->height, session->width);
    session->effort.end = session->effort.done + (double)e->batch.count * each;
}

void
lb_explainer_end_method(lb_explainer *e)
{
    e->session.effort.done = e->session.effort.end;
    lb_session_report(&e->session);
}
