/* SPDX-License-Identifier: MIT */
#include "convolution.h"

#include <oneapi/dnnl/dnnl.h>
#include <string.h>

struct lb_backend {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    size_t block;
};

/* One planned primitive and the memory descriptions that it chose for itself. */
typedef struct planned {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
} planned;

struct lb_convolution {
    lb_backend *backend;
    planned forward, to_input, to_weights;
    /* oneDNN memory over the caller's arrays: bound anew at each call. */
    dnnl_memory_t input, output, input_gradient;
    dnnl_memory_t plain_weight, bias;
    /* Weights in the kernels' layouts, and the gradient before it is made plain. */
    dnnl_memory_t forward_weight, backward_weight, weight_gradient;
    /* Plain weights and bias, padded with zeros to whole blocks of channels: kernels for odd
     * channel counts are slow, or missing. */
    float *padded_weight, *padded_bias;
    float *padded_weight_gradient, *padded_bias_gradient;
    size_t in, out, padded_in, padded_out;
};

enum { KERNEL = 9 }; /* 3 x 3 weights */

static lb_status
check(dnnl_status_t result, const char *what, lb_error *err)
{
    if (result == dnnl_success) {
        return LB_OK;
    }
    lb_status code = result == dnnl_out_of_memory ? LB_ERROR_MEMORY : LB_ERROR_UNSUPPORTED;
    return lb_fail(err, code, "oneDNN cannot %s (status %d)", what, (int)result);
}

lb_status
lb_backend_create(lb_backend **out, lb_error *err)
{
    lb_status status = LB_OK;
    lb_backend *backend = NULL;
    LB_ALLOC(backend, 1);
    LB_TRY(check(dnnl_engine_create(&backend->engine, dnnl_cpu, 0), "create an engine", err));
    LB_TRY(check(dnnl_stream_create(&backend->stream, backend->engine, dnnl_stream_default_flags),
                 "create a stream", err));
    backend->block = dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core ? 16 : 8;
    *out = backend;
    backend = NULL;
cleanup:
    lb_backend_free(backend);
    return status;
}

void
lb_backend_free(lb_backend *backend)
{
    if (backend == NULL) {
        return;
    }
    if (backend->stream != NULL) {
        dnnl_stream_destroy(backend->stream);
    }
    if (backend->engine != NULL) {
        dnnl_engine_destroy(backend->engine);
    }
    lb_free(backend);
}

size_t
lb_backend_block(const lb_backend *backend)
{
    return backend->block;
}

static lb_status
describe(dnnl_memory_desc_t *out, int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag,
         lb_error *err)
{
    return check(dnnl_memory_desc_init_by_tag(out, rank, dims, dnnl_f32, tag), "describe an array",
                 err);
}

static lb_status
finish_plan(planned *out, const void *operation, const_dnnl_primitive_attr_t attributes,
            dnnl_engine_t engine, const_dnnl_primitive_desc_t hint, lb_error *err)
{
    lb_status status =
        check(dnnl_primitive_desc_create(&out->description, operation, attributes, engine, hint),
              "plan a convolution", err);
    if (status == LB_OK) {
        status = check(dnnl_primitive_create(&out->primitive, out->description),
                       "create a convolution", err);
    }
    return status;
}

/* Memory of the layout that the plan wants for one of its arguments; data is oneDNN's own. */
static lb_status
own_memory(dnnl_memory_t *out, const lb_convolution *c, const planned *plan, dnnl_query_t what,
           lb_error *err)
{
    const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(plan->description, what, 0);
    return check(dnnl_memory_create(out, layout, c->backend->engine, DNNL_MEMORY_ALLOCATE),
                 "allocate weights", err);
}

static lb_status
outer_memory(dnnl_memory_t *out, const lb_convolution *c, const dnnl_memory_desc_t *layout,
             lb_error *err)
{
    return check(dnnl_memory_create(out, layout, c->backend->engine, DNNL_MEMORY_NONE),
                 "describe an array", err);
}

typedef struct layouts {
    dnnl_memory_desc_t input, output, input_gradient, weight_any, weight_plain, bias;
} layouts;

