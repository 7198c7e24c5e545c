/* SPDX-License-Identifier: MIT */
/* Fitting patterns. */
#include <string.h>

#include "pass.h"
#include "patterns.h"

/* What a layer's outputs look like: of n images, planes of `pixels` places with `block` units. */
typedef struct outputs {
    const float *y; /* rectified; NULL never */
    size_t images, planes, pixels, block;
    bool always_on; /* no ReLU follows */
} outputs;

static outputs
layer_outputs(const lb_pass *pass, size_t index, size_t count)
{
    const lb_step *step = &pass->steps[index];
    bool last = index + 1 == pass->count;
    outputs o = {.y = last ? step->output : pass->steps[index + 1].output,
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

static bool
is_linear(const lb_step *step)
{
    return step->kind == LB_STEP_CONVOLUTION || step->kind == LB_STEP_DENSE;
}

static lb_status
layer_init(lb_layer_patterns *layer, lb_pass *pass, const lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_parameter *weight = &pass->network->parameters[step->parameter];
    size_t block = lb_backend_block(pass->backend);
    layer->units = weight->shape[0];
    layer->inputs = weight->count / layer->units;
    size_t padded = (layer->units + block - 1) / block * block;
    LB_ALLOC(layer->on, padded);
    LB_ALLOC(layer->sum, padded);
    LB_ALLOC(layer->mean, padded);
    LB_ALLOC(layer->pattern, weight->count);
    if (step->kind == LB_STEP_CONVOLUTION) {
        const lb_convolution_shape shape = {.batch = pass->options.batch,
                                            .in = step->channels,
                                            .out = layer->units,
                                            .height = step->shape.height,
                                            .width = step->shape.width,
                                            .plain_input = step->parameter == 0,
                                            .to_weights = true};
        LB_TRY(lb_convolution_create(&layer->convolution, pass->backend, &shape, err));
    }
cleanup:
    return status;
}

lb_status
lb_patterns_create(lb_patterns **out, lb_pass *pass, lb_error *err)
{
    lb_status status = LB_OK;
    lb_patterns *self = NULL;
    size_t weights = 0, biases = 0;
    LB_ALLOC(self, 1);
    for (size_t i = 0; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        if (is_linear(step)) {
            lb_layer_patterns *layer = &self->layers[self->count++];
            LB_TRY(layer_init(layer, pass, step, err));
            bool largest = layer->convolution != NULL && layer->units * layer->inputs > weights;
            weights = largest ? layer->units * layer->inputs : weights;
            biases = layer->units > biases ? layer->units : biases;
        }
    }
    LB_ALLOC(self->batch_weight, weights);
    LB_ALLOC(self->batch_bias, biases);
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
        layer->on = layer->sum = NULL;
        layer->mean = NULL;
        lb_convolution_free(layer->convolution);
        layer->convolution = NULL;
    }
    lb_free(self->batch_weight);
    lb_free(self->batch_bias);
    self->batch_weight = self->batch_bias = NULL;
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

/* y less its mean where the unit is on, 0 elsewhere and in the batch's places not used. */
static void
centre(float *out, const lb_layer_patterns *layer, const outputs *o, size_t batch)
{
    size_t size = o->planes * o->pixels * o->block;
    memset(out + o->images * size, 0, (batch - o->images) * size * sizeof *out);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < o->images * o->planes; i++) {
        const float *mean = layer->mean + i % o->planes * o->block;
        for (size_t pixel = 0; pixel < o->pixels; pixel++) {
            size_t at = (i * o->pixels + pixel) * o->block;
            for (size_t k = 0; k < o->block; k++) {
                bool on = o->y[at + k] > 0 || o->always_on;
                out[at + k] = on ? o->y[at + k] - mean[k] : 0.0f;
            }
        }
    }
}

/* pattern += sum over the data of x (y - mean y): the gradient of the weights for y - mean y. */
static lb_status
add_covariances(lb_patterns *self, lb_layer_patterns *layer, lb_pass *pass, size_t index,
                const outputs *o, lb_error *err)
{
    lb_status status = LB_OK;
    size_t batch = pass->options.batch;
    const float *in = lb_step_input(pass, index);
    float *centred = pass->gradient[0];
    centre(centred, layer, o, batch);
    if (layer->convolution == NULL) {
        return lb_matrix_product(layer->pattern, centred, in, layer->units, layer->inputs, batch,
                                 true, false, 1.0f, err);
    }
    LB_TRY(lb_convolution_backward_weights(layer->convolution, in, centred, self->batch_weight,
                                           self->batch_bias, err));
    for (size_t v = 0; v < layer->units * layer->inputs; v++) {
        layer->pattern[v] += self->batch_weight[v];
    }
cleanup:
    return status;
}

lb_status
lb_patterns_take(lb_patterns *self, lb_pass *pass, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    size_t at = 0;
    for (size_t i = 0; i < pass->count; i++) {
        if (!is_linear(&pass->steps[i])) {
            continue;
        }
        lb_layer_patterns *layer = &self->layers[at++];
        const outputs o = layer_outputs(pass, i, count);
        if (self->round == 0) {
            add_means(layer, &o);
        } else {
            LB_TRY(add_covariances(self, layer, pass, i, &o, err));
        }
    }
cleanup:
    return status;
}

/* From n cov(x, y) to a pattern. w . cov(x, y) is y's variance. */
static void
normalise(lb_layer_patterns *layer, const float *weight)
{
    static const double least = 1e-10; /* of the variance over the squared mean */
    for (size_t u = 0; u < layer->units; u++) {
        float *pattern = layer->pattern + u * layer->inputs;
        const float *w = weight + u * layer->inputs;
        double mean = layer->on[u] > 0 ? layer->sum[u] / layer->on[u] : 0, variance = 0;
        for (size_t v = 0; v < layer->inputs; v++) {
            variance += (double)w[v] * (double)pattern[v];
        }
        bool varies = variance > least * mean * mean * layer->on[u];
        for (size_t v = 0; v < layer->inputs; v++) {
            pattern[v] = varies ? (float)((double)pattern[v] / variance) : 0.0f;
        }
    }
}

void
lb_patterns_end_round(lb_patterns *self, const lb_pass *pass)
{
    for (size_t i = 0; i < self->count; i++) {
        lb_layer_patterns *layer = &self->layers[i];
        if (self->round == 0) {
            for (size_t u = 0; u < layer->units; u++) {
                layer->mean[u] = layer->on[u] > 0 ? (float)(layer->sum[u] / layer->on[u]) : 0.0f;
            }
        } else {
            normalise(layer, pass->network->parameters[2 * i].value);
        }
    }
    if (++self->round == 2) {
        release_fit(self);
    }
}

const float *
lb_patterns_of(const lb_patterns *self, size_t parameter)
{
    return parameter % 2 == 0 ? self->layers[parameter / 2].pattern : NULL;
}
