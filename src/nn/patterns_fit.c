/* SPDX-License-Identifier: MIT */
/* Fitting patterns. */
#include <string.h>

#include "covariance.h"
#include "executor.h"
#include "f64_kernels.h"
#include "patterns.h"

/* What a layer's outputs look like: of n images, planes of `pixels` places with `block` units. */
typedef struct outputs {
    const float *y; /* rectified; NULL never */
    size_t images, planes, pixels, block;
    bool always_on; /* no ReLU follows */
} outputs;

static outputs
layer_outputs(const lb_executor *executor, size_t index, size_t count)
{
    const lb_step *step = &executor->steps[index];
    bool last = index + 1 == executor->count;
    outputs o = {.y = last ? step->output : executor->steps[index + 1].output,
                 .images = count,
                 .planes = step->units,
                 .pixels = 1,
                 .block = 1,
                 .always_on = last};
    if (step->kind == LB_STEP_CONVOLUTION) {
        o.block = step->shape.block;
        o.pixels = step->shape.height * step->shape.width;
        o.planes = step->size / (o.pixels * o.block);
    }
    return o;
}

static size_t
most_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool
is_linear(const lb_step *step)
{
    return step->kind == LB_STEP_CONVOLUTION || step->kind == LB_STEP_DENSE;
}

static lb_status
layer_init(lb_layer_patterns *layer, const lb_executor *executor, const lb_step *step,
           lb_error *err)
{
    lb_status status = LB_OK;
    const lb_parameter *weight = &executor->network->parameters[step->parameter];
    size_t block = lb_backend_block(executor->backend);
    layer->units = weight->shape[0];
    layer->inputs = weight->count / layer->units;
    size_t padded = (layer->units + block - 1) / block * block;
    LB_ALLOC(layer->on, padded);
    LB_ALLOC(layer->sum, padded);
    LB_ALLOC(layer->mean, padded);
    LB_ALLOC(layer->pattern, weight->count);
    if (step->kind == LB_STEP_CONVOLUTION) {
        LB_ALLOC(layer->covariance, weight->count);
    } else {
        LB_ALLOC(layer->held_in, LB_HELD_IMAGES * layer->inputs);
        LB_ALLOC(layer->held_out, LB_HELD_IMAGES * layer->units);
    }
cleanup:
    return status;
}

/* The inputs of a convolution in blocks, as many planes as they fill. */
static lb_planes
input_shape(const lb_step *step)
{
    lb_planes shape = step->shape;
    shape.images = 1;
    shape.planes = (step->channels + shape.block - 1) / shape.block;
    return shape;
}

lb_status
lb_patterns_create(lb_patterns **out, lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    lb_patterns *self = NULL;
    size_t in = 0, outs = 0, scratch = 0;
    LB_NOT_NULL(out);
    LB_NOT_NULL(executor);
    LB_TRY(lb_executor_check_explain(executor, __func__, err));
    LB_ALLOC(self, 1);
    self->network = executor->network;
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        if (!is_linear(step)) {
            continue;
        }
        lb_layer_patterns *layer = &self->layers[self->count++];
        LB_TRY(layer_init(layer, executor, step, err));
        if (step->kind == LB_STEP_CONVOLUTION) {
            const lb_planes shape = input_shape(step);
            in = most_of(in, lb_f64_size(&shape));
            outs = most_of(outs, step->size);
        } else {
            scratch = most_of(scratch,
                              lb_covariance_scratch(LB_HELD_IMAGES, layer->units, layer->inputs));
        }
    }
    LB_ALLOC(self->in, in);
    LB_ALLOC(self->out, outs);
    LB_ALLOC(self->scratch, scratch);
    *out = self;
    self = NULL;
cleanup:
    lb_patterns_free(self);
    return status;
}

/* What only fitting needs. */
static void
release_fit(lb_patterns *self)
{
    for (size_t i = 0; i < self->count; i++) {
        lb_layer_patterns *layer = &self->layers[i];
        lb_free(layer->on);
        lb_free(layer->sum);
        lb_free(layer->mean);
        lb_free(layer->covariance);
        lb_free(layer->held_in);
        lb_free(layer->held_out);
        layer->on = layer->sum = layer->mean = layer->covariance = NULL;
        layer->held_in = layer->held_out = NULL;
    }
    lb_free(self->in);
    lb_free(self->out);
    lb_free(self->scratch);
    self->in = self->out = self->scratch = NULL;
}

