/* SPDX-License-Identifier: MIT */
/* A pass's forward computation in double precision, see double.h. */
#ifndef LB_NN_PASS_DOUBLE_H
#define LB_NN_PASS_DOUBLE_H

#include "executor.h"

/* For a whole network from the image. lender, or NULL: a pass whose two arrays of outputs to use,
 * where they are large enough. */
lb_status lb_f64_executor_create(lb_f64_executor **out, const lb_executor *pass,
                                 const lb_executor *lender, lb_error *err);
void lb_f64_executor_free(lb_f64_executor *f64);
/* Two arrays of the largest step's floats, free between forward computations. */
void lb_f64_executor_scratch(float *out[2], const lb_f64_executor *f64);
/* Fills the pass's outputs, rounded to float32, and its poolings' choices. */
lb_status lb_f64_executor_forward(lb_f64_executor *f64, const lb_executor *pass, lb_error *err);

#endif
