/* SPDX-License-Identifier: MIT */
/* Planning an executor: its steps, their shapes and their memory. */
#include "executor.h"

#include "executor_f64.h"

const char *const lb_convolution_names[] = {"fastest", "direct", NULL};
const char *const lb_precision_names[] = {"f32", "bf16", NULL};

static size_t
blocked_size(const lb_executor *executor, size_t channels, size_t height, size_t width)
{
    size_t block = lb_backend_block(executor->backend);
    return (channels + block - 1) / block * block * height * width;
}

/* Where the plan has got to while it is made. */
typedef struct cursor {
    size_t channels, height, width;
    size_t size; /* floats of one image here */
    size_t parameter;
} cursor;

static lb_step *
add_step(lb_executor *executor, lb_step_kind kind, const cursor *at)
{
    size_t block = lb_backend_block(executor->backend);
    lb_step *step = &executor->steps[executor->count++];
    step->kind = kind;
    step->parameter = at->parameter;
    step->channels = at->channels;
    step->in_size = at->size;
    step->shape = (lb_planes){.images = executor->plan.batch,
                              .planes = (at->channels + block - 1) / block,
                              .height = at->height,
                              .width = at->width,
                              .block = block};
    return step;
}

static lb_status
add_convolution(lb_executor *executor, cursor *at, size_t channels, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_executor_plan *options = &executor->plan;
    bool frozen = options->freeze_first && executor->count == 0;
    size_t first_trained = options->freeze_first ? 2 : 0; /* a ReLU is between */
    size_t place = executor->count;
    lb_step *step = add_step(executor, LB_STEP_CONVOLUTION, at);
    step->size = blocked_size(executor, channels, at->height, at->width);
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
    LB_TRY(lb_convolution_create(&step->convolution, executor->backend, &shape, err));
    at->channels = channels;
    at->size = step->size;
    at->parameter += 2;
    step = add_step(executor, LB_STEP_RELU, at);
    step->size = at->size;
    step->in_place = !options->keep_preactivation;
cleanup:
    return status;
}

static lb_status
add_pool(lb_executor *executor, cursor *at, lb_error *err)
{
    lb_status status = LB_OK;
    lb_step *step = add_step(executor, LB_STEP_POOL, at);
    at->height /= 2;
    at->width /= 2;
    at->size = step->size = blocked_size(executor, at->channels, at->height, at->width);
    if (!executor->plan.inference_only) {
        LB_ALLOC(step->argmax, executor->plan.batch * step->size);
    }
cleanup:
    return status;
}

static lb_status
add_blocks(lb_executor *executor, cursor *at, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_architecture *architecture = &executor->network->architecture;
    for (size_t b = 0; b < executor->plan.last_block; b++) {
        if (b < executor->plan.first_block) {
            at->channels = architecture->channels[b];
            at->height /= 2;
            at->width /= 2;
            at->parameter += 2 * lb_architecture_block(architecture, b);
            at->size = blocked_size(executor, at->channels, at->height, at->width);
            executor->input_size = at->size;
            continue;
        }
        for (size_t c = 0; c < lb_architecture_block(architecture, b); c++) {
            LB_TRY(add_convolution(executor, at, architecture->channels[b], err));
        }
        LB_TRY(add_pool(executor, at, err));
    }
cleanup:
    return status;
}

static void
add_classifier(lb_executor *executor, cursor *at)
{
    const lb_architecture *architecture = &executor->network->architecture;
    lb_step *step = add_step(executor, LB_STEP_AVERAGE, at);
    at->size = step->size = at->channels * LB_POOLED_SIDE * LB_POOLED_SIDE;
    for (size_t d = 0; d < LB_DENSE_LAYERS; d++) {
        bool last = d + 1 == LB_DENSE_LAYERS;
        step = add_step(executor, LB_STEP_DENSE, at);
        at->size = step->size = step->units = last ? architecture->classes : architecture->hidden;
        at->parameter += 2;
        if (!last) {
            step = add_step(executor, LB_STEP_RELU, at);
            step->size = at->size;
            step->in_place = !executor->plan.keep_preactivation;
        }
    }
}

/* Outputs of inner steps by turns in two arrays; the last has its own. */
static lb_status
allocate_pingpong(lb_executor *executor, size_t largest, lb_error *err)
{
    lb_status status = LB_OK;
    size_t turn = 0, batch = executor->plan.batch;
    LB_ALLOC(executor->pingpong[0], batch * largest);
    LB_ALLOC(executor->pingpong[1], batch * largest);
    executor->pingpong_bytes = batch * largest * sizeof *executor->pingpong[0];
    for (size_t i = 0; i < executor->count; i++) {
        lb_step *step = &executor->steps[i];
        bool in_sweep = step->kind == LB_STEP_POOL && lb_executor_is_fused(executor, step - 2);
        step->output = step->in_place || in_sweep ? executor->steps[i - 1].output
                                                  : executor->pingpong[turn++ % 2];
    }
    executor->steps[executor->count - 1].output = NULL;
    LB_ALLOC(executor->steps[executor->count - 1].output,
             batch * executor->steps[executor->count - 1].size);
cleanup:
    return status;
}

