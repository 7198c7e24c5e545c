/* SPDX-License-Identifier: MIT */
#include "executor_f64.h"

#include <string.h>

#include "f64_kernels.h"

/* Outputs of the steps by turns in two arrays: blocked and bordered, then plain. */
struct lb_f64_executor {
    void *turns[2];
    bool borrowed; /* they are another executor's */
    size_t weights_size;
    double *weights, *bias; /* of the convolution at work; weights are the backend's */
    double *scratch;        /* (batch, most planes) */
};

static size_t
max(size_t a, size_t b)
{
    return a > b ? a : b;
}

lb_status
lb_f64_executor_create(lb_f64_executor **out, const lb_executor *executor,
                       const lb_executor *lender, lb_error *err)
{
    lb_status status = LB_OK;
    size_t largest = 0, weights = 0, planes = 0, batch = executor->plan.batch;
    lb_f64_executor *f64 = NULL;
    LB_ALLOC(f64, 1);
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        largest = max(largest, max(step->size, lb_f64_size(&step->shape)));
        planes = max(planes, step->shape.planes);
        if (step->kind == LB_STEP_CONVOLUTION) {
            lb_planes out_shape = step->shape;
            out_shape.planes = executor->steps[i + 1].shape.planes;
            planes = max(planes, out_shape.planes);
            largest = max(largest, lb_f64_size(&out_shape));
            weights = max(weights, lb_f64_weights_size(executor->steps[i + 1].channels,
                                                       step->channels, step->shape.block));
        }
    }
    largest *= batch * sizeof(double);
    f64->borrowed = lender != NULL && lender->pingpong_bytes >= largest;
    if (f64->borrowed) {
        f64->turns[0] = lender->pingpong[0];
        f64->turns[1] = lender->pingpong[1];
    } else {
        LB_ALLOC(f64->turns[0], largest);
        LB_ALLOC(f64->turns[1], largest);
    }
    f64->weights_size = weights;
    LB_ALLOC(f64->bias, planes * lb_backend_block(executor->backend));
    LB_ALLOC(f64->scratch, batch * planes);
    *out = f64;
    f64 = NULL;
cleanup:
    lb_f64_executor_free(f64);
    return status;
}

void
lb_f64_executor_free(lb_f64_executor *f64)
{
    if (f64 == NULL) {
        return;
    }
    if (!f64->borrowed) {
        lb_free(f64->turns[0]);
        lb_free(f64->turns[1]);
    }
    lb_free(f64->bias);
    lb_free(f64->scratch);
    lb_free(f64);
}

void
lb_f64_executor_scratch(float *out[2], const lb_f64_executor *f64)
{
    out[0] = f64->turns[0];
    out[1] = f64->turns[1];
}

/* The shape of a blocked step's output. */
static lb_planes
output_shape(const lb_executor *executor, size_t i)
{
    const lb_step *step = &executor->steps[i];
    lb_planes shape = step->shape;
    if (step->kind == LB_STEP_CONVOLUTION) {
        shape.planes = executor->steps[i + 1].shape.planes;
    } else if (step->kind == LB_STEP_POOL) {
        shape.height /= 2;
        shape.width /= 2;
    }
    return shape;
}

static void
convolve(const lb_f64_executor *f64, const lb_executor *executor, size_t i, double *out,
         const double *in)
{
    const lb_step *step = &executor->steps[i];
    const lb_parameter *parameter = &executor->network->parameters[step->parameter];
    lb_planes shape = output_shape(executor, i);
    size_t outs = executor->steps[i + 1].channels;
    memset(f64->bias, 0, shape.planes * shape.block * sizeof *f64->bias);
    for (size_t o = 0; o < outs; o++) {
        f64->bias[o] = (double)parameter[1].value[o];
    }
    lb_f64_weights(f64->weights, parameter->value, outs, step->channels, shape.block);
    lb_f64_convolution(out, in, f64->weights, f64->bias, &step->shape, step->channels,
                       shape.planes);
}

static void
rectify_plain(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = values[i] > 0 ? values[i] : 0.0;
    }
}

static void
narrow_plain(float *out, const double *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)in[i];
    }
}

/* Step i, from in to out; returns where its output is, which for a ReLU is where its input was. */
static double *
compute(const lb_f64_executor *f64, const lb_executor *executor, size_t i, double *out, double *in)
{
    const lb_step *step = &executor->steps[i];
    const lb_parameter *parameter = &executor->network->parameters[step->parameter];
    switch (step->kind) {
    case LB_STEP_CONVOLUTION:
        convolve(f64, executor, i, out, in);
        return out;
    case LB_STEP_POOL:
        lb_f64_pool(out, step->argmax, in, step->channels, f64->scratch, &step->shape);
        return out;
    case LB_STEP_AVERAGE:
        lb_f64_average(out, in, step->channels, &step->shape);
        return out;
    case LB_STEP_DENSE:
        lb_f64_dense(out, in, parameter->value, parameter[1].value, executor->plan.batch,
                     step->in_size, step->units);
        return out;
    default:
        if (executor->steps[i - 1].kind == LB_STEP_DENSE) {
            rectify_plain(in, executor->plan.batch * step->size);
        } else {
            lb_f64_rectify(in, &step->shape);
        }
        return in;
    }
}

static bool
is_plain(const lb_executor *executor, size_t i)
{
    return executor->steps[i].kind == LB_STEP_DENSE || executor->steps[i].kind == LB_STEP_AVERAGE ||
           (executor->steps[i].kind == LB_STEP_RELU &&
            executor->steps[i - 1].kind == LB_STEP_DENSE);
}

lb_status
lb_f64_executor_forward(lb_f64_executor *f64, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    void *weights = NULL;
    double *in = f64->turns[0], *out = f64->turns[1];
    LB_TRY(lb_backend_scratch(&weights, executor->backend, f64->weights_size * sizeof *f64->weights,
                              err));
    f64->weights = weights;
    lb_f64_load(in, executor->input, LB_INPUT_CHANNELS, &executor->steps[0].shape);
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        double *result = compute(f64, executor, i, out, in);
        if (result == out) {
            out = in;
            in = result;
        }
        if (i + 1 < executor->count && executor->steps[i + 1].in_place) {
            continue; /* the ReLU fills the array that both share */
        }
        if (is_plain(executor, i)) {
            narrow_plain(step->output, in, executor->plan.batch * step->size);
        } else {
            lb_planes shape = output_shape(executor, i);
            lb_f64_narrow(step->output, in, &shape);
        }
    }
cleanup:
    return status;
}
