/* SPDX-License-Identifier: MIT */
/* How relevance goes backward through a linear step. */
#include <string.h>

#include "base/cpu_kernel.h"
#include "dense.h"
#include "executor.h"
#include "kernels.h"
#include "relevance.h"
#include "relevance_terms.h"

/* A convolution's terms, each with a convolution of its own weights. */
typedef struct terms {
    lb_relevance_rule rule;
    size_t count;
    lb_term term[LB_MAX_TERMS];
    lb_convolution *convolution[LB_MAX_TERMS];
} terms;

LB_KERNEL(void, add_scaled,
          (float *restrict sum, const float *restrict values, float factor, size_t n),
          (sum, values, factor, n))
{
    for (size_t i = 0; i < n; i++) {
        sum[i] += factor * values[i];
    }
}

LB_KERNEL(void, add_product,
          (float *restrict sum, const float *restrict a, const float *restrict b, float factor,
           size_t n),
          (sum, a, b, factor, n))
{
    for (size_t i = 0; i < n; i++) {
        sum[i] += factor * a[i] * b[i];
    }
}

/* z becomes factor r / (z + least sign(z)). */
LB_KERNEL(void, divide,
          (float *restrict z, const float *restrict r, float factor, float min, size_t n),
          (z, r, factor, min, n))
{
    for (size_t i = 0; i < n; i++) {
        z[i] = factor * r[i] / (z[i] + (z[i] < 0 ? -min : min));
    }
}

/* What is added to a rule's denominators, with their sign. */
static float
least_denominator(const lb_composite *composite, lb_relevance_rule rule)
{
    return (float)(rule == LB_RELEVANCE_EPSILON ? composite->epsilon : composite->stabilizer);
}

static void
take_off(float *row, const float *bias, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        row[i] -= bias[i];
    }
}

static void
terms_release(terms *t)
{
    for (size_t i = 0; i < t->count; i++) {
        lb_convolution_free(t->convolution[i]);
    }
}

static lb_status
terms_init(terms *t, lb_executor *executor, const lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_relevance *self = executor->relevance;
    const lb_composite *composite = self->composite;
    const lb_parameter *weight = &executor->network->parameters[step->parameter];
    bool first = step->parameter == 0;
    t->rule = first ? composite->first : composite->convolutions;
    const lb_term_rule *rule = lb_term_rule_find(t->rule);
    const lb_convolution_shape shape = {.batch = 1,
                                        .in = step->channels,
                                        .out = weight->shape[0],
                                        .height = step->shape.height,
                                        .width = step->shape.width,
                                        .plain_input = first,
                                        .to_input = true,
                                        .direct = true}; /* shares are divided by small sums */
    for (size_t i = 0; i < rule->count; i++) {
        const lb_term *term = &rule->terms[i];
        if (!first && term->input == LB_INPUT_NEGATIVE) {
            continue; /* what comes out of a ReLU is never negative */
        }
        size_t at = t->count++;
        t->term[at] = *term;
        LB_TRY(lb_convolution_create(&t->convolution[at], executor->backend, &shape, err));
        lb_term_weights(self->weight, weight->value, weight->count, term->weight, composite);
        lb_term_weights(self->bias, weight[1].value, weight[1].count, term->weight, composite);
        if (!term->bias || composite->ignore_bias) {
            memset(self->bias, 0, weight[1].count * sizeof *self->bias);
        }
        LB_TRY(lb_convolution_set_weights(t->convolution[at], self->weight, self->bias, err));
    }
cleanup:
    return status;
}

/* A term's inputs: in scratch, or the layer's own where they are the same. */
static const float *
term_input(const lb_relevance *self, const lb_term *term, const float *a, const lb_step *step)
{
    bool same = step->parameter != 0 && term->input == LB_INPUT_POSITIVE;
    if (term->input == LB_INPUT_AS_IS || same) {
        return a;
    }
    lb_term_inputs(self->input, a, step->in_size, term->input, self->composite);
    return self->input;
}

