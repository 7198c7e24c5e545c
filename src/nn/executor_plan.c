/* SPDX-License-Identifier: MIT */
/* Planning a pass: its steps, their shapes and their memory. */
#include "executor.h"

#include <assert.h>

#include "executor_f64.h"

const char *const LB_CONVOLUTIONS[] = {"fastest", "direct", NULL};
const char *const LB_PRECISIONS[] = {"f32", "bf16", NULL};

static size_t
blocked_size(const lb_executor *pass, size_t channels, size_t height, size_t width)
{
    size_t block = lb_backend_block(pass->backend);
    return (channels + block - 1) / block * block * height * width;
}

/* Where the plan has got to while it is made. */
typedef struct cursor {
    size_t channels, height, width;
    size_t size; /* floats of one image here */
    size_t parameter;
} cursor;

static lb_step *
add_step(lb_executor *pass, lb_step_kind kind, const cursor *at)
{
    size_t block = lb_backend_block(pass->backend);
    lb_step *step = &pass->steps[pass->count++];
    step->kind = kind;
    step->parameter = at->parameter;
    step->channels = at->channels;
    step->in_size = at->size;
    step->shape = (lb_planes){.images = pass->options.batch,
                              .planes = (at->channels + block - 1) / block,
                              .height = at->height,
                              .width = at->width,
                              .block = block};
    return step;
}

static lb_status
add_convolution(lb_executor *pass, cursor *at, size_t channels, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_executor_options *options = &pass->options;
    bool frozen = options->freeze_first && pass->count == 0;
    size_t first_trained = options->freeze_first ? 2 : 0; /* a ReLU is between */
    size_t place = pass->count;
    lb_step *step = add_step(pass, LB_STEP_CONVOLUTION, at);
    step->size = blocked_size(pass, channels, at->height, at->width);
    const lb_convolution_shape shape = {
        .batch = options->batch,
        .in = at->channels,
        .out = channels,
        .height = at->height,
        .width = at->width,
        .plain_input = at->parameter == 0,
        .relu = !options->keep_preactivation,
        .to_input = options->backward || (options->train && place > first_trained),
        .to_weights = options->train && !frozen,
        .transient = options->transient_weights,
    };
    LB_TRY(lb_convolution_create(&step->convolution, pass->backend, &shape, err));
    at->channels = channels;
    at->size = step->size;
    at->parameter += 2;
    step = add_step(pass, LB_STEP_RELU, at);
    step->size = at->size;
    step->in_place = !options->keep_preactivation;
cleanup:
    return status;
}

static lb_status
add_pool(lb_executor *pass, cursor *at, lb_error *err)
{
    lb_status status = LB_OK;
    lb_step *step = add_step(pass, LB_STEP_POOL, at);
    at->height /= 2;
    at->width /= 2;
    at->size = step->size = blocked_size(pass, at->channels, at->height, at->width);
    if (!pass->options.inference_only) {
        LB_ALLOC(step->argmax, pass->options.batch * step->size);
    }
cleanup:
    return status;
}

static lb_status
add_blocks(lb_executor *pass, cursor *at, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_architecture *architecture = &pass->network->architecture;
    for (size_t b = 0; b < pass->options.last_block; b++) {
        if (b < pass->options.first_block) {
            at->channels = architecture->channels[b];
            at->height /= 2;
            at->width /= 2;
            at->parameter += 2 * lb_architecture_block(architecture, b);
            at->size = blocked_size(pass, at->channels, at->height, at->width);
            pass->input_size = at->size;
            continue;
        }
        for (size_t c = 0; c < lb_architecture_block(architecture, b); c++) {
            LB_TRY(add_convolution(pass, at, architecture->channels[b], err));
        }
        LB_TRY(add_pool(pass, at, err));
    }
cleanup:
    return status;
}

static void
add_classifier(lb_executor *pass, cursor *at)
{
    const lb_architecture *architecture = &pass->network->architecture;
    lb_step *step = add_step(pass, LB_STEP_AVERAGE, at);
    at->size = step->size = at->channels * LB_POOLED_SIDE * LB_POOLED_SIDE;
    for (size_t d = 0; d < LB_DENSE_LAYERS; d++) {
        bool last = d + 1 == LB_DENSE_LAYERS;
        step = add_step(pass, LB_STEP_DENSE, at);
        at->size = step->size = step->units = last ? architecture->classes : architecture->hidden;
        at->parameter += 2;
        if (!last) {
            step = add_step(pass, LB_STEP_RELU, at);
            step->size = at->size;
            step->in_place = !pass->options.keep_preactivation;
        }
    }
}

