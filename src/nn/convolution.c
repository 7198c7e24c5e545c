/* SPDX-License-Identifier: MIT */
#include "convolution.h"

#include <omp.h>
#include <string.h>

#include "backend.h"
#include "kernels.h"

/* One way through a convolution: its plan, its weights in the plan's layout, its scratchpad. */
typedef struct way {
    lb_plan plan;
    dnnl_memory_t weight, scratch;
    lb_plan reorder; /* between plain weights and the plan's */
} way;

/* The same by the project's own kernels. */
typedef struct native_plan {
    bool planned;
    lb_winograd_shape shape;
    lb_winograd_weights weights;
    float *ready; /* prepared weights; NULL where they are transient */
} native_plan;

typedef struct layouts {
    lb_layout input;           /* as the kernels read it */
    lb_layout output;          /* float32 */
    lb_layout output_gradient; /* as the kernels read it */
    lb_layout input_gradient;  /* float32, blocked */
    lb_layout weight_any, weight_gradient_any, weight_plain, bias;
} layouts;

struct lb_convolution {
    lb_backend *backend;
    layouts layouts;
    way forward, to_input, to_weights;
    native_plan own_forward, own_to_input; /* instead, where planned */
    lb_plan forward_hint; /* a forward plan, for to_weights where the way forward is our own */
    size_t threads;
    /* oneDNN memory over arrays that are bound anew at each call. */
    dnnl_memory_t input, output, output_gradient, input_gradient, plain_weight, bias;
    size_t in, out, padded_in, padded_out;
    /* Biases, and plain weights, padded with zeros to whole blocks of channels: kernels for odd
     * channel counts are slow, or missing. The weights are NULL where the channels fill blocks. */
    float *padded_bias, *padded_bias_gradient;
    float *padded_weight, *padded_weight_gradient;
    const float *source; /* the plain weights: padded_weight, or the caller's */
    bool direct, relu;
    bool transient; /* the weights of both ways lie in the backend's memory while in use */
    size_t input_count, output_count; /* floats of a batch */
};

enum { KERNEL = 9 }; /* 3 x 3 weights */

static size_t
whole_blocks(size_t channels, size_t block)
{
    return (channels + block - 1) / block * block;
}

static lb_status
describe_all(lb_convolution *c, const lb_convolution_shape *s, lb_error *err)
{
    lb_status status = LB_OK;
    layouts *l = &c->layouts;
    bool low = c->backend->compute.precision == LB_PRECISION_BF16;
    dnnl_data_type_t type = low ? dnnl_bf16 : dnnl_f32;
    dnnl_format_tag_t blocked = c->backend->block == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    const dnnl_dim_t batch = (dnnl_dim_t)s->batch, height = (dnnl_dim_t)s->height;
    const dnnl_dim_t width = (dnnl_dim_t)s->width, ins = (dnnl_dim_t)c->padded_in;
    const dnnl_dim_t outs = (dnnl_dim_t)c->padded_out;
    const dnnl_dims_t input = {batch, ins, height, width};
    const dnnl_dims_t output = {batch, outs, height, width};
    const dnnl_dims_t weight = {outs, ins, 3, 3};
    const dnnl_dims_t bias = {outs};
    LB_TRY(lb_layout_init(&l->input, 4, input, type, s->plain_input ? dnnl_nchw : blocked, err));
    LB_TRY(lb_layout_init(&l->output, 4, output, dnnl_f32, blocked, err));
    LB_TRY(lb_layout_init(&l->output_gradient, 4, output, type, blocked, err));
    LB_TRY(lb_layout_init(&l->input_gradient, 4, input, dnnl_f32, blocked, err));
    LB_TRY(lb_layout_init(&l->weight_any, 4, weight, type, dnnl_format_tag_any, err));
    LB_TRY(lb_layout_init(&l->weight_gradient_any, 4, weight, dnnl_f32, dnnl_format_tag_any, err));
    LB_TRY(lb_layout_init(&l->weight_plain, 4, weight, dnnl_f32, dnnl_oihw, err));
    LB_TRY(lb_layout_init(&l->bias, 1, bias, dnnl_f32, dnnl_x, err));
cleanup:
    return status;
}