static lb_status
describe_all(layouts *out, const lb_convolution *c, const lb_convolution_shape *s, lb_error *err)
{
    lb_status status = LB_OK;
    dnnl_format_tag_t blocked = c->backend->block == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    const dnnl_dim_t batch = (dnnl_dim_t)s->batch, height = (dnnl_dim_t)s->height;
    const dnnl_dim_t width = (dnnl_dim_t)s->width, ins = (dnnl_dim_t)c->padded_in;
    const dnnl_dim_t outs = (dnnl_dim_t)c->padded_out;
    const dnnl_dims_t input = {batch, ins, height, width};
    const dnnl_dims_t output = {batch, outs, height, width};
    const dnnl_dims_t weight = {outs, ins, 3, 3};
    const dnnl_dims_t bias = {outs};
    LB_TRY(describe(&out->input, 4, input, s->plain_input ? dnnl_nchw : blocked, err));
    LB_TRY(describe(&out->output, 4, output, blocked, err));
    LB_TRY(describe(&out->input_gradient, 4, input, blocked, err));
    LB_TRY(describe(&out->weight_any, 4, weight, dnnl_format_tag_any, err));
    LB_TRY(describe(&out->weight_plain, 4, weight, dnnl_oihw, err));
    LB_TRY(describe(&out->bias, 1, bias, dnnl_x, err));
cleanup:
    return status;
}

static const dnnl_dims_t unit = {1, 1}; /* strides and padding */

static lb_status
plan_forward(lb_convolution *c, const lb_convolution_shape *s, const layouts *l, lb_error *err)
{
    lb_status status = LB_OK;
    dnnl_convolution_desc_t operation;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t after = NULL;
    LB_TRY(check(dnnl_convolution_forward_desc_init(
                     &operation, dnnl_forward_training, dnnl_convolution_direct, &l->input,
                     &l->weight_any, &l->bias, &l->output, unit, unit, unit),
                 "describe a convolution", err));
    LB_TRY(check(dnnl_primitive_attr_create(&attributes), "make attributes", err));
    if (s->relu) {
        LB_TRY(check(dnnl_post_ops_create(&after), "make post-operations", err));
        LB_TRY(check(dnnl_post_ops_append_eltwise(after, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f),
                     "append ReLU", err));
        LB_TRY(check(dnnl_primitive_attr_set_post_ops(attributes, after), "append ReLU", err));
    }
    LB_TRY(finish_plan(&c->forward, &operation, attributes, c->backend->engine, NULL, err));
    LB_TRY(own_memory(&c->forward_weight, c, &c->forward, dnnl_query_weights_md, err));
cleanup:
    if (after != NULL) {
        dnnl_post_ops_destroy(after);
    }
    if (attributes != NULL) {
        dnnl_primitive_attr_destroy(attributes);
    }
    return status;
}

static lb_status
plan_backward_input(lb_convolution *c, const layouts *l, lb_error *err)
{
    lb_status status = LB_OK;
    dnnl_convolution_desc_t operation;
    LB_TRY(check(dnnl_convolution_backward_data_desc_init(&operation, dnnl_convolution_direct,
                                                          &l->input_gradient, &l->weight_any,
                                                          &l->output, unit, unit, unit),
                 "describe a convolution", err));
    LB_TRY(finish_plan(&c->to_input, &operation, NULL, c->backend->engine, c->forward.description,
                       err));
    LB_TRY(own_memory(&c->backward_weight, c, &c->to_input, dnnl_query_weights_md, err));
    LB_TRY(outer_memory(&c->input_gradient, c, &l->input_gradient, err));
cleanup:
    return status;
}

