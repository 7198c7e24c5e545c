/* SPDX-License-Identifier: MIT */
/* Going backward by patterns. */
#include "patterns.h"

#include <string.h>

#include "pass.h"

/* Patterns, or weights times patterns, of n values from `start`. */
static void
fill(float *out, const lb_pass *pass, size_t parameter, size_t start, size_t n)
{
    const lb_pattern_rule *rule = pass->patterns;
    const float *pattern = lb_patterns_of(rule->patterns, parameter) + start;
    const float *weight = pass->network->parameters[parameter].value + start;
    for (size_t v = 0; v < n; v++) {
        out[v] = rule->times_weights ? weight[v] * pattern[v] : pattern[v];
    }
}

static lb_status
convolution_backward(float *in, const float *out, lb_pass *pass, const lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_pattern_rule *rule = pass->patterns;
    const lb_parameter *weight = &pass->network->parameters[step->parameter];
    lb_convolution *convolution = NULL;
    const lb_convolution_shape shape = {.batch = pass->options.batch,
                                        .in = step->channels,
                                        .out = weight->shape[0],
                                        .height = step->shape.height,
                                        .width = step->shape.width,
                                        .plain_input = step->parameter == 0,
                                        .to_input = true,
                                        .transient = true}; /* used once */
    LB_TRY(lb_convolution_create(&convolution, pass->backend, &shape, err));
    fill(rule->weight, pass, step->parameter, 0, weight->count);
    LB_TRY(lb_convolution_set_weights(convolution, rule->weight, rule->bias, err));
    LB_TRY(lb_convolution_backward_input(convolution, out, in, err));
cleanup:
    lb_convolution_free(convolution);
    return status;
}

/* Some units at a time, so that no second copy of a large layer is needed. */
static lb_status
dense_backward(float *in, const float *out, const lb_pass *pass, const lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_pattern_rule *rule = pass->patterns;
    size_t batch = pass->options.batch, most = rule->room / (step->in_size + batch);
    float *columns = rule->weight + most * step->in_size; /* (batch, units) of out */
    for (size_t start = 0; start < step->units; start += most) {
        size_t units = step->units - start < most ? step->units - start : most;
        fill(rule->weight, pass, step->parameter, start * step->in_size, units * step->in_size);
        for (size_t i = 0; i < batch; i++) {
            memcpy(columns + i * units, out + i * step->units + start, units * sizeof *columns);
        }
        LB_TRY(lb_matrix_product(in, columns, rule->weight, batch, step->in_size, units, false,
                                 false, start == 0 ? 0.0f : 1.0f, err));
    }
cleanup:
    return status;
}

lb_status
lb_pattern_linear(float *in, float *out, lb_pass *pass, size_t index, lb_error *err)
{
    const lb_step *step = &pass->steps[index];
    if (step->kind == LB_STEP_CONVOLUTION) {
        return convolution_backward(in, out, pass, step, err);
    }
    if (step->kind == LB_STEP_DENSE) {
        return dense_backward(in, out, pass, step, err);
    }
    lb_average_backward(in, out, step->channels, &step->shape);
    return LB_OK;
}

static lb_status
allocate(lb_pattern_rule *rule, const lb_pass *pass, lb_error *err)
{
    lb_status status = LB_OK;
    enum { UNITS = 32 }; /* of a dense layer at a time, at least */
    size_t room = 0, biases = 0;
    for (size_t i = 0; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        const lb_parameter *weight = &pass->network->parameters[step->parameter];
        size_t wanted = 0;
        if (step->kind == LB_STEP_CONVOLUTION) {
            wanted = weight->count;
            biases = weight[1].count > biases ? weight[1].count : biases;
        } else if (step->kind == LB_STEP_DENSE) {
            wanted = UNITS * (step->in_size + pass->options.batch);
        }
        room = wanted > room ? wanted : room;
    }
    LB_ALLOC(rule->weight, room);
    LB_ALLOC(rule->bias, biases);
    rule->room = room;
cleanup:
    return status;
}

lb_status
lb_pass_patterns(float *out, lb_pass *pass, const lb_patterns *patterns, bool times_weights,
                 const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    const lb_step *step = &pass->steps[0];
    lb_pattern_rule rule = {.patterns = patterns, .times_weights = times_weights};
    pass->patterns = &rule;
    LB_TRY(allocate(&rule, pass, err));
    LB_TRY(lb_pass_backward(&first, pass, LB_RULE_PATTERNS, NULL, logit_values, err));
    LB_TRY(convolution_backward(pass->gradient[1], first, pass, step, err));
    lb_unblock(out, pass->gradient[1], step->channels, &step->shape);
cleanup:
    pass->patterns = NULL;
    lb_free(rule.weight);
    lb_free(rule.bias);
    return status;
}