/* Which algorithm is the faster, decided by shape alone, so that the same work gives the same bits.
 * Measured on AVX-512: Winograd's F(4 x 4, 3 x 3) takes 0.3 to 0.5 of the time of oneDNN's direct
 * algorithm, but for the weights' gradient of few channels. */
static bool
prefers_winograd(const lb_convolution *c, lb_plan_kind kind)
{
    enum { FEW = 64 };
    return !c->direct && c->backend->compute.convolution == LB_CONVOLUTION_FASTEST &&
           c->backend->compute.precision == LB_PRECISION_F32 &&
           (kind != LB_PLAN_TO_WEIGHTS || (c->padded_in >= FEW && c->padded_out >= FEW));
}

/* Our own kernels take blocked images. */
static bool
prefers_own(const lb_convolution *c, lb_plan_kind kind, const lb_convolution_shape *s)
{
    return prefers_winograd(c, kind) && kind != LB_PLAN_TO_WEIGHTS &&
           (kind != LB_PLAN_FORWARD || !s->plain_input) && lb_winograd_runs(c->backend->block);
}

static lb_status
plan_own(native_plan *out, lb_convolution *c, const lb_convolution_shape *s, bool transposed,
         lb_error *err)
{
    lb_status status = LB_OK;
    lb_backend *backend = c->backend;
    size_t ins = whole_blocks(c->in, backend->block) / backend->block;
    size_t outs = c->padded_out / backend->block;
    out->shape = (lb_winograd_shape){.images = s->batch,
                                     .height = s->height,
                                     .width = s->width,
                                     .in = transposed ? outs : ins,
                                     .out = transposed ? ins : outs,
                                     .block = backend->block};
    out->weights = (lb_winograd_weights){.outs = transposed ? c->in : c->out,
                                         .ins = transposed ? c->out : c->in,
                                         .transposed = transposed};
    LB_TRY(lb_backend_need(&backend->scratch, &backend->scratch_size,
                           lb_winograd_scratch(&out->shape, c->threads), err));
    out->planned = true;
cleanup:
    return status;
}

static lb_status
check_planned(bool planned, const lb_convolution *c, lb_error *err)
{
    return planned ? LB_OK
                   : lb_fail(err, LB_ERROR_UNSUPPORTED,
                             "oneDNN has no convolution of %zu to %zu channels on this machine",
                             c->in, c->out);
}

static lb_status
make_plan(way *out, lb_convolution *c, lb_plan_request *request, lb_error *err)
{
    lb_status status = LB_OK;
    dnnl_engine_t engine = c->backend->engine;
    lb_backend *backend = c->backend;
    bool planned = false, gradient = request->kind == LB_PLAN_TO_WEIGHTS;
    dnnl_query_t weight = gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    if (prefers_winograd(c, request->kind)) {
        request->algorithm = dnnl_convolution_winograd;
        LB_TRY(lb_plan_convolution(&planned, &out->plan, engine, request, err));
    }
    if (!planned) {
        request->algorithm = dnnl_convolution_direct;
        LB_TRY(lb_plan_convolution(&planned, &out->plan, engine, request, err));
    }
    LB_TRY(check_planned(planned, c, err));
    LB_TRY(lb_plan_memory(&out->weight, engine, &out->plan, weight,
                          c->transient ? DNNL_MEMORY_NONE : DNNL_MEMORY_ALLOCATE, err));
    if (c->transient) {
        LB_TRY(lb_backend_need(&backend->weights, &backend->weights_size,
                               lb_plan_bytes(&out->plan, weight), err));
    }
    LB_TRY(lb_plan_memory(&out->scratch, engine, &out->plan, dnnl_query_scratchpad_md,
                          DNNL_MEMORY_NONE, err));
    LB_TRY(lb_backend_need(&backend->scratch, &backend->scratch_size,
                           lb_plan_bytes(&out->plan, dnnl_query_scratchpad_md), err));
    LB_TRY(lb_plan_reorder(&out->reorder, engine, gradient ? out->weight : c->plain_weight,
                           gradient ? c->plain_weight : out->weight, err));
cleanup:
    return status;
}

