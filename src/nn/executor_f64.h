/* SPDX-License-Identifier: MIT */
/* An executor's forward computation in double precision, see f64_kernels.h. */
#ifndef LB_NN_EXECUTOR_F64_H
#define LB_NN_EXECUTOR_F64_H

#include "executor.h"

/* For a whole network from the image. lender, or NULL: an executor whose two arrays of outputs to
 * use, where they are large enough. */
lb_status lb_f64_executor_create(lb_f64_executor **out, const lb_executor *executor,
                                 const lb_executor *lender, lb_error *err);
void lb_f64_executor_free(lb_f64_executor *f64);
/* Two arrays of the largest step's floats, free between forward computations. */
void lb_f64_executor_scratch(float *out[2], const lb_f64_executor *f64);
/* Fills the executor's outputs, rounded to float32, and the argmax of its poolings. */
lb_status lb_f64_executor_forward(lb_f64_executor *f64, const lb_executor *executor, lb_error *err);

#endif
