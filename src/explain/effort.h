/* SPDX-License-Identifier: MIT */
/* How far a run of an explainer has come, for its progress. The unit is one image through the
 * network, forward and back. */
#ifndef LB_EXPLAIN_EFFORT_H
#define LB_EXPLAIN_EFFORT_H

#include "explainer.h"

struct lb_effort {
    size_t images;
    double done, total;
    double end; /* of the method at work: it cannot tell of more than it is reckoned at */
};

void lb_explainer_begin(const lb_explainer *explainer, size_t images);
void lb_explainer_begin_method(const lb_explainer *explainer, size_t method);
/* Within a method: so many more passes are done. */
void lb_explainer_advance(const lb_explainer *explainer, double passes);
void lb_explainer_advance_forward(const lb_explainer *explainer, size_t passes);
void lb_explainer_end_method(const lb_explainer *explainer);

#endif