static lb_status
plan_forward(lb_convolution *c, const lb_convolution_shape *s, lb_error *err)
{
    lb_status status = LB_OK;
    layouts *l = &c->layouts;
    bool planned = false;
    lb_plan_request forward = {.kind = LB_PLAN_FORWARD,
                               .algorithm = dnnl_convolution_direct,
                               .input = &l->input,
                               .weight = &l->weight_any,
                               .bias = &l->bias,
                               .output = &l->output,
                               .relu = s->relu};
    if (!prefers_own(c, LB_PLAN_FORWARD, s)) {
        LB_TRY(make_plan(&c->forward, c, &forward, err));
        return LB_OK;
    }
    LB_TRY(plan_own(&c->own_forward, c, s, false, err));
    if (s->to_weights) {
        LB_TRY(lb_plan_convolution(&planned, &c->forward_hint, c->backend->engine, &forward, err));
        LB_TRY(check_planned(planned, c, err));
    }
cleanup:
    return status;
}

static lb_status
plan_to_input(lb_convolution *c, const lb_convolution_shape *s, lb_error *err)
{
    lb_status status = LB_OK;
    layouts *l = &c->layouts;
    if (prefers_own(c, LB_PLAN_TO_INPUT, s)) {
        return plan_own(&c->own_to_input, c, s, true, err);
    }
    lb_plan_request back = {.kind = LB_PLAN_TO_INPUT,
                            .input = &l->input_gradient,
                            .weight = &l->weight_any,
                            .output = &l->output_gradient,
                            .forward_hint = &c->forward.plan};
    LB_TRY(make_plan(&c->to_input, c, &back, err));
    LB_TRY(lb_backend_need_low(c->backend, LOW_GRADIENT, c->output_count, err));
cleanup:
    return status;
}

static lb_status
plan_to_weights(lb_convolution *c, lb_error *err)
{
    lb_status status = LB_OK;
    layouts *l = &c->layouts;
    lb_plan_request weights = {.kind = LB_PLAN_TO_WEIGHTS,
                               .input = &l->input,
                               .weight = &l->weight_gradient_any,
                               .bias = &l->bias,
                               .output = &l->output_gradient,
                               .forward_hint =
                                   c->own_forward.planned ? &c->forward_hint : &c->forward.plan};
    LB_TRY(make_plan(&c->to_weights, c, &weights, err));
    if (c->padded_weight != NULL) {
        LB_ALLOC(c->padded_weight_gradient, c->padded_out * c->padded_in * KERNEL);
    }
    LB_ALLOC(c->padded_bias_gradient, c->padded_out);
    LB_TRY(lb_backend_need_low(c->backend, LOW_GRADIENT, c->output_count, err));
cleanup:
    return status;
}

static lb_status
plan_all(lb_convolution *c, const lb_convolution_shape *s, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(plan_forward(c, s, err));
    LB_TRY(lb_backend_need_low(c->backend, LOW_INPUT, c->input_count, err));
    if (s->to_input) {
        LB_TRY(plan_to_input(c, s, err));
    }
    if (s->to_weights) {
        LB_TRY(plan_to_weights(c, err));
    }
cleanup:
    return status;
}

static lb_status
make_memories(lb_convolution *c, lb_error *err)
{
    const struct {
        dnnl_memory_t *out;
        const lb_layout *layout;
    } rows[] = {{&c->input, &c->layouts.input},
                {&c->output, &c->layouts.output},
                {&c->output_gradient, &c->layouts.output_gradient},
                {&c->input_gradient, &c->layouts.input_gradient},
                {&c->plain_weight, &c->layouts.weight_plain},
                {&c->bias, &c->layouts.bias}};
    lb_status status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < sizeof rows / sizeof *rows; i++) {
        status = lb_layout_memory(rows[i].out, c->backend->engine, rows[i].layout, DNNL_MEMORY_NONE,
                                  err);
    }
    return status;
}