void
lb_patterns_free(lb_patterns *self)
{
    if (self == NULL) {
        return;
    }
    release_fit(self);
    for (size_t i = 0; i < self->count; i++) {
        lb_free(self->layers[i].pattern);
    }
    lb_free(self);
}

/* Adds how often each unit is on, and its outputs then. */
static void
add_means(lb_layer_patterns *layer, const outputs *o)
{
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < o->planes; p++) {
        for (size_t i = 0; i < o->images * o->pixels; i++) {
            size_t image = i / o->pixels, pixel = i % o->pixels;
            const float *y = o->y + ((image * o->planes + p) * o->pixels + pixel) * o->block;
            for (size_t k = 0; k < o->block; k++) {
                if (y[k] > 0 || o->always_on) {
                    layer->on[p * o->block + k] += 1;
                    layer->sum[p * o->block + k] += (double)y[k];
                }
            }
        }
    }
}

/* y less its mean where the unit is on, 0 elsewhere: of one value. */
static double
centred(float y, double mean, bool always_on)
{
    return y > 0 || always_on ? (double)y - mean : 0;
}

/* The same of one image of a convolution. */
static void
centre(double *out, const lb_layer_patterns *layer, const outputs *o, size_t image)
{
    const float *y = o->y + image * o->planes * o->pixels * o->block;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < o->planes; p++) {
        for (size_t i = 0; i < o->pixels * o->block; i++) {
            size_t at = p * o->pixels * o->block + i;
            out[at] = centred(y[at], layer->mean[p * o->block + i % o->block], o->always_on);
        }
    }
}

/* One image's blocked inputs to double with a border of 0. */
static void
widen(double *out, const float *in, const lb_planes *s)
{
    size_t row = s->width * s->block, padded = (s->width + 2) * s->block;
    memset(out, 0, lb_f64_size(s) * sizeof *out);
#pragma omp parallel for schedule(static)
    for (size_t y = 0; y < s->planes * s->height; y++) {
        size_t plane = y / s->height;
        double *to = out + (plane * (s->height + 2) + y % s->height + 1) * padded + s->block;
        for (size_t k = 0; k < row; k++) {
            to[k] = (double)in[y * row + k];
        }
    }
}

/* covariance += sum over an image's places of x (y - mean y). */
static void
add_image(lb_patterns *self, lb_layer_patterns *layer, const lb_executor *executor, size_t index,
          const outputs *o, size_t image)
{
    const lb_step *step = &executor->steps[index];
    const lb_planes shape = input_shape(step);
    const float *in = lb_step_input(executor, index) + image * step->in_size;
    if (step->parameter == 0) {
        lb_f64_load(self->in, in, step->channels, &shape);
    } else {
        widen(self->in, in, &shape);
    }
    centre(self->out, layer, o, image);
    lb_covariance_convolution(layer->covariance, self->out, self->in, &shape, layer->units,
                              step->channels);
}

static void
add_held(lb_patterns *self, lb_layer_patterns *layer)
{
    lb_covariance_dense(layer->pattern, layer->held_out, layer->held_in, layer->held, layer->units,
                        layer->inputs, self->scratch);
    layer->held = 0;
}

static void
hold_image(lb_patterns *self, lb_layer_patterns *layer, const lb_executor *executor, size_t index,
           const outputs *o, size_t image)
{
    float *out = layer->held_out + layer->held * layer->units;
    const float *y = o->y + image * layer->units;
    memcpy(layer->held_in + layer->held * layer->inputs,
           lb_step_input(executor, index) + image * layer->inputs, layer->inputs * sizeof(float));
    for (size_t u = 0; u < layer->units; u++) {
        out[u] = (float)centred(y[u], layer->mean[u], o->always_on);
    }
    if (++layer->held == LB_HELD_IMAGES) {
        add_held(self, layer);
    }
}

/* The images one after the other, so that sums are the same however these fall into batches. */
static void
add_covariances(lb_patterns *self, lb_layer_patterns *layer, const lb_executor *executor,
                size_t index, const outputs *o)
{
    for (size_t image = 0; image < o->images; image++) {
        if (layer->covariance != NULL) {
            add_image(self, layer, executor, index, o, image);
        } else {
            hold_image(self, layer, executor, index, o, image);
        }
    }
}

