/* SPDX-License-Identifier: MIT */
/* Computing a pass: forward, and backward by a rule. */
#include "executor.h"

#include <assert.h>
#include <string.h>

#include "backward_rules.h"
#include "dense.h"
#include "executor_f64.h"

float *
lb_executor_input(lb_executor *pass)
{
    return pass->input;
}

void
lb_executor_set_batch(lb_executor *pass, size_t images)
{
    assert(images > 0 && images <= pass->options.batch);
    pass->used = images;
    pass->has_sparsity_mask = false;
}

size_t
lb_executor_input_size(const lb_executor *pass)
{
    return pass->input_size;
}

size_t
lb_executor_features_size(const lb_executor *pass)
{
    return pass->steps[pass->count - 1].size;
}

const float *
lb_executor_features(const lb_executor *pass)
{
    return pass->steps[pass->count - 1].output;
}

const float *
lb_executor_logits(const lb_executor *pass)
{
    const lb_step *last = &pass->steps[pass->count - 1];
    return last->kind == LB_STEP_DENSE ? last->output : NULL;
}

size_t
lb_executor_first_size(const lb_executor *pass)
{
    return pass->steps[0].size;
}

const float *
lb_step_input(const lb_executor *pass, size_t step)
{
    return step == 0 ? pass->input : pass->steps[step - 1].output;
}

static void
multiply(float *values, const float *factors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] *= factors[i];
    }
}

/* Which of the hidden dense layers a ReLU belongs to, or LB_DENSE_LAYERS for a convolution's. */
static size_t
hidden_layer(const lb_executor *pass, size_t relu)
{
    const lb_step *before = &pass->steps[relu - 1];
    if (before->kind != LB_STEP_DENSE) {
        return LB_DENSE_LAYERS;
    }
    size_t from_end = pass->network->count - before->parameter;
    return LB_DENSE_LAYERS - from_end / 2;
}

static float *
dropout_factors(const lb_executor *pass, size_t relu)
{
    size_t layer = hidden_layer(pass, relu);
    return layer < LB_DENSE_LAYERS - 1 ? pass->dropout[layer] : NULL;
}

static void
dense_forward(const lb_executor *pass, const lb_step *step, const float *in, bool relu)
{
    const lb_parameter *weight = &pass->network->parameters[step->parameter];
    lb_dense_forward(step->output, in, weight->value, pass->used, step->units, step->in_size);
    lb_add_bias(step->output, weight[1].value, pass->used, step->units, relu);
}

/* What of a convolution that decides is computed: of the batch, and of these tiles, or of all where
 * tiles is NULL. */
static lb_fused_outputs
decided_behind(const lb_executor *pass, const lb_step *step, const lb_tile_list *tiles)
{
    const lb_step *pool = lb_pool_behind(step);
    return (lb_fused_outputs){.images = pass->used,
                              .relu_mask = step[1].relu_mask,
                              .argmax = pool != NULL ? pool->argmax : NULL,
                              .tiles = tiles != NULL ? tiles->tiles : NULL,
                              .tile_count = tiles != NULL ? tiles->count : 0};
}

/* A convolution and what is behind it; *i becomes the last of these steps. */
static lb_status
decide(size_t *i, lb_executor *pass, const float *in, lb_error *err)
{
    lb_status status = LB_OK;
    lb_step *step = &pass->steps[*i];
    lb_repeats_find(pass, step);
    const lb_tile_list *tiles = pass->has_sparsity_mask ? &step->support.active : NULL;
    if (step->repeats.some) {
        tiles = &step->repeats.remaining;
    }
    const lb_fused_outputs decided = decided_behind(pass, step, tiles);
    lb_convolution_fused_forward(step->convolution, in, step->output, &decided);
    if (pass->has_sparsity_mask) {
        lb_sparsity_fill(step);
    }
    if (step->repeats.some) {
        LB_TRY(lb_repeats_fill(pass, step, in, err));
    }
    *i += lb_pool_behind(step) != NULL ? 2 : 1;
cleanup:
    return status;
}