lb_status
lb_convolution_create(lb_convolution **out, lb_backend *backend, const lb_convolution_shape *shape,
                      lb_error *err)
{
    lb_status status = LB_OK;
    lb_convolution *c = NULL;
    LB_ALLOC(c, 1);
    c->backend = backend;
    c->in = shape->in;
    c->out = shape->out;
    c->direct = shape->direct;
    c->relu = shape->relu;
    c->threads = (size_t)omp_get_max_threads();
    c->transient = shape->transient && !shape->to_weights;
    c->padded_in = shape->plain_input ? shape->in : whole_blocks(shape->in, backend->block);
    c->padded_out = whole_blocks(shape->out, backend->block);
    c->input_count = shape->batch * c->padded_in * shape->height * shape->width;
    c->output_count = shape->batch * c->padded_out * shape->height * shape->width;
    if (c->padded_in != c->in || c->padded_out != c->out) {
        LB_ALLOC(c->padded_weight, c->padded_out * c->padded_in * KERNEL);
    }
    LB_ALLOC(c->padded_bias, c->padded_out);
    LB_TRY(describe_all(c, shape, err));
    LB_TRY(make_memories(c, err));
    LB_TRY(plan_all(c, shape, err));
    *out = c;
    c = NULL;
cleanup:
    lb_convolution_free(c);
    return status;
}

static void
free_memory(dnnl_memory_t memory)
{
    if (memory != NULL) {
        dnnl_memory_destroy(memory);
    }
}

static void
release_plan(way *w)
{
    lb_plan_release(&w->reorder);
    free_memory(w->scratch);
    free_memory(w->weight);
    lb_plan_release(&w->plan);
}

void
lb_convolution_free(lb_convolution *c)
{
    if (c == NULL) {
        return;
    }
    release_plan(&c->forward);
    release_plan(&c->to_input);
    release_plan(&c->to_weights);
    lb_plan_release(&c->forward_hint);
    lb_free(c->own_forward.ready);
    lb_free(c->own_to_input.ready);
    free_memory(c->input);
    free_memory(c->output);
    free_memory(c->output_gradient);
    free_memory(c->input_gradient);
    free_memory(c->plain_weight);
    free_memory(c->bias);
    layouts *l = &c->layouts;
    lb_layout *all[] = {&l->input,          &l->output,     &l->output_gradient,
                        &l->input_gradient, &l->weight_any, &l->weight_gradient_any,
                        &l->weight_plain,   &l->bias};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        lb_layout_release(all[i]);
    }
    lb_free(c->padded_weight);
    lb_free(c->padded_bias);
    lb_free(c->padded_weight_gradient);
    lb_free(c->padded_bias_gradient);
    lb_free(c);
}

/* oneDNN takes inputs and outputs as void *; inputs are not written. */
static lb_status
bind(dnnl_memory_t memory, const void *data, lb_error *err)
{
    union {
        const void *in;
        void *out;
    } address = {data};
    return lb_onednn_check(dnnl_memory_set_data_handle(memory, address.out), "use an array", err);
}

/* Binds an operand, rounded first where the backend computes in bfloat16. */
static lb_status
bind_operand(const lb_convolution *c, dnnl_memory_t memory, size_t which, const float *data,
             size_t count, lb_error *err)
{
    if (c->backend->compute.precision == LB_PRECISION_F32) {
        return bind(memory, data, err);
    }
    lb_round_bf16(c->backend->low[which], data, count);
    return bind(memory, c->backend->low[which], err);
}

static lb_status
execute(const lb_convolution *c, const lb_plan *plan, const dnnl_exec_arg_t *arguments, int count,
        lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_onednn_check(
        dnnl_primitive_execute(plan->primitive, c->backend->stream, count, arguments),
        "compute a convolution", err));
    LB_TRY(lb_onednn_check(dnnl_stream_wait(c->backend->stream), "compute a convolution", err));
cleanup:
    return status;
}

/* Between plain weights and a way's own. */
static lb_status
reorder(const lb_convolution *c, const way *w, dnnl_memory_t from, dnnl_memory_t to, lb_error *err)
{
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    return execute(c, &w->reorder, arguments, 2, err);
}