/* Which ReLUs are on; those before a pool are known by its choice. */
static lb_status
allocate_bits(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i + 1 < executor->count; i++) {
        lb_step *step = &executor->steps[i];
        if (step->kind == LB_STEP_RELU && step[1].kind != LB_STEP_POOL) {
            LB_ALLOC(step->relu_mask, lb_bit_words(executor->plan.batch * step->size));
        }
    }
cleanup:
    return status;
}

static lb_status
allocate_outputs(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    size_t largest = executor->steps[0].in_size, batch = executor->plan.batch;
    if (executor->plan.first_block == 0) {
        /* The gradient at the image is blocked, unlike the image. */
        largest =
            blocked_size(executor, LB_INPUT_CHANNELS, executor->plan.height, executor->plan.width);
    }
    for (size_t i = 0; i < executor->count; i++) {
        lb_step *step = &executor->steps[i];
        if (step->in_place) {
            step->output = executor->steps[i - 1].output;
        } else if (!executor->plan.inference_only && !executor->plan.decisions_only) {
            LB_ALLOC(step->output, batch * step->size);
        }
        largest = step->size > largest ? step->size : largest;
    }
    if (executor->plan.inference_only || executor->plan.decisions_only) {
        LB_TRY(allocate_pingpong(executor, largest, err));
    }
    LB_ALLOC(executor->input, batch * executor->input_size);
    if (executor->plan.decisions_only) {
        LB_TRY(allocate_bits(executor, err));
        executor->gradient[0] = executor->pingpong[0];
        executor->gradient[1] = executor->pingpong[1];
        return LB_OK;
    }
    if (executor->plan.in_f64) {
        LB_TRY(
            lb_f64_executor_create(&executor->f64, executor, executor->plan.share_workspace, err));
        lb_f64_executor_scratch(executor->gradient, executor->f64);
        return LB_OK;
    }
    if (executor->plan.backward) {
        LB_ALLOC(executor->gradient[0], batch * largest);
    }
    if (executor->plan.backward || executor->plan.train) {
        LB_ALLOC(executor->gradient[1], batch * largest);
    }
cleanup:
    return status;
}

static lb_status
allocate_training(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_network *network = executor->network;
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        bool frozen = i == 0 && executor->plan.freeze_first;
        if (!frozen && (step->kind == LB_STEP_CONVOLUTION || step->kind == LB_STEP_DENSE)) {
            for (size_t p = step->parameter; p < step->parameter + 2; p++) {
                LB_ALLOC(executor->parameter_gradient[p], network->parameters[p].count);
            }
        }
    }
cleanup:
    return status;
}

/* Bytes for each image of the batch. */
static size_t
image_bytes(const lb_architecture *architecture, const lb_executor_plan *plan)
{
    enum { BITS = 8, EDGE = 2 };
    size_t height = plan->height, width = plan->width;
    size_t kept = LB_INPUT_CHANNELS * height * width * sizeof(float), largest = 0;
    size_t copies = plan->keep_preactivation ? 2 : 1;
    for (size_t b = 0; b < LB_BLOCKS; b++, height /= 2, width /= 2) {
        size_t size = architecture->channels[b] * height * width;
        size_t convolutions = lb_architecture_block(architecture, b);
        size_t bordered = architecture->channels[b] * (height + EDGE) * (width + EDGE);
        largest = bordered > largest ? bordered : largest;
        kept += size / 4; /* argmax */
        kept += plan->decisions_only ? (convolutions - 1) * size / BITS
                                     : (copies * convolutions * size + size / 4) * sizeof(float);
    }
    size_t turn = plan->in_f64 ? sizeof(double) : sizeof(float);
    return kept + 2 * largest * turn;
}

void
lb_executor_options_init(lb_executor_options *options)
{
    if (options != NULL) {
        *options = (lb_executor_options){.purpose = LB_EXECUTOR_PREDICT, .batch = 1};
    }
}

static lb_executor_plan
make_plan(const lb_executor_options *o, const lb_executor_switches *s)
{
    bool path = o->purpose == LB_EXECUTOR_EXPLAIN_PATH, image = o->purpose == LB_EXECUTOR_EXPLAIN;
    bool features = o->purpose == LB_EXECUTOR_FEATURES;
    return (lb_executor_plan){.purpose = o->purpose,
                              .batch = o->batch,
                              .height = o->height,
                              .width = o->width,
                              .first_block = o->first_block,
                              .last_block = o->last_block == 0 ? LB_BLOCKS : o->last_block,
                              .features_only = features,
                              .backward = path || (image && !s->forward_only),
                              .train = o->purpose == LB_EXECUTOR_TRAIN,
                              .freeze_first = o->freeze_first,
                              .keep_preactivation = o->keep_preactivation,
                              .inference_only = features || o->purpose == LB_EXECUTOR_PREDICT,
                              .decisions_only = path,
                              .in_f64 = image && !s->f32_forward,
                              .transient_weights = s->transient_weights,
                              .share_workspace = s->share_workspace,
                              .compute = o->compute};
}

