/* SPDX-License-Identifier: MIT */
/* What the parts of an executor ask of its steps. */
#include "executor.h"

const float *
lb_step_input(const lb_executor *executor, size_t step)
{
    return step == 0 ? executor->input : executor->steps[step - 1].output;
}

bool
lb_executor_is_fused(const lb_executor *executor, const lb_step *step)
{
    return executor->plan.decisions_only && step->kind == LB_STEP_CONVOLUTION &&
           lb_convolution_is_fused(step->convolution);
}

const lb_step *
lb_pool_behind(const lb_step *convolution)
{
    return convolution[2].kind == LB_STEP_POOL ? convolution + 2 : NULL;
}