/* Adds one group's relevance of one image: in += sum over terms of input x transposed(share). */
static lb_status
add_group(float *in, const float *out, const float *a, const terms *t, unsigned group,
          const lb_relevance *self, const lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    lb_planes plain = step->shape;
    plain.images = 1;
    float factor = lb_term_group_factor(self->composite, t->rule, group);
    memset(self->share, 0, step->size * sizeof *self->share);
    for (size_t i = 0; i < t->count; i++) {
        const lb_term *term = &t->term[i];
        if (term->group == group) {
            const float *input = term_input(self, term, a, step);
            LB_TRY(lb_convolution_forward(t->convolution[i], input, self->part, err));
            add_scaled(self->share, self->part, term->sign, step->size);
        }
    }
    divide(self->share, out, factor, least_denominator(self->composite, t->rule), step->size);
    for (size_t i = 0; i < t->count; i++) {
        const lb_term *term = &t->term[i];
        if (term->group == group) {
            const float *back = self->transposed;
            LB_TRY(lb_convolution_backward_input(t->convolution[i], self->share, self->transposed,
                                                 err));
            if (step->parameter == 0) {
                lb_unblock(self->part, self->transposed, step->channels, &plain);
                back = self->part;
            }
            add_product(in, term_input(self, term, a, step), back, term->sign, step->in_size);
        }
    }
cleanup:
    return status;
}

lb_status
lb_relevance_convolution(float *in, const float *out, lb_executor *executor, size_t index,
                         lb_error *err)
{
    lb_status status = LB_OK;
    const lb_step *step = &executor->steps[index];
    terms t = {.count = 0};
    LB_TRY(terms_init(&t, executor, step, err));
    memset(in, 0, executor->relevance->count * step->in_size * sizeof *in);
    for (size_t i = 0; i < executor->relevance->count; i++) {
        for (unsigned group = 0; group <= t.term[t.count - 1].group; group++) {
            LB_TRY(add_group(in + i * step->in_size, out + i * step->size,
                             lb_step_input(executor, index) + i * step->in_size, &t, group,
                             executor->relevance, step, err));
        }
    }
cleanup:
    terms_release(&t);
    return status;
}

/* What is linear and needs no other weights, that is dense layers by the epsilon rule and average
 * pooling: out becomes out / z. */
static void
divide_by_output(float *out, const lb_executor *executor, const lb_step *step)
{
    const lb_relevance *self = executor->relevance;
    bool dense = step->kind == LB_STEP_DENSE, without_bias = dense && self->composite->ignore_bias;
    float min = (float)(dense ? self->composite->epsilon : self->composite->stabilizer);
    for (size_t i = 0; i < self->count; i++) {
        float *r = out + i * step->size;
        memcpy(self->share, step->output + i * step->size, step->size * sizeof *r);
        if (without_bias) {
            /* Where a ReLU has cut the output there is no relevance, so that its z is of no use. */
            take_off(self->share, executor->network->parameters[step->parameter + 1].value,
                     step->size);
        }
        divide(self->share, r, 1.0f, min, step->size);
        memcpy(r, self->share, step->size * sizeof *r);
    }
}

lb_status
lb_relevance_linear(float *in, float *out, lb_executor *executor, size_t index, lb_error *err)
{
    const lb_step *step = &executor->steps[index];
    size_t batch = executor->plan.batch;
    if (step->kind == LB_STEP_CONVOLUTION) {
        return lb_relevance_convolution(in, out, executor, index, err);
    }
    divide_by_output(out, executor, step);
    if (step->kind == LB_STEP_AVERAGE) {
        lb_average_backward(in, out, step->channels, &step->shape);
    } else {
        lb_dense_backward(in, out, executor->network->parameters[step->parameter].value, batch,
                          step->units, step->in_size);
    }
    const float *a = lb_step_input(executor, index);
    for (size_t v = 0; v < batch * step->in_size; v++) {
        in[v] *= a[v];
    }
    return LB_OK;
}