static lb_status
plan_backward_weights(lb_convolution *c, const layouts *l, lb_error *err)
{
    lb_status status = LB_OK;
    dnnl_convolution_desc_t operation;
    LB_TRY(check(dnnl_convolution_backward_weights_desc_init(&operation, dnnl_convolution_direct,
                                                             &l->input, &l->weight_any, &l->bias,
                                                             &l->output, unit, unit, unit),
                 "describe a convolution", err));
    LB_TRY(finish_plan(&c->to_weights, &operation, NULL, c->backend->engine, c->forward.description,
                       err));
    LB_TRY(own_memory(&c->weight_gradient, c, &c->to_weights, dnnl_query_diff_weights_md, err));
    LB_ALLOC(c->padded_weight_gradient, c->padded_out * c->padded_in * KERNEL);
    LB_ALLOC(c->padded_bias_gradient, c->padded_out);
cleanup:
    return status;
}

static size_t
whole_blocks(size_t channels, size_t block)
{
    return (channels + block - 1) / block * block;
}

lb_status
lb_convolution_create(lb_convolution **out, lb_backend *backend, const lb_convolution_shape *shape,
                      lb_error *err)
{
    lb_status status = LB_OK;
    lb_convolution *c = NULL;
    layouts l;
    LB_ALLOC(c, 1);
    c->backend = backend;
    c->in = shape->in;
    c->out = shape->out;
    c->padded_in = shape->plain_input ? shape->in : whole_blocks(shape->in, backend->block);
    c->padded_out = whole_blocks(shape->out, backend->block);
    LB_ALLOC(c->padded_weight, c->padded_out * c->padded_in * KERNEL);
    LB_ALLOC(c->padded_bias, c->padded_out);
    LB_TRY(describe_all(&l, c, shape, err));
    LB_TRY(outer_memory(&c->input, c, &l.input, err));
    LB_TRY(outer_memory(&c->output, c, &l.output, err));
    LB_TRY(outer_memory(&c->plain_weight, c, &l.weight_plain, err));
    LB_TRY(outer_memory(&c->bias, c, &l.bias, err));
    LB_TRY(plan_forward(c, shape, &l, err));
    if (shape->to_input) {
        LB_TRY(plan_backward_input(c, &l, err));
    }
    if (shape->to_weights) {
        LB_TRY(plan_backward_weights(c, &l, err));
    }
    *out = c;
    c = NULL;
cleanup:
    lb_convolution_free(c);
    return status;
}

static void
free_plan(planned *plan)
{
    if (plan->primitive != NULL) {
        dnnl_primitive_destroy(plan->primitive);
    }
    if (plan->description != NULL) {
        dnnl_primitive_desc_destroy(plan->description);
    }
}

void
lb_convolution_free(lb_convolution *c)
{
    if (c == NULL) {
        return;
    }
    dnnl_memory_t memories[] = {c->input,           c->output,         c->input_gradient,
                                c->plain_weight,    c->bias,           c->forward_weight,
                                c->backward_weight, c->weight_gradient};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        if (memories[i] != NULL) {
            dnnl_memory_destroy(memories[i]);
        }
    }
    free_plan(&c->forward);
    free_plan(&c->to_input);
    free_plan(&c->to_weights);
    lb_free(c->padded_weight);
    lb_free(c->padded_bias);
    lb_free(c->padded_weight_gradient);
    lb_free(c->padded_bias_gradient);
    lb_free(c);
}

/* oneDNN takes inputs and outputs as void *; inputs are not written. */
static lb_status
bind(dnnl_memory_t memory, const float *data, lb_error *err)
{
    union {
        const float *in;
        void *out;
    } address = {data};
    return check(dnnl_memory_set_data_handle(memory, address.out), "use an array", err);
}

static lb_status
execute(const lb_convolution *c, dnnl_primitive_t primitive, const dnnl_exec_arg_t *arguments,
        int count, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check(dnnl_primitive_execute(primitive, c->backend->stream, count, arguments),
                 "compute a convolution", err));
    LB_TRY(check(dnnl_stream_wait(c->backend->stream), "compute a convolution", err));
cleanup:
    return status;
}

