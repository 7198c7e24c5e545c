/* SPDX-License-Identifier: MIT */
/* How patterns go backward through a linear step. */
#include <string.h>

#include "base/cpu_kernel.h"
#include "executor.h"
#include "kernels.h"
#include "patterns.h"

/* Patterns, or weights times patterns, of n values. */
static void
fill(float *out, const lb_executor *executor, size_t parameter, size_t n)
{
    const lb_pattern_rule *rule = executor->patterns;
    const float *pattern = rule->patterns->layers[parameter / 2].pattern;
    const float *weight = executor->network->parameters[parameter].value;
    for (size_t v = 0; v < n; v++) {
        out[v] = rule->times_weights ? weight[v] * pattern[v] : pattern[v];
    }
}

lb_status
lb_pattern_convolution(float *in, const float *out, lb_executor *executor, const lb_step *step,
                       lb_error *err)
{
    lb_status status = LB_OK;
    const lb_pattern_rule *rule = executor->patterns;
    const lb_parameter *weight = &executor->network->parameters[step->parameter];
    lb_convolution *convolution = NULL;
    const lb_convolution_shape shape = {.batch = executor->plan.batch,
                                        .in = step->channels,
                                        .out = weight->shape[0],
                                        .height = step->shape.height,
                                        .width = step->shape.width,
                                        .plain_input = step->parameter == 0,
                                        .to_input = true,
                                        .transient = true}; /* used once */
    LB_TRY(lb_convolution_create(&convolution, executor->backend, &shape, err));
    fill(rule->weight, executor, step->parameter, weight->count);
    LB_TRY(lb_convolution_set_weights(convolution, rule->weight, rule->bias, err));
    LB_TRY(lb_convolution_backward_input(convolution, out, in, err));
cleanup:
    lb_convolution_free(convolution);
    return status;
}

enum { STRETCH = 256, TOGETHER = 8 }; /* inputs, and images, whose sums are made at a time */

/* in (n, inputs) = out (n, units) x patterns, over `length` inputs from `start`, in double and in
 * the order of the units. weight NULL: patterns alone. */
LB_KERNEL(void, spread,
          (float *in, const float *out, const float *pattern, const float *weight, size_t n,
           size_t units, size_t inputs, size_t start, size_t length),
          (in, out, pattern, weight, n, units, inputs, start, length))
{
    double sum[TOGETHER * STRETCH] = {0}, row[STRETCH];
    for (size_t u = 0; u < units; u++) {
        for (size_t k = 0; k < length; k++) {
            size_t at = u * inputs + start + k;
            row[k] = (double)pattern[at] * (weight != NULL ? (double)weight[at] : 1.0);
        }
        for (size_t i = 0; i < n; i++) {
            double value = (double)out[i * units + u];
            for (size_t k = 0; k < length; k++) {
                sum[i * STRETCH + k] += value * row[k];
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < length; k++) {
            in[i * inputs + start + k] = (float)sum[i * STRETCH + k];
        }
    }
}

static void
dense_backward(float *in, const float *out, const lb_executor *executor, const lb_step *step)
{
    const lb_pattern_rule *rule = executor->patterns;
    const float *pattern = rule->patterns->layers[step->parameter / 2].pattern;
    const float *weight = executor->network->parameters[step->parameter].value;
    for (size_t first = 0; first < executor->plan.batch; first += TOGETHER) {
        size_t n = lb_min_size(executor->plan.batch - first, TOGETHER);
#pragma omp parallel for schedule(dynamic)
        for (size_t start = 0; start < step->in_size; start += STRETCH) {
            spread(in + first * step->in_size, out + first * step->units, pattern,
                   rule->times_weights ? weight : NULL, n, step->units, step->in_size, start,
                   lb_min_size(step->in_size - start, STRETCH));
        }
    }
}

lb_status
lb_pattern_linear(float *in, float *out, lb_executor *executor, size_t index, lb_error *err)
{
    const lb_step *step = &executor->steps[index];
    if (step->kind == LB_STEP_CONVOLUTION) {
        return lb_pattern_convolution(in, out, executor, step, err);
    }
    if (step->kind == LB_STEP_DENSE) {
        dense_backward(in, out, executor, step);
        return LB_OK;
    }
    lb_average_backward(in, out, step->channels, &step->shape);
    return LB_OK;
}
