/* SPDX-License-Identifier: MIT */
/* What an executor gives out: its input, its outputs and their sizes. */
#include "executor.h"

lb_executor_view
lb_executor_view_of(const lb_executor *executor)
{
    const lb_step *last = &executor->steps[executor->count - 1];
    return (lb_executor_view){.input = executor->input,
                              .logits = last->kind == LB_STEP_DENSE ? last->output : NULL,
                              .outputs = last->output,
                              .input_size = executor->input_size,
                              .output_size = last->size,
                              .first_size = executor->steps[0].size};
}

lb_status
lb_executor_input(float **out, lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    *out = executor->input;
cleanup:
    return status;
}

lb_status
lb_executor_input_size(size_t *out, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    *out = executor->input_size;
cleanup:
    return status;
}

static lb_status
check_features(const lb_executor *executor, const char *function, lb_error *err)
{
    return executor->plan.features_only
               ? LB_OK
               : lb_fail(err, LB_ERROR_ARGUMENT,
                         "%s: executor is of %s, must be LB_EXECUTOR_FEATURES", function,
                         lb_executor_purpose_name(executor->plan.purpose));
}

lb_status
lb_executor_features_size(size_t *out, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    LB_TRY(check_features(executor, __func__, err));
    *out = lb_executor_view_of(executor).output_size;
cleanup:
    return status;
}

lb_status
lb_executor_first_size(size_t *out, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    if (!executor->plan.backward) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: executor of %s does not go backward (use LB_EXECUTOR_EXPLAIN)",
                       __func__, lb_executor_purpose_name(executor->plan.purpose));
    }
    *out = lb_executor_view_of(executor).first_size;
cleanup:
    return status;
}

lb_status
lb_executor_logits(const float **out, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    if (executor->plan.features_only) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: executor of LB_EXECUTOR_FEATURES has no logits (call "
                       "lb_executor_features())",
                       __func__);
    }
    LB_TRY(lb_executor_check_forward(executor, __func__, err));
    *out = lb_executor_view_of(executor).logits;
cleanup:
    return status;
}

lb_status
lb_executor_features(const float **out, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    LB_TRY(check_features(executor, __func__, err));
    LB_TRY(lb_executor_check_forward(executor, __func__, err));
    *out = lb_executor_view_of(executor).outputs;
cleanup:
    return status;
}

lb_status
lb_executor_set_batch(lb_executor *executor, size_t images, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(executor);
    LB_TRY(lb_executor_check_count(executor, images, __func__, "images", err));
    executor->used = images;
    executor->has_forward = executor->has_sparsity_mask = false;
cleanup:
    return status;
}