/* Memory for prepared weights is taken here, as not every way is used. */
static lb_status
set_own_weights(native_plan *own, bool transient, const float *weight, lb_error *err)
{
    lb_status status = LB_OK;
    own->weights.plain = weight;
    if (!own->planned || transient) {
        return LB_OK;
    }
    if (own->ready == NULL) {
        LB_ALLOC(own->ready, lb_winograd_weights_size(&own->shape));
        own->weights.ready = own->ready;
    }
    lb_winograd_prepare(own->ready, &own->weights, &own->shape);
cleanup:
    return status;
}

/* A way of oneDNN's that keeps its weights. */
static lb_status
set_plan_weights(const lb_convolution *c, const way *w, lb_error *err)
{
    return w->weight != NULL ? reorder(c, w, c->plain_weight, w->weight, err) : LB_OK;
}

lb_status
lb_convolution_set_weights(lb_convolution *c, const float *weight, const float *bias, lb_error *err)
{
    lb_status status = LB_OK;
    memcpy(c->padded_bias, bias, c->out * sizeof *bias);
    for (size_t o = 0; c->padded_weight != NULL && o < c->out; o++) {
        memcpy(c->padded_weight + o * c->padded_in * KERNEL, weight + o * c->in * KERNEL,
               c->in * KERNEL * sizeof *weight);
    }
    c->source = c->padded_weight != NULL ? c->padded_weight : weight;
    LB_TRY(set_own_weights(&c->own_forward, c->transient, weight, err));
    LB_TRY(set_own_weights(&c->own_to_input, c->transient, weight, err));
    if (!c->transient) {
        LB_TRY(bind(c->plain_weight, c->source, err));
        LB_TRY(set_plan_weights(c, &c->forward, err));
        LB_TRY(set_plan_weights(c, &c->to_input, err));
    }
cleanup:
    return status;
}

/* Before a way is used: its weights. */
static lb_status
lend_weights(const lb_convolution *c, const way *w, lb_error *err)
{
    lb_status status = LB_OK;
    if (c->transient) {
        LB_TRY(bind(c->plain_weight, c->source, err));
        LB_TRY(bind(w->weight, c->backend->weights, err));
        LB_TRY(reorder(c, w, c->plain_weight, w->weight, err));
    }
cleanup:
    return status;
}

/* decided: NULL, or what of the batch is computed. */
static void
execute_own(const lb_convolution *c, const native_plan *own, const lb_winograd_output *out,
            const lb_winograd_input *in, const lb_fused_outputs *decided)
{
    lb_winograd_shape shape = own->shape;
    if (decided != NULL) {
        shape.images = decided->images;
        shape.tiles = decided->tiles;
        shape.tile_count = decided->tile_count;
    }
    lb_winograd_convolve(out, in, &own->weights, &shape, c->backend->scratch, c->threads);
}

lb_status
lb_convolution_forward(lb_convolution *c, const float *input, float *output, lb_error *err)
{
    lb_status status = LB_OK;
    if (c->own_forward.planned) {
        const lb_winograd_input in = {.values = input};
        const lb_winograd_output out = {.values = output, .bias = c->padded_bias, .relu = c->relu};
        execute_own(c, &c->own_forward, &out, &in, NULL);
        return LB_OK;
    }
    LB_TRY(bind_operand(c, c->input, LOW_INPUT, input, c->input_count, err));
    LB_TRY(bind(c->output, output, err));
    LB_TRY(bind(c->bias, c->padded_bias, err));
    LB_TRY(bind(c->forward.scratch, c->backend->scratch, err));
    LB_TRY(lend_weights(c, &c->forward, err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, c->input},
                                         {DNNL_ARG_WEIGHTS, c->forward.weight},
                                         {DNNL_ARG_BIAS, c->bias},
                                         {DNNL_ARG_DST, c->output},
                                         {DNNL_ARG_SCRATCHPAD, c->forward.scratch}};
    LB_TRY(execute(c, &c->forward.plan, arguments, 5, err));
cleanup:
    return status;
}