lb_status
lb_executor_step_forward(size_t *i, lb_executor *pass, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &pass->steps[*i];
    const float *in = lb_step_input(pass, *i);
    switch (step->kind) {
    case LB_STEP_CONVOLUTION:
        if (lb_executor_is_fused(pass, step)) {
            LB_TRY(decide(i, pass, in, err));
        } else {
            LB_TRY(lb_convolution_forward(step->convolution, in, step->output, err));
        }
        break;
    case LB_STEP_RELU:
        if (!step->in_place) {
            lb_rectify(step->output, in, pass->options.batch * step->size);
        }
        if (dropout_factors(pass, *i) != NULL) {
            multiply(step->output, dropout_factors(pass, *i), pass->options.batch * step->size);
        }
        if (step->relu_mask != NULL) {
            lb_relu_bits(step->relu_mask, step->output, pass->options.batch * step->size);
        }
        break;
    case LB_STEP_POOL:
        if (pass->options.decisions_only) {
            lb_pool_forward_rectified(step->output, step->argmax, in, &step->shape);
            if (pass->repeat_room != NULL) {
                lb_repeats_pool(pass, step);
            }
        } else {
            lb_pool_forward(step->output, step->argmax, in, &step->shape);
        }
        break;
    case LB_STEP_AVERAGE:
        lb_average_forward(step->output, in, step->channels, &step->shape);
        break;
    case LB_STEP_DENSE: {
        bool relu = *i + 1 < pass->count && pass->steps[*i + 1].in_place;
        dense_forward(pass, step, in, relu);
        break;
    }
    }
cleanup:
    return status;
}

lb_status
lb_executor_forward(lb_executor *pass, lb_error *err)
{
    lb_status status = LB_OK;
    if (pass->f64 != NULL) {
        return lb_f64_executor_forward(pass->f64, pass, err);
    }
    lb_repeats_begin(pass);
    for (size_t i = 0; i < pass->count; i++) {
        LB_TRY(lb_executor_step_forward(&i, pass, err));
    }
    if (pass->has_sparsity_mask) {
        lb_sparsity_clear_first(pass);
    }
cleanup:
    return status;
}

static lb_around
around(const lb_executor *pass, size_t i, const lb_executor *reference)
{
    const lb_step *step = &pass->steps[i];
    lb_around at = {.in = lb_step_input(pass, i),
                    .out = step->output,
                    .images = pass->options.batch,
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
transposed(const lb_executor *pass, const lb_step *step, const float *out_gradient,
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
                          pass->network->parameters[step->parameter].value, pass->used, step->units,
                          step->in_size);
        return LB_OK;
    }
}

static void
swap_gradients(lb_executor *pass)
{
    float *from = pass->gradient[0];
    pass->gradient[0] = pass->gradient[1];
    pass->gradient[1] = from;
}

/* Back through a convolution and what is behind it. */
static void
backward_decided(lb_executor *pass, size_t i)
{
    const lb_step *step = &pass->steps[i];
    const lb_fused_outputs decided =
        decided_behind(pass, step, pass->has_sparsity_mask ? &step->support.needed : NULL);
    lb_convolution_fused_backward(step->convolution, pass->gradient[0], pass->gradient[1],
                                  &decided);
    swap_gradients(pass);
}

/* The convolution that takes a step, behind it, along when it goes backward. */
static bool
is_taken_along(size_t *convolution, const lb_executor *pass, size_t i)
{
    *convolution = pass->steps[i].kind == LB_STEP_POOL ? i - 2 : i - 1;
    return i > 0 && (pass->steps[i].kind == LB_STEP_POOL || pass->steps[i].kind == LB_STEP_RELU) &&
           lb_executor_is_fused(pass, &pass->steps[*convolution]);
}

/* One step backward by a rule. gradient[0] holds the values at its output, and afterwards those at
 * its input. */
