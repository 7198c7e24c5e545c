/* SPDX-License-Identifier: MIT */
/* What an executor knows of the output of a block. */
#include "executor.h"

/* *out: the step of the block's max pooling. */
static lb_status
find_pool(size_t *out, const lb_executor *executor, size_t block, const char *function,
          lb_error *err)
{
    lb_status status = LB_OK;
    size_t pools = 0;
    LB_TRY(lb_check_pointer(executor, function, "executor", err));
    LB_TRY(lb_executor_check_explain(executor, function, err));
    for (size_t i = 0; i < executor->count; i++) {
        if (executor->steps[i].kind == LB_STEP_POOL && pools++ == block) {
            *out = i;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "%s: block %zu, the network has blocks 0 to %zu",
                   function, block, pools - 1);
cleanup:
    return status;
}

static size_t
block_channels(const lb_executor *executor, size_t block)
{
    return executor->network->architecture.channels[block];
}

lb_status
lb_executor_block_shape(lb_block_shape *out, const lb_executor *executor, size_t block,
                        lb_error *err)
{
    lb_status status = LB_OK;
    size_t pool = 0;
    LB_NOT_NULL(out);
    LB_TRY(find_pool(&pool, executor, block, __func__, err));
    const lb_planes *shape = &executor->steps[pool].shape;
    *out = (lb_block_shape){block_channels(executor, block), shape->height, shape->width};
cleanup:
    return status;
}

lb_status
lb_executor_block_backward(lb_executor *executor, size_t block, const float *logit_values,
                           lb_error *err)
{
    lb_status status = LB_OK;
    float *at = NULL; /* gradient[0] */
    size_t pool = 0;
    LB_TRY(find_pool(&pool, executor, block, __func__, err));
    LB_TRY(lb_executor_check_backward(executor, __func__, err));
    LB_TRY(lb_executor_check_values(executor, logit_values, __func__, err));
    LB_TRY(lb_executor_backward_to(&at, executor, pool - 1, LB_RULE_GRADIENT, NULL, logit_values,
                                   err));
cleanup:
    return status;
}

lb_status
lb_executor_block_read(float *output, float *gradient, const lb_executor *executor, size_t block,
                       size_t image, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pool = 0;
    LB_NOT_NULL(output);
    LB_NOT_NULL(gradient);
    LB_TRY(find_pool(&pool, executor, block, __func__, err));
    if (!executor->backward.done || executor->backward.step != pool - 1) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: block %zu has no gradient (call lb_executor_block_backward() of this "
                       "block first)",
                       __func__, block);
    }
    if (image >= executor->plan.batch) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: image %zu, the batch has %zu images", __func__,
                       image, executor->plan.batch);
    }
    size_t channels = block_channels(executor, block);
    lb_planes one = executor->steps[pool].shape;
    one.images = 1;
    size_t start = image * executor->steps[pool].in_size;
    lb_unblock(output, lb_step_input(executor, pool) + start, channels, &one);
    lb_unblock(gradient, executor->gradient[0] + start, channels, &one);
cleanup:
    return status;
}
