/* SPDX-License-Identifier: MIT */
/* Computing with an executor: forward, and backward by a rule. */
#include "executor.h"

#include <string.h>

#include "backward_rules.h"
#include "dense.h"
#include "executor_f64.h"

static void
multiply(float *values, const float *factors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] *= factors[i];
    }
}

/* Which of the hidden dense layers a ReLU belongs to, or LB_DENSE_LAYERS for a convolution's. */
static size_t
hidden_layer(const lb_executor *executor, size_t relu)
{
    const lb_step *before = &executor->steps[relu - 1];
    if (before->kind != LB_STEP_DENSE) {
        return LB_DENSE_LAYERS;
    }
    size_t from_end = executor->network->count - before->parameter;
    return LB_DENSE_LAYERS - from_end / 2;
}

static float *
dropout_factors(const lb_executor *executor, size_t relu)
{
    size_t layer = hidden_layer(executor, relu);
    return layer < LB_DENSE_LAYERS - 1 ? executor->dropout[layer] : NULL;
}

static void
dense_forward(const lb_executor *executor, const lb_step *step, const float *in, bool relu)
{
    const lb_parameter *weight = &executor->network->parameters[step->parameter];
    lb_dense_forward(step->output, in, weight->value, executor->used, step->units, step->in_size);
    lb_add_bias(step->output, weight[1].value, executor->used, step->units, relu);
}

/* What of a convolution that decides is computed: of the batch, and of these tiles, or of all where
 * tiles is NULL. */
static lb_fused_outputs
decided_behind(const lb_executor *executor, const lb_step *step, const lb_tile_list *tiles)
{
    const lb_step *pool = lb_pool_behind(step);
    return (lb_fused_outputs){.images = executor->used,
                              .relu_mask = step[1].relu_mask,
                              .argmax = pool != NULL ? pool->argmax : NULL,
                              .tiles = tiles != NULL ? tiles->tiles : NULL,
                              .tile_count = tiles != NULL ? tiles->count : 0};
}

/* A convolution and what is behind it; *i becomes the last of these steps. */
static lb_status
decide(size_t *i, lb_executor *executor, const float *in, lb_error *err)
{
    lb_status status = LB_OK;
    lb_step *step = &executor->steps[*i];
    lb_repeats_find(executor, step);
    const lb_tile_list *tiles = executor->has_sparsity_mask ? &step->support.active : NULL;
    if (step->repeats.some) {
        tiles = &step->repeats.remaining;
    }
    const lb_fused_outputs decided = decided_behind(executor, step, tiles);
    lb_convolution_fused_forward(step->convolution, in, step->output, &decided);
    if (executor->has_sparsity_mask) {
        lb_sparsity_fill(step);
    }
    if (step->repeats.some) {
        LB_TRY(lb_repeats_fill(executor, step, in, err));
    }
    *i += lb_pool_behind(step) != NULL ? 2 : 1;
cleanup:
    return status;
}

lb_status
lb_executor_step_forward(size_t *i, lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &executor->steps[*i];
    const float *in = lb_step_input(executor, *i);
    switch (step->kind) {
    case LB_STEP_CONVOLUTION:
        if (lb_executor_is_fused(executor, step)) {
            LB_TRY(decide(i, executor, in, err));
        } else {
            LB_TRY(lb_convolution_forward(step->convolution, in, step->output, err));
        }
        break;
    case LB_STEP_RELU:
        if (!step->in_place) {
            lb_rectify(step->output, in, executor->plan.batch * step->size);
        }
        if (dropout_factors(executor, *i) != NULL) {
            multiply(step->output, dropout_factors(executor, *i),
                     executor->plan.batch * step->size);
        }
        if (step->relu_mask != NULL) {
            lb_relu_bits(step->relu_mask, step->output, executor->plan.batch * step->size);
        }
        break;
    case LB_STEP_POOL:
        if (executor->plan.decisions_only) {
            lb_pool_forward_rectified(step->output, step->argmax, in, &step->shape);
            if (executor->repeat_workspace != NULL) {
                lb_repeats_pool(executor, step);
            }
        } else {
            lb_pool_forward(step->output, step->argmax, in, &step->shape);
        }
        break;
    case LB_STEP_AVERAGE:
        lb_average_forward(step->output, in, step->channels, &step->shape);
        break;
    case LB_STEP_DENSE: {
        bool relu = *i + 1 < executor->count && executor->steps[*i + 1].in_place;
        dense_forward(executor, step, in, relu);
        break;
    }
    }
cleanup:
    return status;
}

lb_status
lb_executor_forward(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(executor);
    if (executor->discarded) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: the workspace of executor was discarded",
                       __func__);
    }
    executor->has_forward = executor->backward.done = false;
    if (executor->f64 != NULL) {
        LB_TRY(lb_f64_executor_forward(executor->f64, executor, err));
        executor->has_forward = true;
        return LB_OK;
    }
    lb_repeats_begin(executor);
    for (size_t i = 0; i < executor->count; i++) {
        LB_TRY(lb_executor_step_forward(&i, executor, err));
    }
    if (executor->has_sparsity_mask) {
        lb_sparsity_clear_first(executor);
    }
    executor->has_forward = true;
