/* SPDX-License-Identifier: MIT */
#include "pass_double.h"

#include <string.h>

#include "double.h"

/* Outputs of the steps by turns in two arrays: blocked and bordered, then plain. */
struct lb_double_pass {
    void *turns[2];
    bool borrowed; /* they are another pass's */
    size_t weights_size;
    double *weights, *bias; /* of the convolution at work; weights are the backend's */
    double *scratch;        /* (batch, most planes) */
};

static size_t
most(size_t a, size_t b)
{
    return a > b ? a : b;
}

lb_status
lb_double_pass_create(lb_double_pass **out, const lb_pass *pass, const lb_pass *lender,
                      lb_error *err)
{
    lb_status status = LB_OK;
    size_t largest = 0, weights = 0, planes = 0, batch = pass->options.batch;
    lb_double_pass *wide = NULL;
    LB_ALLOC(wide, 1);
    for (size_t i = 0; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        largest = most(largest, most(step->size, lb_double_size(&step->shape)));
        planes = most(planes, step->shape.planes);
        if (step->kind == LB_STEP_CONVOLUTION) {
            lb_planes out_shape = step->shape;
            out_shape.planes = pass->steps[i + 1].shape.planes;
            planes = most(planes, out_shape.planes);
            largest = most(largest, lb_double_size(&out_shape));
            weights = most(weights, lb_double_weights_size(pass->steps[i + 1].channels,
                                                           step->channels, step->shape.block));
        }
    }
    largest *= batch * sizeof(double);
    wide->borrowed = lender != NULL && lender->passing_bytes >= largest;
    if (wide->borrowed) {
        wide->turns[0] = lender->passing[0];
        wide->turns[1] = lender->passing[1];
    } else {
        LB_ALLOC(wide->turns[0], largest);
        LB_ALLOC(wide->turns[1], largest);
    }
    wide->weights_size = weights;
    LB_ALLOC(wide->bias, planes * lb_backend_block(pass->backend));
    LB_ALLOC(wide->scratch, batch * planes);
    *out = wide;
    wide = NULL;
cleanup:
    lb_double_pass_free(wide);
    return status;
}

void
lb_double_pass_free(lb_double_pass *wide)
{
    if (wide == NULL) {
        return;
    }
    if (!wide->borrowed) {
        lb_free(wide->turns[0]);
        lb_free(wide->turns[1]);
    }
    lb_free(wide->bias);
    lb_free(wide->scratch);
    lb_free(wide);
}

void
lb_double_pass_lend(float *out[2], const lb_double_pass *wide)
{
    out[0] = wide->turns[0];
    out[1] = wide->turns[1];
}

/* The shape of a blocked step's output. */
static lb_planes
output_shape(const lb_pass *pass, size_t i)
{
    const lb_step *step = &pass->steps[i];
    lb_planes shape = step->shape;
    if (step->kind == LB_STEP_CONVOLUTION) {
        shape.planes = pass->steps[i + 1].shape.planes;
    } else if (step->kind == LB_STEP_POOL) {
        shape.height /= 2;
        shape.width /= 2;
    }
    return shape;
}

static void
convolve(const lb_double_pass *wide, const lb_pass *pass, size_t i, double *out, const double *in)
{
    const lb_step *step = &pass->steps[i];
    const lb_parameter *parameter = &pass->network->parameters[step->parameter];
    lb_planes shape = output_shape(pass, i);
    size_t outs = pass->steps[i + 1].channels;
    memset(wide->bias, 0, shape.planes * shape.block * sizeof *wide->bias);
    for (size_t o = 0; o < outs; o++) {
        wide->bias[o] = (double)parameter[1].value[o];
    }
    lb_double_weights(wide->weights, parameter->value, outs, step->channels, shape.block);
    lb_double_convolution(out, in, wide->weights, wide->bias, &step->shape, step->channels,
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
compute(const lb_double_pass *wide, const lb_pass *pass, size_t i, double *out, double *in)
{
    const lb_step *step = &pass->steps[i];
    const lb_parameter *parameter = &pass->network->parameters[step->parameter];
    switch (step->kind) {
    case LB_STEP_CONVOLUTION:
        convolve(wide, pass, i, out, in);
        return out;
    case LB_STEP_POOL:
        lb_double_pool(out, step->choice, in, step->channels, wide->scratch, &step->shape);
        return out;
    case LB_STEP_AVERAGE:
        lb_double_average(out, in, step->channels, &step->shape);
        return out;
    case LB_STEP_DENSE:
        lb_double_dense(out, in, parameter->value, parameter[1].value, pass->options.batch,
                        step->in_size, step->units);
        return out;
    default:
        if (pass->steps[i - 1].kind == LB_STEP_DENSE) {
            rectify_plain(in, pass->options.batch * step->size);
        } else {
            lb_double_rectify(in, &step->shape);
        }
        return in;
    }
}

static bool
is_plain(const lb_pass *pass, size_t i)
{
    return pass->steps[i].kind == LB_STEP_DENSE || pass->steps[i].kind == LB_STEP_AVERAGE ||
           (pass->steps[i].kind == LB_STEP_RELU && pass->steps[i - 1].kind == LB_STEP_DENSE);
}

lb_status
lb_double_pass_forward(lb_double_pass *wide, const lb_pass *pass, lb_error *err)
{
    lb_status status = LB_OK;
    void *weights = NULL;
    double *in = wide->turns[0], *out = wide->turns[1];
    LB_TRY(
        lb_backend_lend(&weights, pass->backend, wide->weights_size * sizeof *wide->weights, err));
    wide->weights = weights;
    lb_double_load(in, pass->input, LB_INPUT_CHANNELS, &pass->steps[0].shape);
    for (size_t i = 0; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        double *result = compute(wide, pass, i, out, in);
        if (result == out) {
            out = in;
            in = result;
        }
        if (i + 1 < pass->count && pass->steps[i + 1].in_place) {
            continue; /* the ReLU fills the array that both share */
        }
        if (is_plain(pass, i)) {
            narrow_plain(step->output, in, pass->options.batch * step->size);
        } else {
            lb_planes shape = output_shape(pass, i);
            lb_double_narrow(step->output, in, &shape);
        }
    }
cleanup:
    return status;
}
