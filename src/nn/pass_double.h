/* SPDX-License-Identifier: MIT */
/* A pass's forward computation in double precision, see double.h. */
#ifndef LB_NN_PASS_DOUBLE_H
#define LB_NN_PASS_DOUBLE_H

#include "pass.h"

/* For a whole network from the image. lender, or NULL: a pass whose two arrays of outputs to use,
 * where they are large enough. */
lb_status lb_double_pass_create(lb_double_pass **out, const lb_pass *pass, const lb_pass *lender,
                                lb_error *err);
void lb_double_pass_free(lb_double_pass *wide);
/* Two arrays of the largest step's floats, free between forward computations. */
void lb_double_pass_lend(float *out[2], const lb_double_pass *wide);
/* Fills the pass's outputs, rounded to float32, and its poolings' choices. */
lb_status lb_double_pass_forward(lb_double_pass *wide, const lb_pass *pass, lb_error *err);

#endif
