/* SPDX-License-Identifier: MIT */
/* The activations of an image of zeros, for sparsity masks. */
#include <string.h>

#include "executor.h"

/* Keeps what a step computed for the first image. */
static lb_status
keep_output(lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *pool = lb_pool_behind(step);
    size_t size = pool != NULL ? pool->size : step->size;
    LB_ALLOC(step->support.output, size);
    memcpy(step->support.output, step->output, size * sizeof *step->support.output);
cleanup:
    return status;
}

lb_status
lb_executor_cache_zero_activations(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    size_t used = 0, last = 0;
    LB_NOT_NULL(executor);
    if (executor->plan.purpose != LB_EXECUTOR_EXPLAIN_PATH) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: executor is of %s, must be LB_EXECUTOR_EXPLAIN_PATH", __func__,
                       lb_executor_purpose_name(executor->plan.purpose));
    }
    used = executor->used;
    executor->has_forward = executor->backward.done = executor->zero_is_cached = false;
    memset(executor->input, 0, executor->input_size * sizeof *executor->input);
    executor->has_zero_activations = executor->has_sparsity_mask = false;
    executor->used = 1;
    lb_repeats_forget(executor);
    for (size_t i = 0; i < executor->count; i++) {
        last = lb_executor_is_fused(executor, &executor->steps[i]) ? i : last;
    }
    for (size_t i = 0; last > 0 && i <= last; i++) {
        lb_step *step = &executor->steps[i];
        LB_TRY(lb_executor_step_forward(&i, executor, err));
        if (lb_executor_is_fused(executor, step)) {
            size_t tiles = executor->plan.batch * lb_step_tiles(step);
            lb_sparsity_release(step);
            LB_TRY(keep_output(step, err));
            LB_TRY(lb_tile_list_init(&step->support.needed, tiles, err));
            LB_TRY(lb_tile_list_init(&step->support.active, tiles, err));
            LB_TRY(lb_tile_list_init(&step->support.filled, tiles, err));
            LB_ALLOC(step->support.reached,
                     executor->plan.batch * step->shape.height * step->shape.width);
        }
    }
    if (last > 0 && executor->positions == NULL) {
        LB_ALLOC(executor->positions, executor->plan.batch * lb_sparsity_position_bytes(executor));
    }
    executor->has_zero_activations = last > 0;
    executor->zero_is_cached = true;
cleanup:
    if (executor != NULL) {
        executor->used = used;
    }
    return status;
}