static void
take_images(lb_patterns *self, const lb_executor *executor, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < executor->count; i++) {
        if (!is_linear(&executor->steps[i])) {
            continue;
        }
        lb_layer_patterns *layer = &self->layers[at++];
        const outputs o = layer_outputs(executor, i, count);
        if (self->round == 0) {
            add_means(layer, &o);
        } else {
            add_covariances(self, layer, executor, i, &o);
        }
    }
}

lb_status
lb_patterns_check(const lb_patterns *self, const lb_executor *executor, const char *function,
                  lb_error *err)
{
    return self->network == executor->network
               ? LB_OK
               : lb_fail(err, LB_ERROR_ARGUMENT, "%s: patterns are of another network", function);
}

/* Of a call while patterns are fitted. */
static lb_status
check_round(const lb_patterns *self, const lb_executor *executor, const char *function,
            lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(self, function, "patterns", err));
    LB_TRY(lb_check_pointer(executor, function, "executor", err));
    LB_TRY(lb_patterns_check(self, executor, function, err));
    if (self->round == 2) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: patterns are ready, after two rounds",
                       function);
    }
cleanup:
    return status;
}

lb_status
lb_patterns_take(lb_patterns *self, const lb_executor *executor, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_round(self, executor, __func__, err));
    LB_TRY(lb_executor_check_explain(executor, __func__, err));
    LB_TRY(lb_executor_check_forward(executor, __func__, err));
    LB_TRY(lb_executor_check_count(executor, count, __func__, "count", err));
    take_images(self, executor, count);
    self->has_images = true;
cleanup:
    return status;
}

/* From n cov(x, y) to a pattern. w . cov(x, y) is y's variance. */
static void
normalise(lb_layer_patterns *layer, const float *weight)
{
    static const double min = 1e-10; /* of the variance over the squared mean */
    for (size_t u = 0; u < layer->units; u++) {
        float *pattern = layer->pattern + u * layer->inputs;
        const double *covariance =
            layer->covariance != NULL ? layer->covariance + u * layer->inputs : NULL;
        const float *w = weight + u * layer->inputs;
        double mean = layer->on[u] > 0 ? layer->sum[u] / layer->on[u] : 0, variance = 0;
        for (size_t v = 0; v < layer->inputs; v++) {
            variance += (double)w[v] * (covariance != NULL ? covariance[v] : (double)pattern[v]);
        }
        bool varies = variance > min * mean * mean * layer->on[u];
        for (size_t v = 0; v < layer->inputs; v++) {
            double made = covariance != NULL ? covariance[v] : (double)pattern[v];
            pattern[v] = varies ? (float)(made / variance) : 0.0f;
        }
    }
}

static void
end_round(lb_patterns *self, const lb_executor *executor)
{
    for (size_t i = 0; i < self->count; i++) {
        lb_layer_patterns *layer = &self->layers[i];
        if (self->round == 0) {
            for (size_t u = 0; u < layer->units; u++) {
                layer->mean[u] = layer->on[u] > 0 ? layer->sum[u] / layer->on[u] : 0;
            }
        } else {
            if (layer->held > 0) {
                add_held(self, layer);
            }
            normalise(layer, executor->network->parameters[2 * i].value);
        }
    }
    if (++self->round == 2) {
        release_fit(self);
    }
}

lb_status
lb_patterns_end_round(lb_patterns *self, const lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_round(self, executor, __func__, err));
    if (!self->has_images) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: patterns have taken no image in this round (call lb_patterns_take())",
                       __func__);
    }
    end_round(self, executor);
    self->has_images = false;
cleanup:
    return status;
}

lb_status
lb_patterns_of(const float **out, const lb_patterns *patterns, size_t parameter, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(patterns);
    if (parameter >= 2 * patterns->count || parameter % 2 != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: parameter %zu is no weight (even numbers below %zu are)", __func__,
                       parameter, 2 * patterns->count);
    }
    if (patterns->round < 2) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: patterns are not ready", __func__);
    }
    *out = patterns->layers[parameter / 2].pattern;
cleanup:
    return status;
}