cleanup:
    return status;
}

static lb_around
around(const lb_executor *executor, size_t i, const lb_executor *reference)
{
    const lb_step *step = &executor->steps[i];
    lb_around at = {.in = lb_step_input(executor, i),
                    .out = step->output,
                    .images = executor->plan.batch,
                    .in_size = step->in_size,
                    .out_size = step->size};
    if (reference != NULL) {
        at.reference_in = lb_step_input(reference, i);
        at.reference_out = reference->steps[i].output;
    }
    return at;
}

/* The transposed computation of a linear step, without what a rule adds. */
static lb_status
transposed(const lb_executor *executor, const lb_step *step, const float *out_gradient,
           float *in_gradient, lb_error *err)
{
    switch (step->kind) {
    case LB_STEP_CONVOLUTION:
        return lb_convolution_backward_input(step->convolution, out_gradient, in_gradient, err);
    case LB_STEP_AVERAGE:
        lb_average_backward(in_gradient, out_gradient, step->channels, &step->shape);
        return LB_OK;
    default:
        lb_dense_backward(in_gradient, out_gradient,
                          executor->network->parameters[step->parameter].value, executor->used,
                          step->units, step->in_size);
        return LB_OK;
    }
}

static void
swap_gradients(lb_executor *executor)
{
    float *from = executor->gradient[0];
    executor->gradient[0] = executor->gradient[1];
    executor->gradient[1] = from;
}

/* Back through a convolution and what is behind it. */
static void
backward_decided(lb_executor *executor, size_t i)
{
    const lb_step *step = &executor->steps[i];
    const lb_fused_outputs decided =
        decided_behind(executor, step, executor->has_sparsity_mask ? &step->support.needed : NULL);
    lb_convolution_fused_backward(step->convolution, executor->gradient[0], executor->gradient[1],
                                  &decided);
    swap_gradients(executor);
}

/* The convolution that takes a step, behind it, along when it goes backward. */
static bool
is_taken_along(size_t *convolution, const lb_executor *executor, size_t i)
{
    *convolution = executor->steps[i].kind == LB_STEP_POOL ? i - 2 : i - 1;
    return i > 0 &&
           (executor->steps[i].kind == LB_STEP_POOL || executor->steps[i].kind == LB_STEP_RELU) &&
           lb_executor_is_fused(executor, &executor->steps[*convolution]);
}

/* One step backward by a rule. gradient[0] holds the values at its output, and afterwards those at
 * its input. */
static lb_status
step_backward(lb_executor *executor, size_t i, const lb_rule_table *rule,
              const lb_executor *reference, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &executor->steps[i];
    lb_around at = around(executor, i, reference);
    float *from = executor->gradient[0], *to = executor->gradient[1];
    if (step->kind == LB_STEP_RELU && executor->plan.decisions_only) {
        if (step->relu_mask != NULL) {
            lb_keep_where(from, step->relu_mask, executor->plan.batch * step->size);
        }
        return LB_OK;
    }
    if (step->kind == LB_STEP_RELU) {
        rule->relu(from, &at);
        return LB_OK;
    }
    if (step->kind == LB_STEP_POOL) {
        lb_pool_backward(to, from, step->argmax, &step->shape);
        if (rule->after_pool != NULL) {
            rule->after_pool(to, from, &at, step->argmax, reference->steps[i].argmax, &step->shape);
        }
    } else if (rule->linear != NULL) {
        LB_TRY(rule->linear(to, from, executor, i, err));
    } else {
        if (rule->before_linear != NULL) {
            rule->before_linear(from, &at);
        }
        LB_TRY(transposed(executor, step, from, to, err));
        if (rule->after_linear != NULL) {
            rule->after_linear(to, &at);
        }
    }
    swap_gradients(executor);
cleanup:
    return status;
}

static void
start_backward(lb_executor *executor, const float *logit_values)
{
    memcpy(executor->gradient[0], logit_values,
           executor->plan.batch * executor->steps[executor->count - 1].size * sizeof(float));
}

lb_status
lb_executor_backward_to(float **out, lb_executor *executor, size_t last, lb_rule rule,
                        const lb_executor *reference, const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_rule_table *table = lb_rule_find(rule);
    executor->backward.done = false;
    start_backward(executor, logit_values);
    for (size_t i = executor->count; i-- > last + 1;) {
        size_t convolution = 0;
        if (is_taken_along(&convolution, executor, i) && convolution > last) {
            backward_decided(executor, convolution);
            i = convolution;
        } else {
            LB_TRY(step_backward(executor, i, table, reference, err));
        }
    }
    executor->backward = (lb_backward_state){.done = true, .rule = rule, .step = last};
    *out = executor->gradient[0];
cleanup:
    return status;
}

