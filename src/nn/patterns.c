/* SPDX-License-Identifier: MIT */
/* Going backward by patterns. */
#include "patterns.h"

#include "executor.h"
#include "kernels.h"

static lb_status
allocate(lb_pattern_rule *rule, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    size_t weights = 0, biases = 0;
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        const lb_parameter *weight = &executor->network->parameters[step->parameter];
        if (step->kind == LB_STEP_CONVOLUTION) {
            weights = weight->count > weights ? weight->count : weights;
            biases = weight[1].count > biases ? weight[1].count : biases;
        }
    }
    LB_ALLOC(rule->weight, weights);
    LB_ALLOC(rule->bias, biases);
cleanup:
    return status;
}

static lb_status
check_call(const float *out, const lb_executor *executor, const lb_patterns *patterns,
           const float *logit_values, lb_error *err)
{
    static const char function[] = "lb_executor_patterns";
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(out, function, "out", err));
    LB_TRY(lb_check_pointer(executor, function, "executor", err));
    LB_TRY(lb_check_pointer(patterns, function, "patterns", err));
    LB_TRY(lb_executor_check_explain(executor, function, err));
    LB_TRY(lb_executor_check_backward(executor, function, err));
    LB_TRY(lb_patterns_check(patterns, executor, function, err));
    if (patterns->round < 2) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: patterns are not ready (end two rounds with lb_patterns_end_round())",
                       function);
    }
    LB_TRY(lb_executor_check_values(executor, logit_values, function, err));
cleanup:
    return status;
}

lb_status
lb_executor_patterns(float *out, lb_executor *executor, const lb_patterns *patterns,
                     bool times_weights, const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    lb_pattern_rule rule = {.patterns = patterns, .times_weights = times_weights};
    LB_TRY(check_call(out, executor, patterns, logit_values, err));
    const lb_step *step = &executor->steps[0];
    executor->patterns = &rule;
    LB_TRY(allocate(&rule, executor, err));
    LB_TRY(lb_executor_backward_to(&first, executor, 0, LB_RULE_PATTERNS, NULL, logit_values, err));
    LB_TRY(lb_pattern_convolution(executor->gradient[1], first, executor, step, err));
    lb_unblock(out, executor->gradient[1], step->channels, &step->shape);
    executor->backward.done = false;
cleanup:
    if (executor != NULL) {
        executor->patterns = NULL;
    }
    lb_free(rule.weight);
    lb_free(rule.bias);
    return status;
}
