/* SPDX-License-Identifier: MIT */
#include "onednn.h"

#include <pthread.h>

#include "base/cpu.h"

static const dnnl_dims_t one = {1, 1}, none = {0, 0}; /* strides and padding; dilation */

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t view;
#define VIEW(layout) ((layout)->description)
#define DESCRIBE_MEMORY dnnl_memory_desc_create_with_tag
#define APPEND_RELU(after) dnnl_post_ops_append_eltwise(after, dnnl_eltwise_relu, 0.0f, 0.0f)
#else
typedef const dnnl_memory_desc_t *view;
#define VIEW(layout) (&(layout)->description)
#define DESCRIBE_MEMORY dnnl_memory_desc_init_by_tag
#define APPEND_RELU(after) dnnl_post_ops_append_eltwise(after, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f)
#endif

lb_status
lb_onednn_check(dnnl_status_t result, const char *what, lb_error *err)
{
    if (result == dnnl_success) {
        return LB_OK;
    }
    lb_status code = result == dnnl_out_of_memory ? LB_ERROR_MEMORY : LB_ERROR_UNSUPPORTED;
    return lb_fail(err, code, "oneDNN cannot %s (status %d)", what, (int)result);
}

static dnnl_status_t followed = dnnl_success;

static void
follow_cpu(void)
{
    if (lb_cpu_limits_onednn()) {
        followed = dnnl_set_max_cpu_isa(lb_cpu_get() == LB_CPU_BASELINE ? dnnl_cpu_isa_sse41
                                                                        : dnnl_cpu_isa_avx2);
    }
}

lb_status
lb_onednn_follow_cpu(lb_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *name;
    lb_status status = lb_instruction_set(&name, err);
    if (status == LB_OK) {
        pthread_once(&once, follow_cpu);
        status = lb_onednn_check(followed, "follow LESIONBENCH_CPU", err);
    }
    return status;
}

lb_status
lb_layout_init(lb_layout *out, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
               dnnl_format_tag_t tag, lb_error *err)
{
    lb_status status = lb_onednn_check(DESCRIBE_MEMORY(&out->description, rank, dims, type, tag),
                                       "describe an array", err);
    out->made = status == LB_OK;
    return status;
}

void
lb_layout_release(lb_layout *layout)
{
#if DNNL_VERSION_MAJOR >= 3
    if (layout->made) {
        dnnl_memory_desc_destroy(layout->description);
    }
#endif
    layout->made = false;
}

lb_status
lb_layout_memory(dnnl_memory_t *out, dnnl_engine_t engine, const lb_layout *layout, void *handle,
                 lb_error *err)
{
    return lb_onednn_check(dnnl_memory_create(out, VIEW(layout), engine, handle), "make an array",
                           err);
}

#if DNNL_VERSION_MAJOR >= 3

static dnnl_status_t
describe(dnnl_primitive_desc_t *out, dnnl_engine_t engine, const lb_plan_request *r,
         const_dnnl_primitive_attr_t attributes)
{
    view input = VIEW(r->input), weight = VIEW(r->weight), output = VIEW(r->output);
    const_dnnl_primitive_desc_t forward_hint =
        r->forward_hint != NULL ? r->forward_hint->description : NULL;
    switch (r->kind) {
    case LB_PLAN_FORWARD:
        return dnnl_convolution_forward_primitive_desc_create(
            out, engine, dnnl_forward_training, r->algorithm, input, weight, VIEW(r->bias), output,
            one, none, one, one, attributes);
    case LB_PLAN_TO_INPUT:
        return dnnl_convolution_backward_data_primitive_desc_create(
            out, engine, r->algorithm, input, weight, output, one, none, one, one, forward_hint,
            attributes);
    case LB_PLAN_TO_WEIGHTS:
        break;
    }
    return dnnl_convolution_backward_weights_primitive_desc_create(
        out, engine, r->algorithm, input, weight, VIEW(r->bias), output, one, none, one, one,
        forward_hint, attributes);
}

#else