lb_status
lb_executor_backward(float **out, lb_executor *executor, lb_rule rule, const lb_executor *reference,
                     const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    LB_TRY(lb_executor_check_backward(executor, __func__, err));
    LB_TRY(lb_executor_check_values(executor, logit_values, __func__, err));
    LB_TRY(lb_executor_check_rule(executor, rule, __func__, err));
    LB_TRY(lb_executor_check_reference(executor, rule, reference, err));
    LB_TRY(lb_executor_backward_to(out, executor, 0, rule, reference, logit_values, err));
cleanup:
    return status;
}

/* From gradient[0] at the first step's output. */
static lb_status
first_backward(float *out, lb_executor *executor, const lb_rule_table *rule, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &executor->steps[0];
    lb_around at = around(executor, 0, NULL);
    executor->backward.done = false;
    if (rule->before_linear != NULL) {
        rule->before_linear(executor->gradient[0], &at);
    }
    LB_TRY(transposed(executor, step, executor->gradient[0], executor->gradient[1], err));
    lb_unblock(out, executor->gradient[1], step->channels, &step->shape);
    if (rule->after_linear != NULL) {
        rule->after_linear(out, &at);
    }
cleanup:
    return status;
}

lb_status
lb_executor_to_input(float *out, lb_executor *executor, lb_rule rule, const float *first,
                     lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    LB_NOT_NULL(first);
    LB_TRY(lb_executor_check_backward(executor, __func__, err));
    LB_TRY(lb_executor_check_rule(executor, rule, __func__, err));
    LB_TRY(lb_executor_check_first(executor, rule, first, err));
    if (first != executor->gradient[0]) {
        memmove(executor->gradient[0], first,
                executor->plan.batch * executor->steps[0].size * sizeof *first);
    }
    LB_TRY(first_backward(out, executor, lb_rule_find(rule), err));
cleanup:
    return status;
}

static lb_status
parameter_gradients(lb_executor *executor, size_t i, const float *gradient, lb_error *err)
{
    const lb_step *step = &executor->steps[i];
    float *weight = executor->parameter_gradient[step->parameter];
    float *bias = executor->parameter_gradient[step->parameter + 1];
    const float *in = lb_step_input(executor, i);
    if (step->kind == LB_STEP_CONVOLUTION) {
        return lb_convolution_backward_weights(step->convolution, in, gradient, weight, bias, err);
    }
    lb_sum_rows(bias, gradient, executor->plan.batch, step->units);
    return lb_matrix_product(weight, gradient, in, step->units, step->in_size, executor->plan.batch,
                             true, false, 0.0f, err);
}

/* The gradient at the input of step i > 0, from that at its output. Activations are overwritten as
 * they are no longer needed, so that one spare array is enough: the gradient at a convolution's or
 * dense layer's output lies in that output's own array, that at its input in the spare one. */
static lb_status
step_backward_in_place(float **gradient, lb_executor *executor, size_t i, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &executor->steps[i];
    float *spare = executor->gradient[1], *in = executor->steps[i - 1].output;
    switch (step->kind) {
    case LB_STEP_RELU:
        if (dropout_factors(executor, i) != NULL) {
            multiply(*gradient, dropout_factors(executor, i), executor->plan.batch * step->size);
        }
        if (*gradient != step->output) {
            lb_rectify_backward(step->output, *gradient, executor->plan.batch * step->size);
            *gradient = step->output;
        }
        break;
    case LB_STEP_POOL: /* does the work of the ReLU before it */
        lb_pool_rectify_backward(in, *gradient, step->argmax, &step->shape);
        *gradient = in;
        break;
    case LB_STEP_AVERAGE:
        lb_average_backward(in, *gradient, step->channels, &step->shape);
        *gradient = in;
        break;
    default:
        LB_TRY(transposed(executor, step, *gradient, spare, err));
        *gradient = spare;
    }
cleanup:
    return status;
}

static bool
is_trained(const lb_executor *executor, size_t i)
{
    const lb_step *step = &executor->steps[i];
    return (step->kind == LB_STEP_CONVOLUTION || step->kind == LB_STEP_DENSE) &&
           executor->parameter_gradient[step->parameter] != NULL;
}

lb_status
lb_executor_backward_parameters(lb_executor *executor, const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(executor);
    LB_NOT_NULL(logit_values);
    if (!executor->plan.train) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: executor is of %s, must be LB_EXECUTOR_TRAIN",
                       __func__, lb_executor_purpose_name(executor->plan.purpose));
    }
    LB_TRY(lb_executor_check_forward(executor, __func__, err));
    const lb_step *last = &executor->steps[executor->count - 1];
    float *gradient = last->output;
    size_t first = 0;
    executor->has_forward = false;
    while (!is_trained(executor, first)) {
        first++;
    }
    memcpy(gradient, logit_values, executor->plan.batch * last->size * sizeof *gradient);
    for (size_t i = executor->count; i-- > first;) {
        if (is_trained(executor, i)) {
            LB_TRY(parameter_gradients(executor, i, gradient, err));
        }
        if (i > first) {
            LB_TRY(step_backward_in_place(&gradient, executor, i, err));
        }
    }
cleanup:
    return status;
}
