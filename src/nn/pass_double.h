/* SPDX-License-Identifier: MIT */
/* A pass's forward computation in double precision, see double.h. */
#ifndef LB_NN_PASS_DOUBLE_H
#define LB_NN_PASS_DOUBLE_H

#include "pass.h"

/* For a whole network from the image. */
lb_status lb_double_pass_create(lb_double_pass **out, const lb_pass *pass, lb_error *err);
void lb_double_pass_free(lb_double_pass *wide);
/* Fills the pass's outputs, rounded to float32, and its poolings' choices. */
void lb_double_pass_forward(const lb_double_pass *wide, const lb_pass *pass);

#endif
