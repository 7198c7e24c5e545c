/* SPDX-License-Identifier: MIT */
/* oneDNN with one face for its versions 2 and 3, whose C interfaces differ in how memory is
 * described and primitives are planned. What differs is in onednn.c; the functions of dnnl.h that
 * are alike in both are called as they are. */
#ifndef LB_NN_ONEDNN_H
#define LB_NN_ONEDNN_H

#include <oneapi/dnnl/dnnl.h>

#include "lesionbench/base.h"

/* Turns a result into a status; what: "oneDNN cannot <what>". */
lb_status lb_onednn_check(dnnl_status_t result, const char *what, lb_error *err);

/* Holds oneDNN to the instruction set of lb_cpu_get(). To be called before oneDNN is used: it fails
 * where this process has used oneDNN already with another set. */
lb_status lb_onednn_follow_cpu(lb_error *err);

/* How an array lies in memory. */
typedef struct lb_layout {
    dnnl_memory_desc_t description;
    bool made;
} lb_layout;

lb_status lb_layout_init(lb_layout *out, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                         dnnl_format_tag_t tag, lb_error *err);
void lb_layout_release(lb_layout *layout); /* also of one that was never made */
/* Memory of this layout; handle: DNNL_MEMORY_ALLOCATE, DNNL_MEMORY_NONE or an array. */
lb_status lb_layout_memory(dnnl_memory_t *out, dnnl_engine_t engine, const lb_layout *layout,
                           void *handle, lb_error *err);

/* A planned primitive. */
typedef struct lb_plan {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
} lb_plan;

typedef enum lb_plan_kind { LB_PLAN_FORWARD, LB_PLAN_TO_INPUT, LB_PLAN_TO_WEIGHTS } lb_plan_kind;

/* A convolution with stride 1 and padding 1. */
typedef struct lb_plan_request {
    lb_plan_kind kind;
    dnnl_alg_kind_t algorithm;
    /* Of input, weights, bias and output, or of their gradients. bias: NULL for LB_PLAN_TO_INPUT.
     */
    const lb_layout *input, *weight, *bias, *output;
    bool relu;                   /* LB_PLAN_FORWARD: rectify the output */
    const lb_plan *forward_hint; /* the forward plan, for the other kinds */
} lb_plan_request;

/* The caller gives the scratchpad. *planned is false, and out unchanged, where oneDNN has no such
 * primitive on this machine. */
lb_status lb_plan_convolution(bool *planned, lb_plan *out, dnnl_engine_t engine,
                              const lb_plan_request *request, lb_error *err);
/* From one layout to another. */
lb_status lb_plan_reorder(lb_plan *out, dnnl_engine_t engine, dnnl_memory_t from, dnnl_memory_t to,
                          lb_error *err);
void lb_plan_release(lb_plan *plan);
/* Memory of the layout that the plan chose for one of its arguments. */
lb_status lb_plan_memory(dnnl_memory_t *out, dnnl_engine_t engine, const lb_plan *plan,
                         dnnl_query_t what, void *handle, lb_error *err);
/* ... and its bytes. */
size_t lb_plan_bytes(const lb_plan *plan, dnnl_query_t what);

#endif