static dnnl_status_t
describe(dnnl_primitive_desc_t *out, dnnl_engine_t engine, const lb_plan_request *r,
         const_dnnl_primitive_attr_t attributes)
{
    view input = VIEW(r->input), weight = VIEW(r->weight), output = VIEW(r->output);
    dnnl_convolution_desc_t operation;
    dnnl_status_t result = dnnl_success;
    switch (r->kind) {
    case LB_PLAN_FORWARD:
        result = dnnl_dilated_convolution_forward_desc_init(
            &operation, dnnl_forward_training, r->algorithm, input, weight, VIEW(r->bias), output,
            one, none, one, one);
        break;
    case LB_PLAN_TO_INPUT:
        result = dnnl_dilated_convolution_backward_data_desc_init(
            &operation, r->algorithm, input, weight, output, one, none, one, one);
        break;
    case LB_PLAN_TO_WEIGHTS:
        result = dnnl_dilated_convolution_backward_weights_desc_init(
            &operation, r->algorithm, input, weight, VIEW(r->bias), output, one, none, one, one);
        break;
    }
    return result == dnnl_success
               ? dnnl_primitive_desc_create(out, &operation, attributes, engine,
                                            r->forward_hint != NULL ? r->forward_hint->description
                                                                    : NULL)
               : result;
}

#endif

static dnnl_status_t
describe_reorder(dnnl_primitive_desc_t *out, dnnl_engine_t engine, dnnl_memory_t from,
                 dnnl_memory_t to)
{
    view source, target;
    dnnl_status_t result = dnnl_memory_get_memory_desc(from, &source);
    result = result == dnnl_success ? dnnl_memory_get_memory_desc(to, &target) : result;
    return result == dnnl_success
               ? dnnl_reorder_primitive_desc_create(out, source, engine, target, engine, NULL)
               : result;
}

static lb_status
make_attributes(dnnl_primitive_attr_t *out, bool relu, lb_error *err)
{
    lb_status status = LB_OK;
    dnnl_post_ops_t after = NULL;
    LB_TRY(lb_onednn_check(dnnl_primitive_attr_create(out), "make attributes", err));
    LB_TRY(lb_onednn_check(dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user),
                           "make attributes", err));
    if (relu) {
        LB_TRY(lb_onednn_check(dnnl_post_ops_create(&after), "make post-operations", err));
        LB_TRY(lb_onednn_check(APPEND_RELU(after), "append ReLU", err));
        LB_TRY(lb_onednn_check(dnnl_primitive_attr_set_post_ops(*out, after), "append ReLU", err));
    }
cleanup:
    if (after != NULL) {
        dnnl_post_ops_destroy(after);
    }
    return status;
}

lb_status
lb_plan_convolution(bool *planned, lb_plan *out, dnnl_engine_t engine,
                    const lb_plan_request *request, lb_error *err)
{
    lb_status status = LB_OK;
    lb_plan plan = {NULL, NULL};
    dnnl_primitive_attr_t attributes = NULL;
    *planned = false;
    LB_TRY(make_attributes(&attributes, request->relu, err));
    dnnl_status_t result = describe(&plan.description, engine, request, attributes);
    if (result != dnnl_unimplemented) {
        LB_TRY(lb_onednn_check(result, "plan a convolution", err));
        LB_TRY(lb_onednn_check(dnnl_primitive_create(&plan.primitive, plan.description),
                               "create a convolution", err));
        *out = plan;
        plan = (lb_plan){NULL, NULL};
        *planned = true;
    }
cleanup:
    lb_plan_release(&plan);
    if (attributes != NULL) {
        dnnl_primitive_attr_destroy(attributes);
    }
    return status;
}

lb_status
lb_plan_reorder(lb_plan *out, dnnl_engine_t engine, dnnl_memory_t from, dnnl_memory_t to,
                lb_error *err)
{
    lb_status status = LB_OK;
    lb_plan plan = {NULL, NULL};
    LB_TRY(lb_onednn_check(describe_reorder(&plan.description, engine, from, to), "lay out weights",
                           err));
    LB_TRY(lb_onednn_check(dnnl_primitive_create(&plan.primitive, plan.description),
                           "lay out weights", err));
    *out = plan;
    plan = (lb_plan){NULL, NULL};
cleanup:
    lb_plan_release(&plan);
    return status;
}

void
lb_plan_release(lb_plan *plan)
{
    if (plan->primitive != NULL) {
        dnnl_primitive_destroy(plan->primitive);
    }
    if (plan->description != NULL) {
        dnnl_primitive_desc_destroy(plan->description);
    }
    *plan = (lb_plan){NULL, NULL};
}

lb_status
lb_plan_memory(dnnl_memory_t *out, dnnl_engine_t engine, const lb_plan *plan, dnnl_query_t what,
               void *handle, lb_error *err)
{
    view layout = dnnl_primitive_desc_query_md(plan->description, what, 0);
    return lb_onednn_check(dnnl_memory_create(out, layout, engine, handle), "make an array", err);
}

size_t
lb_plan_bytes(const lb_plan *plan, dnnl_query_t what)
{
    return dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(plan->description, what, 0));
}