bool
lb_executor_is_fused(const lb_executor *pass, const lb_step *step)
{
    return pass->options.decisions_only && step->kind == LB_STEP_CONVOLUTION &&
           lb_convolution_is_fused(step->convolution);
}

const lb_step *
lb_pool_behind(const lb_step *convolution)
{
    return convolution[2].kind == LB_STEP_POOL ? convolution + 2 : NULL;
}

/* Outputs of inner steps by turns in two arrays; the last has its own. */
static lb_status
allocate_pingpong(lb_executor *pass, size_t largest, lb_error *err)
{
    lb_status status = LB_OK;
    size_t turn = 0, batch = pass->options.batch;
    LB_ALLOC(pass->pingpong[0], batch * largest);
    LB_ALLOC(pass->pingpong[1], batch * largest);
    pass->pingpong_bytes = batch * largest * sizeof *pass->pingpong[0];
    for (size_t i = 0; i < pass->count; i++) {
        lb_step *step = &pass->steps[i];
        bool in_sweep = step->kind == LB_STEP_POOL && lb_executor_is_fused(pass, step - 2);
        step->output =
            step->in_place || in_sweep ? pass->steps[i - 1].output : pass->pingpong[turn++ % 2];
    }
    pass->steps[pass->count - 1].output = NULL;
    LB_ALLOC(pass->steps[pass->count - 1].output, batch * pass->steps[pass->count - 1].size);
cleanup:
    return status;
}

/* Which ReLUs are on; those before a pool are known by its choice. */
static lb_status
allocate_bits(lb_executor *pass, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i + 1 < pass->count; i++) {
        lb_step *step = &pass->steps[i];
        if (step->kind == LB_STEP_RELU && step[1].kind != LB_STEP_POOL) {
            LB_ALLOC(step->relu_mask, lb_bit_words(pass->options.batch * step->size));
        }
    }
cleanup:
    return status;
}

static lb_status
allocate_outputs(lb_executor *pass, lb_error *err)
{
    lb_status status = LB_OK;
    size_t largest = pass->steps[0].in_size, batch = pass->options.batch;
    if (pass->options.first_block == 0) {
        /* The gradient at the image is blocked, unlike the image. */
        largest = blocked_size(pass, LB_INPUT_CHANNELS, pass->options.height, pass->options.width);
    }
    for (size_t i = 0; i < pass->count; i++) {
        lb_step *step = &pass->steps[i];
        if (step->in_place) {
            step->output = pass->steps[i - 1].output;
        } else if (!pass->options.inference_only && !pass->options.decisions_only) {
            LB_ALLOC(step->output, batch * step->size);
        }
        largest = step->size > largest ? step->size : largest;
    }
    if (pass->options.inference_only || pass->options.decisions_only) {
        LB_TRY(allocate_pingpong(pass, largest, err));
    }
    LB_ALLOC(pass->input, batch * pass->input_size);
    if (pass->options.decisions_only) {
        LB_TRY(allocate_bits(pass, err));
        pass->gradient[0] = pass->pingpong[0];
        pass->gradient[1] = pass->pingpong[1];
        return LB_OK;
    }
    if (pass->options.in_f64) {
        LB_TRY(lb_f64_executor_create(&pass->f64, pass, pass->options.share_workspace, err));
        lb_f64_executor_scratch(pass->gradient, pass->f64);
        return LB_OK;
    }
    if (pass->options.backward) {
        LB_ALLOC(pass->gradient[0], batch * largest);
    }
    if (pass->options.backward || pass->options.train) {
        LB_ALLOC(pass->gradient[1], batch * largest);
    }
cleanup:
    return status;
}

static lb_status
allocate_training(lb_executor *pass, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_network *network = pass->network;
    for (size_t i = 0; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        bool frozen = i == 0 && pass->options.freeze_first;
        if (!frozen && (step->kind == LB_STEP_CONVOLUTION || step->kind == LB_STEP_DENSE)) {
            for (size_t p = step->parameter; p < step->parameter + 2; p++) {
                LB_ALLOC(pass->parameter_gradient[p], network->parameters[p].count);
            }
        }
    }
cleanup:
    return status;
}

size_t
lb_executor_image_bytes(const lb_network *network, const lb_executor_options *options)
{
    enum { BITS = 8, EDGE = 2 };
    const lb_architecture *architecture = &network->architecture;
    size_t height = options->height, width = options->width;
    size_t kept = LB_INPUT_CHANNELS * height * width * sizeof(float), largest = 0;
    size_t copies = options->keep_preactivation ? 2 : 1;
    for (size_t b = 0; b < LB_BLOCKS; b++, height /= 2, width /= 2) {
        size_t size = architecture->channels[b] * height * width;
        size_t convolutions = lb_architecture_block(architecture, b);
        size_t bordered = architecture->channels[b] * (height + EDGE) * (width + EDGE);
        largest = bordered > largest ? bordered : largest;
        kept += size / 4; /* the choice */
        kept += options->decisions_only ? (convolutions - 1) * size / BITS
                                        : (copies * convolutions * size + size / 4) * sizeof(float);
    }
    size_t turn = options->in_f64 ? sizeof(double) : sizeof(float);
    return kept + 2 * largest * turn;
}

