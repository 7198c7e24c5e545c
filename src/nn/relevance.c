/* SPDX-License-Identifier: MIT */
#include "relevance.h"

#include <math.h>

#include "executor.h"

static lb_status
allocate(lb_relevance *self, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    size_t in = 0, out = 0, weights = 0, biases = 0;
    size_t block = lb_backend_block(executor->backend);
    /* The gradient at the image is blocked, unlike the image. */
    in = executor->steps[0].shape.height * executor->steps[0].shape.width *
         ((LB_INPUT_CHANNELS + block - 1) / block * block);
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        in = step->in_size > in ? step->in_size : in;
        out = step->size > out ? step->size : out;
        if (step->kind == LB_STEP_CONVOLUTION) {
            const lb_parameter *weight = &executor->network->parameters[step->parameter];
            weights = weight->count > weights ? weight->count : weights;
            biases = weight[1].count > biases ? weight[1].count : biases;
        }
    }
    LB_ALLOC(self->weight, weights);
    LB_ALLOC(self->bias, biases);
    LB_ALLOC(self->input, in);
    LB_ALLOC(self->transposed, in);
    LB_ALLOC(self->share, out);
    LB_ALLOC(self->part, out > in ? out : in);
cleanup:
    return status;
}

/* Numbers of a composite that its rules use. */
static lb_status
check_numbers(const lb_composite *c, lb_error *err)
{
    bool box = c->first == LB_RELEVANCE_BOX;
    bool alpha = c->first == LB_RELEVANCE_ALPHA_BETA || c->convolutions == LB_RELEVANCE_ALPHA_BETA;
    bool gamma = c->first == LB_RELEVANCE_GAMMA || c->convolutions == LB_RELEVANCE_GAMMA;
    if (!(c->epsilon > 0) || !isfinite(c->epsilon) || !(c->stabilizer > 0) ||
        !isfinite(c->stabilizer)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "composite: epsilon %g and stabilizer %g must be above 0 and finite",
                       c->epsilon, c->stabilizer);
    }
    if (alpha && !(c->alpha >= 1 && isfinite(c->alpha))) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "composite: alpha %g must be at least 1", c->alpha);
    }
    if (gamma && !(c->gamma >= 0 && isfinite(c->gamma))) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "composite: gamma %g must be at least 0", c->gamma);
    }
    for (size_t i = 0; box && i < LB_INPUT_CHANNELS; i++) {
        if (!(c->low[i] < c->high[i]) || !isfinite(c->low[i]) || !isfinite(c->high[i])) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "composite: low[%zu] %g is not below high[%zu] %g", i, c->low[i], i,
                           c->high[i]);
        }
    }
    return LB_OK;
}

static lb_status
check_composite(const lb_composite *composite, lb_error *err)
{
    if ((size_t)composite->first >= LB_RELEVANCE_RULES ||
        (size_t)composite->convolutions >= LB_RELEVANCE_RULES) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "composite: first %d or convolutions %d is not an lb_relevance_rule",
                       (int)composite->first, (int)composite->convolutions);
    }
    if (composite->convolutions == LB_RELEVANCE_BOX) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "composite: convolutions is the box rule, which is of the first "
                       "convolution alone");
    }
    return check_numbers(composite, err);
}

static lb_status
check_call(const float *out, const lb_executor *executor, const lb_composite *composite,
           size_t count, const float *logit_values, lb_error *err)
{
    static const char function[] = "lb_executor_relevance";
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(out, function, "out", err));
    LB_TRY(lb_check_pointer(executor, function, "executor", err));
    LB_TRY(lb_check_pointer(composite, function, "composite", err));
    LB_TRY(lb_executor_check_explain(executor, function, err));
    LB_TRY(lb_executor_check_backward(executor, function, err));
    LB_TRY(lb_executor_check_count(executor, count, function, "count", err));
    LB_TRY(check_composite(composite, err));
    LB_TRY(lb_executor_check_values(executor, logit_values, function, err));
cleanup:
    return status;
}

lb_status
lb_executor_relevance(float *out, lb_executor *executor, const lb_composite *composite,
                      size_t count, const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    lb_relevance self = {.composite = composite, .count = count};
    LB_TRY(check_call(out, executor, composite, count, logit_values, err));
    executor->relevance = &self;
    LB_TRY(allocate(&self, executor, err));
    LB_TRY(lb_executor_backward_to(&first, executor, 0, LB_RULE_LRP_COMPOSITE, NULL, logit_values,
                                   err));
    LB_TRY(lb_relevance_convolution(out, first, executor, 0, err));
    executor->backward.done = false;
cleanup:
    if (executor != NULL) {
        executor->relevance = NULL;
    }
    lb_free(self.weight);
    lb_free(self.bias);
    lb_free(self.input);
    lb_free(self.transposed);
    lb_free(self.share);
    lb_free(self.part);
    return status;
}