lb_status
lb_convolution_backward_input(lb_convolution *c, const float *output_gradient,
                              float *input_gradient, lb_error *err)
{
    lb_status status = LB_OK;
    if (c->own_to_input.planned) {
        const lb_winograd_input in = {.values = output_gradient};
        const lb_winograd_output out = {.values = input_gradient};
        execute_own(c, &c->own_to_input, &out, &in, NULL);
        return LB_OK;
    }
    LB_TRY(
        bind_operand(c, c->output_gradient, LOW_GRADIENT, output_gradient, c->output_count, err));
    LB_TRY(bind(c->input_gradient, input_gradient, err));
    LB_TRY(bind(c->to_input.scratch, c->backend->scratch, err));
    LB_TRY(lend_weights(c, &c->to_input, err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_DIFF_DST, c->output_gradient},
                                         {DNNL_ARG_WEIGHTS, c->to_input.weight},
                                         {DNNL_ARG_DIFF_SRC, c->input_gradient},
                                         {DNNL_ARG_SCRATCHPAD, c->to_input.scratch}};
    LB_TRY(execute(c, &c->to_input.plan, arguments, 4, err));
cleanup:
    return status;
}

bool
lb_convolution_is_fused(const lb_convolution *c)
{
    return c->own_forward.planned && c->own_to_input.planned;
}

void
lb_convolution_fused_forward(lb_convolution *c, const float *input, float *output,
                             const lb_fused_outputs *decided)
{
    const lb_winograd_input in = {.values = input};
    const lb_winograd_output out = {.values = output,
                                    .bias = c->padded_bias,
                                    .relu = true,
                                    .relu_mask = decided->relu_mask,
                                    .argmax = decided->argmax};
    execute_own(c, &c->own_forward, &out, &in, decided);
}

void
lb_convolution_fused_backward(lb_convolution *c, const float *output_gradient,
                              float *input_gradient, const lb_fused_outputs *decided)
{
    const lb_winograd_input in = {
        .values = output_gradient, .keep = decided->relu_mask, .argmax = decided->argmax};
    const lb_winograd_output out = {.values = input_gradient};
    execute_own(c, &c->own_to_input, &out, &in, decided);
}

lb_status
lb_convolution_backward_weights(lb_convolution *c, const float *input, const float *output_gradient,
                                float *weight_gradient, float *bias_gradient, lb_error *err)
{
    lb_status status = LB_OK;
    const way *w = &c->to_weights;
    LB_TRY(bind_operand(c, c->input, LOW_INPUT, input, c->input_count, err));
    LB_TRY(
        bind_operand(c, c->output_gradient, LOW_GRADIENT, output_gradient, c->output_count, err));
    LB_TRY(bind(c->bias, c->padded_bias_gradient, err));
    LB_TRY(bind(w->scratch, c->backend->scratch, err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, c->input},
                                         {DNNL_ARG_DIFF_DST, c->output_gradient},
                                         {DNNL_ARG_DIFF_WEIGHTS, w->weight},
                                         {DNNL_ARG_DIFF_BIAS, c->bias},
                                         {DNNL_ARG_SCRATCHPAD, w->scratch}};
    LB_TRY(execute(c, &w->plan, arguments, 5, err));
    float *padded = c->padded_weight_gradient;
    LB_TRY(bind(c->plain_weight, padded != NULL ? padded : weight_gradient, err));
    LB_TRY(reorder(c, w, w->weight, c->plain_weight, err));
    for (size_t o = 0; padded != NULL && o < c->out; o++) {
        memcpy(weight_gradient + o * c->in * KERNEL, padded + o * c->padded_in * KERNEL,
               c->in * KERNEL * sizeof *padded);
    }
    memcpy(bias_gradient, c->padded_bias_gradient, c->out * sizeof *bias_gradient);
cleanup:
    return status;
}

lb_status
lb_matrix_product(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
                  bool transpose_a, bool transpose_b, float beta, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_onednn_follow_cpu(err));
    LB_TRY(lb_onednn_check(dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N',
                                      (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k, 1.0f, a,
                                      (dnnl_dim_t)(transpose_a ? m : k), b,
                                      (dnnl_dim_t)(transpose_b ? k : n), beta, c, (dnnl_dim_t)n),
                           "multiply matrices", err));
cleanup:
    return status;
}