static lb_status
step_backward(lb_executor *pass, size_t i, const lb_rule_table *rule, const lb_executor *reference,
              lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &pass->steps[i];
    lb_around at = around(pass, i, reference);
    float *from = pass->gradient[0], *to = pass->gradient[1];
    if (step->kind == LB_STEP_RELU && pass->options.decisions_only) {
        if (step->relu_mask != NULL) {
            lb_keep_where(from, step->relu_mask, pass->options.batch * step->size);
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
        LB_TRY(rule->linear(to, from, pass, i, err));
    } else {
        if (rule->before_linear != NULL) {
            rule->before_linear(from, &at);
        }
        LB_TRY(transposed(pass, step, from, to, err));
        if (rule->after_linear != NULL) {
            rule->after_linear(to, &at);
        }
    }
    swap_gradients(pass);
cleanup:
    return status;
}

static void
start_backward(lb_executor *pass, const float *logit_values)
{
    memcpy(pass->gradient[0], logit_values,
           pass->options.batch * pass->steps[pass->count - 1].size * sizeof(float));
}

lb_status
lb_executor_backward(float **out, lb_executor *pass, lb_rule rule, const lb_executor *reference,
                     const float *logit_values, lb_error *err)
{
    return lb_executor_backward_to(out, pass, 0, rule, reference, logit_values, err);
}

lb_status
lb_executor_backward_to(float **out, lb_executor *pass, size_t last, lb_rule rule,
                        const lb_executor *reference, const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_rule_table *table = lb_rule_find(rule);
    assert(rule == LB_RULE_GRADIENT || !pass->options.decisions_only);
    start_backward(pass, logit_values);
    for (size_t i = pass->count; i-- > last + 1;) {
        size_t convolution = 0;
        if (is_taken_along(&convolution, pass, i) && convolution > last) {
            backward_decided(pass, convolution);
            i = convolution;
        } else {
            LB_TRY(step_backward(pass, i, table, reference, err));
        }
    }
    *out = pass->gradient[0];
cleanup:
    return status;
}

lb_status
lb_executor_to_input(float *out, lb_executor *pass, lb_rule rule, const float *first, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_rule_table *table = lb_rule_find(rule);
    const lb_step *step = &pass->steps[0];
    lb_around at = around(pass, 0, NULL);
    if (first != pass->gradient[0]) {
        memcpy(pass->gradient[0], first, pass->options.batch * step->size * sizeof(float));
    }
    if (table->before_linear != NULL) {
        table->before_linear(pass->gradient[0], &at);
    }
    LB_TRY(transposed(pass, step, pass->gradient[0], pass->gradient[1], err));
    lb_unblock(out, pass->gradient[1], step->channels, &step->shape);
    if (table->after_linear != NULL) {
        table->after_linear(out, &at);
    }
cleanup:
    return status;
}

static lb_status
parameter_gradients(lb_executor *pass, size_t i, const float *gradient, lb_error *err)
{
    const lb_step *step = &pass->steps[i];
    float *weight = pass->parameter_gradient[step->parameter];
    float *bias = pass->parameter_gradient[step->parameter + 1];
    const float *in = lb_step_input(pass, i);
    if (step->kind == LB_STEP_CONVOLUTION) {
        return lb_convolution_backward_weights(step->convolution, in, gradient, weight, bias, err);
    }
    lb_sum_rows(bias, gradient, pass->options.batch, step->units);
    return lb_matrix_product(weight, gradient, in, step->units, step->in_size, pass->options.batch,
                             true, false, 0.0f, err);
}

/* The gradient at the input of step i > 0, from that at its output. Activations are overwritten as
 * they are no longer needed, so that one spare array is enough: the gradient at a convolution's or
 * dense layer's output lies in that output's own array, that at its input in the spare one. */
static lb_status
step_backward_in_place(float **gradient, lb_executor *pass, size_t i, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &pass->steps[i];
    float *spare = pass->gradient[1], *in = pass->steps[i - 1].output;
    switch (step->kind) {
    case LB_STEP_RELU:
        if (dropout_factors(pass, i) != NULL) {
            multiply(*gradient, dropout_factors(pass, i), pass->options.batch * step->size);
        }
        if (*gradient != step->output) {
            lb_rectify_backward(step->output, *gradient, pass->options.batch * step->size);
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
        LB_TRY(transposed(pass, step, *gradient, spare, err));
        *gradient = spare;
    }
cleanup:
    return status;
}

static bool
is_trained(const lb_executor *pass, size_t i)
{
    const lb_step *step = &pass->steps[i];
    return (step->kind == LB_STEP_CONVOLUTION || step->kind == LB_STEP_DENSE) &&
           pass->parameter_gradient[step->parameter] != NULL;
}

lb_status
lb_executor_backward_parameters(lb_executor *pass, const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *last = &pass->steps[pass->count - 1];
    float *gradient = last->output;
    size_t first = 0;
    while (!is_trained(pass, first)) {
        first++;
    }
    memcpy(gradient, logit_values, pass->options.batch * last->size * sizeof *gradient);
    for (size_t i = pass->count; i-- > first;) {
        if (is_trained(pass, i)) {
            LB_TRY(parameter_gradients(pass, i, gradient, err));
        }
        if (i > first) {
            LB_TRY(step_backward_in_place(&gradient, pass, i, err));
        }
    }
cleanup:
    return status;
}