lb_status
lb_executor_create(lb_executor **out, lb_network *network, const lb_executor_options *options,
                   lb_error *err)
{
    lb_status status = LB_OK;
    lb_executor *pass = NULL;
    enum { LEAST_SIDE = 1 << LB_BLOCKS, MOST_SIDE = 1 << 14 };
    if (options->height < LEAST_SIDE || options->width < LEAST_SIDE ||
        options->height > MOST_SIDE || options->width > MOST_SIDE || options->batch == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "images of %zu x %zu: a VGG network takes %d to %d pixels a side",
                       options->height, options->width, LEAST_SIDE, MOST_SIDE);
    }
    assert(!options->inference_only || (!options->backward && !options->train));
    assert(!options->train || !options->keep_preactivation);
    assert(!options->decisions_only || (options->backward && !options->keep_preactivation));
    assert(!options->decisions_only ||
           (options->last_block == LB_BLOCKS && !options->features_only));
    assert(!options->in_f64 || (options->first_block == 0 && !options->inference_only &&
                                !options->train && !options->decisions_only));
    LB_ALLOC(pass, 1);
    pass->network = network;
    pass->options = *options;
    pass->used = options->batch;
    if (options->share_workspace != NULL) {
        pass->backend = options->share_workspace->backend;
    } else {
        LB_TRY(lb_backend_create(&pass->backend, &options->compute, err));
    }
    cursor at = {.channels = LB_INPUT_CHANNELS, .height = options->height, .width = options->width};
    at.size = pass->input_size = LB_INPUT_CHANNELS * options->height * options->width;
    LB_TRY(add_blocks(pass, &at, err));
    if (options->last_block == LB_BLOCKS && !options->features_only) {
        add_classifier(pass, &at);
    }
    LB_TRY(allocate_outputs(pass, err));
    LB_TRY(lb_repeats_create(pass, err));
    if (options->train) {
        LB_TRY(allocate_training(pass, err));
    }
    LB_TRY(lb_executor_refresh(pass, err));
    *out = pass;
    pass = NULL;
cleanup:
    lb_executor_free(pass);
    return status;
}

static void
release_backend(lb_executor *pass)
{
    if (pass->options.share_workspace == NULL) {
        lb_backend_free(pass->backend);
    }
    pass->backend = NULL;
}

void
lb_executor_discard_workspace(lb_executor *pass)
{
    for (size_t i = 0; i < pass->count; i++) {
        lb_convolution_free(pass->steps[i].convolution);
        pass->steps[i].convolution = NULL;
    }
    lb_f64_executor_free(pass->f64);
    pass->f64 = NULL;
    release_backend(pass);
}

void
lb_executor_free(lb_executor *pass)
{
    if (pass == NULL) {
        return;
    }
    for (size_t i = 0; i < pass->count; i++) {
        lb_step *step = &pass->steps[i];
        if (!step->in_place && step->output != pass->pingpong[0] &&
            step->output != pass->pingpong[1]) {
            lb_free(step->output);
        }
        lb_free(step->argmax);
        lb_free(step->relu_mask);
        lb_sparsity_release(step);
        lb_convolution_free(step->convolution);
    }
    for (size_t i = 0; i < LB_MAX_PARAMETERS; i++) {
        lb_free(pass->parameter_gradient[i]);
    }
    lb_repeats_release(pass);
    lb_free(pass->positions);
    lb_free(pass->input);
    if (!pass->options.decisions_only && !pass->options.in_f64) {
        lb_free(pass->gradient[0]);
        lb_free(pass->gradient[1]);
    }
    lb_f64_executor_free(pass->f64);
    lb_free(pass->pingpong[0]);
    lb_free(pass->pingpong[1]);
    release_backend(pass);
    lb_free(pass);
}

lb_status
lb_executor_refresh(lb_executor *pass, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_parameter *parameters = pass->network->parameters;
    pass->has_zero_activations = pass->has_sparsity_mask = false;
    for (size_t i = 0; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        if (step->kind == LB_STEP_CONVOLUTION) {
            LB_TRY(lb_convolution_set_weights(step->convolution, parameters[step->parameter].value,
                                              parameters[step->parameter + 1].value, err));
        }
    }
cleanup:
    return status;
}