static lb_status
reorder(const lb_convolution *c, dnnl_memory_t from, dnnl_memory_t to, lb_error *err)
{
    lb_status status = LB_OK;
    planned plan = {NULL, NULL};
    const dnnl_memory_desc_t *source = NULL, *target = NULL;
    LB_TRY(check(dnnl_memory_get_memory_desc(from, &source), "lay out weights", err));
    LB_TRY(check(dnnl_memory_get_memory_desc(to, &target), "lay out weights", err));
    LB_TRY(check(dnnl_reorder_primitive_desc_create(&plan.description, source, c->backend->engine,
                                                    target, c->backend->engine, NULL),
                 "lay out weights", err));
    LB_TRY(check(dnnl_primitive_create(&plan.primitive, plan.description), "lay out weights", err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    LB_TRY(execute(c, plan.primitive, arguments, 2, err));
cleanup:
    free_plan(&plan);
    return status;
}

lb_status
lb_convolution_set_weights(lb_convolution *c, const float *weight, const float *bias, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t o = 0; o < c->out; o++) {
        memcpy(c->padded_weight + o * c->padded_in * KERNEL, weight + o * c->in * KERNEL,
               c->in * KERNEL * sizeof *weight);
        c->padded_bias[o] = bias[o];
    }
    LB_TRY(bind(c->plain_weight, c->padded_weight, err));
    LB_TRY(reorder(c, c->plain_weight, c->forward_weight, err));
    if (c->backward_weight != NULL) {
        LB_TRY(reorder(c, c->plain_weight, c->backward_weight, err));
    }
cleanup:
    return status;
}

lb_status
lb_convolution_forward(lb_convolution *c, const float *input, float *output, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(bind(c->input, input, err));
    LB_TRY(bind(c->output, output, err));
    LB_TRY(bind(c->bias, c->padded_bias, err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, c->input},
                                         {DNNL_ARG_WEIGHTS, c->forward_weight},
                                         {DNNL_ARG_BIAS, c->bias},
                                         {DNNL_ARG_DST, c->output}};
    LB_TRY(execute(c, c->forward.primitive, arguments, 4, err));
cleanup:
    return status;
}

lb_status
lb_convolution_backward_input(lb_convolution *c, const float *output_gradient,
                              float *input_gradient, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(bind(c->output, output_gradient, err));
    LB_TRY(bind(c->input_gradient, input_gradient, err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_DIFF_DST, c->output},
                                         {DNNL_ARG_WEIGHTS, c->backward_weight},
                                         {DNNL_ARG_DIFF_SRC, c->input_gradient}};
    LB_TRY(execute(c, c->to_input.primitive, arguments, 3, err));
cleanup:
    return status;
}

lb_status
lb_convolution_backward_weights(lb_convolution *c, const float *input, const float *output_gradient,
                                float *weight_gradient, float *bias_gradient, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(bind(c->input, input, err));
    LB_TRY(bind(c->output, output_gradient, err));
    LB_TRY(bind(c->bias, c->padded_bias_gradient, err));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, c->input},
                                         {DNNL_ARG_DIFF_DST, c->output},
                                         {DNNL_ARG_DIFF_WEIGHTS, c->weight_gradient},
                                         {DNNL_ARG_DIFF_BIAS, c->bias}};
    LB_TRY(execute(c, c->to_weights.primitive, arguments, 4, err));
    LB_TRY(bind(c->plain_weight, c->padded_weight_gradient, err));
    LB_TRY(reorder(c, c->weight_gradient, c->plain_weight, err));
    for (size_t o = 0; o < c->out; o++) {
        memcpy(weight_gradient + o * c->in * KERNEL,
               c->padded_weight_gradient + o * c->padded_in * KERNEL,
               c->in * KERNEL * sizeof *weight_gradient);
        bias_gradient[o] = c->padded_bias_gradient[o];
    }
cleanup:
    return status;
}

lb_status
lb_matrix_product(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
                  bool transpose_a, bool transpose_b, float beta, lb_error *err)
{
    return check(dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', (dnnl_dim_t)m,
                            (dnnl_dim_t)n, (dnnl_dim_t)k, 1.0f, a,
                            (dnnl_dim_t)(transpose_a ? m : k), b, (dnnl_dim_t)(transpose_b ? k : n),
                            beta, c, (dnnl_dim_t)n),
                 "multiply matrices", err);
}