lb_status
lb_executor_image_bytes(size_t *out, const lb_network *network, const lb_executor_options *options,
                        lb_error *err)
{
    lb_status status = LB_OK;
    const lb_executor_switches none = {.f32_forward = false};
    LB_NOT_NULL(out);
    LB_NOT_NULL(network);
    LB_NOT_NULL(options);
    LB_TRY(lb_executor_check_options(options, &none, err));
    const lb_executor_plan plan = make_plan(options, &none);
    *out = image_bytes(&network->architecture, &plan);
cleanup:
    return status;
}

/* Steps and memory. */
static lb_status
build(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_executor_plan *plan = &executor->plan;
    if (plan->share_workspace != NULL) {
        executor->backend = plan->share_workspace->backend;
    } else {
        LB_TRY(lb_backend_create(&executor->backend, &plan->compute, err));
    }
    cursor at = {.channels = LB_INPUT_CHANNELS, .height = plan->height, .width = plan->width};
    at.size = executor->input_size = LB_INPUT_CHANNELS * plan->height * plan->width;
    LB_TRY(add_blocks(executor, &at, err));
    if (!plan->features_only) {
        add_classifier(executor, &at);
    }
    LB_TRY(allocate_outputs(executor, err));
    LB_TRY(lb_repeats_create(executor, err));
    if (plan->train) {
        LB_TRY(allocate_training(executor, err));
    }
    LB_TRY(lb_executor_refresh(executor, err));
cleanup:
    return status;
}

lb_status
lb_executor_create(lb_executor **out, lb_network *network, const lb_executor_options *options,
                   lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(out);
    LB_NOT_NULL(network);
    LB_NOT_NULL(options);
    LB_TRY(lb_executor_create_with(out, network, options, NULL, err));
cleanup:
    return status;
}

lb_status
lb_executor_create_with(lb_executor **out, lb_network *network, const lb_executor_options *options,
                        const lb_executor_switches *switches, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_executor_switches none = {.f32_forward = false};
    lb_executor *executor = NULL;
    switches = switches != NULL ? switches : &none;
    LB_TRY(lb_executor_check_options(options, switches, err));
    LB_ALLOC(executor, 1);
    executor->network = network;
    executor->plan = make_plan(options, switches);
    executor->used = options->batch;
    LB_TRY(build(executor, err));
    *out = executor;
    executor = NULL;
cleanup:
    lb_executor_free(executor);
    return status;
}

static void
release_backend(lb_executor *executor)
{
    if (executor->plan.share_workspace == NULL) {
        lb_backend_free(executor->backend);
    }
    executor->backend = NULL;
}

void
lb_executor_discard_workspace(lb_executor *executor)
{
    if (executor == NULL) {
        return;
    }
    for (size_t i = 0; i < executor->count; i++) {
        lb_convolution_free(executor->steps[i].convolution);
        executor->steps[i].convolution = NULL;
    }
    lb_f64_executor_free(executor->f64);
    executor->f64 = NULL;
    release_backend(executor);
    executor->discarded = true;
}

void
lb_executor_free(lb_executor *executor)
{
    if (executor == NULL) {
        return;
    }
    for (size_t i = 0; i < executor->count; i++) {
        lb_step *step = &executor->steps[i];
        if (!step->in_place && step->output != executor->pingpong[0] &&
            step->output != executor->pingpong[1]) {
            lb_free(step->output);
        }
        lb_free(step->argmax);
        lb_free(step->relu_mask);
        lb_sparsity_release(step);
        lb_convolution_free(step->convolution);
    }
    for (size_t i = 0; i < LB_MAX_PARAMETERS; i++) {
        lb_free(executor->parameter_gradient[i]);
    }
    lb_repeats_release(executor);
    lb_free(executor->positions);
    lb_free(executor->input);
    if (!executor->plan.decisions_only && !executor->plan.in_f64) {
        lb_free(executor->gradient[0]);
        lb_free(executor->gradient[1]);
    }
    lb_f64_executor_free(executor->f64);
    lb_free(executor->pingpong[0]);
    lb_free(executor->pingpong[1]);
    release_backend(executor);
    lb_free(executor);
}

lb_status
lb_executor_refresh(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(executor);
    if (executor->discarded) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: the workspace of executor was discarded",
                       __func__);
    }
    const lb_parameter *parameters = executor->network->parameters;
    executor->has_forward = executor->backward.done = false;
    executor->zero_is_cached = executor->has_zero_activations = false;
    executor->has_sparsity_mask = false;
    for (size_t i = 0; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        if (step->kind == LB_STEP_CONVOLUTION) {
            LB_TRY(lb_convolution_set_weights(step->convolution, parameters[step->parameter].value,
                                              parameters[step->parameter + 1].value, err));
        }
    }
cleanup:
    return status;
}
